/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's memory map, made from the firmware's and from what the loader itself placed (docs/protocol.md, "The
 * memory map"): sorted, page-aligned, disjoint, merged, each range with one kind. Sealing cannot fail: all its room
 * is fixed before, by the number of descriptors that the firmware's map can have at most.
 */
#ifndef BATON_MEMORY_MAP_H
#define BATON_MEMORY_MAP_H

#include <baton/baton.h>

#include "error.h"
#include "memory_intervals.h"

/* A range with a kind that overrides what the firmware says of it. */
struct placed_range {
    uint64_t base; /* physical, page-aligned */
    uint64_t size; /* bytes, page-aligned */
    uint32_t kind; /* BATON_MEMORY_... */
};

struct memory_map_room {
    size_t intervals;                 /* how many input ranges the room is for */
    struct memory_interval *interval; /* `intervals` of them */
    uint32_t *heap;                   /* one for each input range, the firmware's and placed ones */
    struct baton_memory *entry;       /* memory_map_entries() of them all */
};

/* Input ranges for a map of at most `descriptors` and `placed` ranges: one more, since page 0 gets one of its own. */
static inline size_t memory_map_intervals(size_t descriptors, size_t placed)
{
    return descriptors + placed + 1;
}

/* Entries that a map of so many input ranges can have at most: each range begins and ends one. */
static inline size_t memory_map_entries(size_t intervals)
{
    return 2 * intervals + 1;
}

/*
 * Writes the map of the firmware's memory with the placed ranges over it into `room->entry`, and returns how many
 * entries it has. room->interval is for the placed ranges alone: memory_map_intervals(0, placed_count). Ranges beyond
 * that would be left out. Cost: n log n; n where no ranges overlap.
 */
size_t memory_map_place(const struct memory_intervals *firmware, const struct placed_range *placed, size_t placed_count,
                        const struct memory_map_room *room);

/* The same from the firmware's own map, which is read into room->interval, too. */
size_t memory_map_seal(const struct efi_map *efi, const struct placed_range *placed, size_t placed_count,
                       const struct memory_map_room *room);

/* "usable", "boot services" and so on. */
const char *memory_kind_name(uint32_t kind);

/* The entry in which `address` lies; NULL when it is in none. Binary search. */
const struct baton_memory *memory_map_find(const struct baton_memory *entries, size_t count, uint64_t address);

#endif
