/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * firmware_tables_may_read on maps of any kind, against a walk from border to border of the range: each piece lies in a
 * descriptor that may hold tables or in the BIOS area, none in one that may not, and never in page 0. What would need
 * more than 64 pieces may be refused.
 */
#include "firmware_tables.h"
#include "fuzz.h"
#include "machine.h"

static bool holds_no_tables(uint32_t type)
{
    return type == EFI_TYPE_UNUSABLE || type == EFI_TYPE_MMIO || type == EFI_TYPE_MMIO_PORTS ||
           type == EFI_TYPE_PERSISTENT || type == EFI_TYPE_UNACCEPTED;
}

/* The end of the longest run from `at` on that the map lists; `at` when it lists nothing there. */
static uint64_t listed_up_to(const struct efi_map *map, uint64_t at)
{
    uint64_t furthest = at >= 0xe0000 && at < 0x100000 ? 0x100000 : at;

    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);
        uint64_t base, end;

        if (efi_descriptor_range(&descriptor, &base, &end) && !holds_no_tables(descriptor.type) && base <= at &&
            end > furthest)
            furthest = end;
    }
    return furthest;
}

static bool is_forbidden(const struct efi_map *map, uint64_t address, uint64_t end)
{
    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);
        uint64_t from, to;

        if (efi_descriptor_range(&descriptor, &from, &to) && holds_no_tables(descriptor.type) && from < end &&
            to > address)
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

/* What was remembered of the reads before changes nothing. */
static void check(struct readable_memory *readable, uint64_t address, uint64_t size)
{
    bool may = may_read_plainly(readable->map, address, size);

    CHECK(firmware_tables_may_read(readable->map, address, size) == may);
    CHECK(readable_memory_has(readable, address, size) == may);
}

void fuzz(struct input *input)
{
    struct made_map made = machine_wild_map(input, 32);
    struct efi_map map = made_map_view(&made);
    struct readable_memory readable = {.map = &map};

    for (unsigned i = 0; i < 4; i++) {
        uint64_t address = input_flag(input) ? input_wide(input) : input_address(input) + input_number(input, 2);

        check(&readable, address, input_flag(input) ? input_number(input, 3) : input_wide(input));
    }
    made_map_end(&made);
}
