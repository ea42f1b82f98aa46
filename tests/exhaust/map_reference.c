/* SPDX-License-Identifier: BSD-2-Clause */
#include "map_reference.h"

#define HIGHEST (1ULL << 52) /* what lies above is passed over */

#define WB      0x8ULL
#define SPECIAL 0x40000ULL
#define RUNTIME (1ULL << 63)

__extension__ typedef unsigned __int128 wide;

const struct map_class map_classes[MAP_CLASSES] = {
    {7, WB, BATON_MEMORY_USABLE, 1, true},
    {0, WB, BATON_MEMORY_RESERVED, 12, false},
    {4, WB, BATON_MEMORY_BOOT_SERVICES, 2, true},
    {7, 0, BATON_MEMORY_USABLE, 1, true}, /* not cacheable */
    {6, WB | RUNTIME, BATON_MEMORY_RUNTIME_DATA, 6, false},
    {3, WB, BATON_MEMORY_BOOT_SERVICES, 2, true},
    {2, WB, BATON_MEMORY_LOADER, 3, true},
    {11, 0, BATON_MEMORY_MMIO, 11, false},

    {7, WB | SPECIAL, BATON_MEMORY_SPECIFIC_PURPOSE, 4, true},
    {1, WB, BATON_MEMORY_LOADER, 3, true},
    {5, WB | RUNTIME, BATON_MEMORY_RUNTIME_CODE, 7, false},
    {8, WB, BATON_MEMORY_UNUSABLE, 13, false},
    {9, WB, BATON_MEMORY_ACPI_RECLAIMABLE, 5, false},
    {10, WB, BATON_MEMORY_ACPI_NVS, 8, false},
    {12, RUNTIME, BATON_MEMORY_MMIO, 11, false},
    {13, WB, BATON_MEMORY_RESERVED, 12, false},
    {14, WB, BATON_MEMORY_PERSISTENT, 9, false},
    {15, WB, BATON_MEMORY_UNACCEPTED, 10, false},
    {16, WB, BATON_MEMORY_RESERVED, 12, false},
    {0x70000001, WB, BATON_MEMORY_RESERVED, 12, false},
    {0xffffffff, WB, BATON_MEMORY_RESERVED, 12, false},
    {0, 0, BATON_MEMORY_RESERVED, 12, false},
    {14, WB | SPECIAL, BATON_MEMORY_PERSISTENT, 9, false},
    {4, WB | SPECIAL, BATON_MEMORY_BOOT_SERVICES, 2, true},
};

/* Firmware should not begin descriptors in the middle of a page. Where it does, a page of which only a part would be
 * free is not free, and one of which only a part is anything else is that. */
static bool claims(const struct map_class *class, uint64_t physical, uint64_t pages, uint64_t page)
{
    wide end = (wide)physical + (wide)pages * REFERENCE_PAGE;

    if (pages == 0 || page >= HIGHEST || physical >= HIGHEST)
        return false;
    if (class->would_be_free)
        return physical <= page && end >= page + REFERENCE_PAGE;
    return physical < page + REFERENCE_PAGE && end > page;
}

void reference_add(struct reference *reference, const struct map_class *class, uint64_t physical, uint64_t pages)
{
    for (size_t i = 0; i < reference->pages; i++) {
        struct reference_page *page = &reference->page[i];

        if (!claims(class, physical, pages, reference->base + i * REFERENCE_PAGE))
            continue;
        if (class->would_be_free)
            page->listed_free = true;
        if (!page->winner || class->strictness > page->winner->strictness)
            page->winner = class;
    }
}

static enum map_over over_of(uint32_t kind)
{
    return kind == BATON_MEMORY_RESERVED          ? OVER_RESERVATION
           : kind == BATON_MEMORY_FIRMWARE_TABLES ? OVER_TABLES
           : kind == BATON_MEMORY_FRAMEBUFFER     ? OVER_FRAMEBUFFER
                                                  : OVER_LOADER;
}

bool reference_place(struct reference *reference, uint64_t base, uint64_t size, uint32_t kind)
{
    enum map_over over = over_of(kind);

    for (size_t i = 0; i < reference->pages; i++) {
        struct reference_page *page = &reference->page[i];
        uint64_t address = reference->base + i * REFERENCE_PAGE;

        if (address < base || address >= base + size)
            continue;
        if (over == OVER_LOADER && page->over == OVER_LOADER)
            return false;
        if (over > page->over) {
            page->over = over;
            page->over_kind = kind;
        }
    }
    return true;
}

static bool entry_of_page(const struct reference *reference, size_t index, struct baton_memory *ret_entry)
{
    const struct reference_page *page = &reference->page[index];
    uint64_t address = reference->base + index * REFERENCE_PAGE;

    if (!page->winner && page->over == OVER_NOTHING)
        return false;
    *ret_entry = (struct baton_memory){.base = address, .size = REFERENCE_PAGE};
    if (page->winner) {
        ret_entry->kind = page->winner->kind;
        ret_entry->efi_type = page->winner->type;
        ret_entry->efi_attributes = page->winner->attributes;
    }
    if (address == 0 && page->listed_free)
        ret_entry->kind = BATON_MEMORY_RESERVED;
    if (page->over != OVER_NOTHING)
        ret_entry->kind = page->over_kind;
    return true;
}

size_t reference_entries(const struct reference *reference, struct baton_memory *ret_entries)
{
    size_t count = 0;

    for (size_t i = 0; i < reference->pages; i++) {
        struct baton_memory *last = count > 0 ? &ret_entries[count - 1] : NULL;
        struct baton_memory entry;

        if (!entry_of_page(reference, i, &entry))
            continue;
        if (last && last->base + last->size == entry.base && last->kind == entry.kind &&
            last->efi_type == entry.efi_type && last->efi_attributes == entry.efi_attributes)
            last->size += entry.size;
        else
            ret_entries[count++] = entry;
    }
    return count;
}
