/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * firmware_tables_may_read on maps of any kind, against a walk from border to border of the range: each piece lies in a
 * descriptor that may hold tables or in the BIOS area, none in one that may not, and never in page 0.
 */
#include "checked.h"
#include "firmware_tables.h"
#include "fuzz.h"
#include "machine.h"

static bool holds_no_tables(uint32_t type)
{
    return type == EFI_TYPE_UNUSABLE || type == EFI_TYPE_MMIO || type == EFI_TYPE_MMIO_PORTS ||
           type == EFI_TYPE_PERSISTENT || type == EFI_TYPE_UNACCEPTED;
}

static bool is_free_later(uint32_t type)
{
    return type == EFI_TYPE_CONVENTIONAL || (type >= EFI_TYPE_LOADER_CODE && type <= EFI_TYPE_BOOT_SERVICES_DATA);
}

/* The whole pages of a descriptor. Those that it has in part are its own, but not of memory that will be free. */
static bool pages_of(const struct efi_descriptor *descriptor, uint64_t *ret_base, uint64_t *ret_end)
{
    const bool inwards = is_free_later(descriptor->type);
    const unsigned __int128 end = descriptor->physical + (unsigned __int128)descriptor->pages * PAGE_SIZE;
    const unsigned __int128 whole = (end + (inwards ? 0 : PAGE_SIZE - 1)) / PAGE_SIZE * PAGE_SIZE;

    if (descriptor->pages == 0 || descriptor->physical >= EFI_PHYSICAL_END)
        return false;
    *ret_base = align_down(descriptor->physical + (inwards ? PAGE_SIZE - 1 : 0), PAGE_SIZE);
    *ret_end = whole < EFI_PHYSICAL_END ? (uint64_t)whole : EFI_PHYSICAL_END;
    return *ret_base < *ret_end;
}

/* The end of the longest run from `at` on that the map lists; `at` when it lists nothing there. */
static uint64_t listed_up_to(const struct efi_map *map, uint64_t at)
{
    uint64_t furthest = at >= 0xe0000 && at < 0x100000 ? 0x100000 : at;

    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);
        uint64_t base, end;

        if (pages_of(&descriptor, &base, &end) && !holds_no_tables(descriptor.type) && base <= at && end > furthest)
            furthest = end;
    }
    return furthest;
}

static bool is_forbidden(const struct efi_map *map, uint64_t address, uint64_t end)
{
    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);
        uint64_t from, to;

        if (pages_of(&descriptor, &from, &to) && holds_no_tables(descriptor.type) && from < end && to > address)
            return true;
    }
    return false;
}

static bool may_read_plainly(const struct efi_map *map, uint64_t address, uint64_t size)
{
    if (address < 4096 || size == 0 || address + size < address || is_forbidden(map, address, address + size))
        return false;
    for (uint64_t at = address, next; at < address + size; at = next) {
        next = listed_up_to(map, at);
        if (next == at)
            return false;
    }
    return true;
}

void fuzz(struct input *input)
{
    struct made_map made = machine_wild_map(input, 32);
    struct efi_map map = made_map_view(&made);
    struct memory_intervals memory = made_map_read(&made);

    for (unsigned i = 0; i < 4; i++) {
        uint64_t address = input_flag(input) ? input_wide(input) : input_address(input) + input_number(input, 2);
        uint64_t size = input_flag(input) ? input_number(input, 3) : input_wide(input);

        CHECK(firmware_tables_may_read(&memory, address, size) == may_read_plainly(&map, address, size));
    }
    made_map_end(&made);
}
