/* SPDX-License-Identifier: 0BSD */
#include "map.h"

#include "kinds.h"

#define EFI_CONVENTIONAL_MEMORY 7u

/* EFI_MEMORY_DESCRIPTOR, as the firmware gave it; the next one is descriptor_size bytes on. */
struct efi_descriptor {
    uint32_t type;
    uint32_t padding;
    uint64_t physical;
    uint64_t virtual_address;
    uint64_t pages;
    uint64_t attributes;
};

uint64_t map_count_pages(const struct baton *baton, uint32_t kinds)
{
    uint64_t pages = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (kind_is_in(entry->kind, kinds))
            pages += entry->size / BATON_PAGE_SIZE;
    }
    return pages;
}

const struct baton_memory *map_find_overlap(const struct baton *baton, uint32_t kinds, uint64_t base, uint64_t size)
{
    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (kind_is_in(entry->kind, kinds) && base < entry->base + entry->size && entry->base < base + size)
            return entry;
    }
    return NULL;
}

/* The end of the conventional memory that begins at or before `address` and goes on at it; `address` if none does. */
static uint64_t conventional_until(const struct baton_efi_memory_map *map, uint64_t address)
{
    const uint8_t *descriptors = map->descriptors;

    for (uint64_t at = 0; at + sizeof(struct efi_descriptor) <= map->size; at += map->descriptor_size) {
        const struct efi_descriptor *descriptor = (const void *)(descriptors + at);
        uint64_t end = descriptor->physical + descriptor->pages * BATON_PAGE_SIZE;

        if (descriptor->type == EFI_CONVENTIONAL_MEMORY && descriptor->physical <= address && address < end)
            return end;
    }
    return address;
}

/* Against the firmware's own, untouched map: all of a usable entry must be conventional memory there. */
static bool check_usable(struct report *report, const struct baton *baton, const struct baton_memory *entry)
{
    uint64_t end = entry->base + entry->size;
    uint64_t address = entry->base;

    if (entry->base == 0)
        return report_failure(report, "page 0 is reported usable");
    while (address < end) {
        uint64_t until = conventional_until(&baton->efi_memory_map, address);

        if (until == address)
            return report_failure(report, "the page at 0x%lx is not usable memory of the firmware's", address);
        address = until;
    }
    return true;
}

bool map_check(struct report *report, const struct baton *baton)
{
    uint64_t last_end = 0;

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->size == 0 || (entry->base | entry->size) % BATON_PAGE_SIZE != 0)
            return report_failure(report, "the map's entry at 0x%lx is empty or not of whole pages", entry->base);
        if (entry->base < last_end)
            return report_failure(report, "the map's entry at 0x%lx is not after its neighbour", entry->base);
        last_end = entry->base + entry->size;
        if (entry->kind == BATON_MEMORY_USABLE && (baton->facts & BATON_FACT_EFI_MEMORY_MAP) &&
            !check_usable(report, baton, entry))
            return false;
    }
    report_result(report, "all %u entries of the memory map are in order: ok", baton->memory_map.count);
    return true;
}
