/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's memory map, made from the firmware's and from what the loader itself placed (docs/protocol.md, "The
 * memory map"): sorted, page-aligned, disjoint, merged, each range with one kind. Sealing cannot fail: all its room
 * is fixed before, by the number of descriptors that the firmware's map can have at most.
 */
#ifndef BATON_MEMORY_MAP_H
#define BATON_MEMORY_MAP_H

#include <baton/baton.h>

#include "efi_map.h"
#include "error.h"

/* A range with a kind that overrides what the firmware says of it. */
struct placed_range {
    uint64_t base; /* physical, page-aligned */
    uint64_t size; /* bytes, page-aligned */
    uint32_t kind; /* BATON_MEMORY_... */
};

/* One input range while the map is made. */
struct memory_interval {
    uint64_t base, end;
    uint64_t attributes;
    uint32_t kind;
    uint32_t efi_type;
    uint32_t sequence; /* where ranges are equally strict, the first one wins */
};

struct memory_map_room {
    size_t intervals;                 /* how many input ranges the room is for */
    struct memory_interval *interval; /* `intervals` of them */
    uint32_t *heap;                   /* 2 * `intervals` of them */
    struct baton_memory *entry;       /* memory_map_entries(intervals) of them */
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

/* The kind that a firmware type is by itself. */
uint32_t memory_kind_of(uint32_t efi_type, uint64_t attributes);

/*
 * Writes the map into `room->entry` and returns how many entries it has. Ranges beyond the room's capacity would be
 * left out, which a caller that sized the room by memory_map_intervals never sees. Cost: n log n; n where the
 * firmware's map is nearly sorted.
 */
size_t memory_map_seal(const struct efi_map *efi, const struct placed_range *placed, size_t placed_count,
                       const struct memory_map_room *room);

/* "usable", "boot services" and so on. */
const char *memory_kind_name(uint32_t kind);

/* The entry in which `address` lies; NULL when it is in none. Binary search. */
const struct baton_memory *memory_map_find(const struct baton_memory *entries, size_t count, uint64_t address);

#endif
