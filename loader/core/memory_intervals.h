/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map, read once: whole pages, in the order of their addresses. Firmware has its descriptors in
 * any order; whoever looks for an address would else go through all of them each time.
 */
#ifndef BATON_MEMORY_INTERVALS_H
#define BATON_MEMORY_INTERVALS_H

#include <baton/baton.h>

#include "efi_map.h"

struct memory_interval {
    uint64_t base, end; /* physical; whole pages, one at least */
    uint64_t attributes;
    uint32_t kind; /* BATON_MEMORY_... */
    uint32_t efi_type;
    uint32_t sequence; /* its place among those of the firmware's map that have pages */
};

struct memory_intervals {
    const struct memory_interval *interval;
    size_t count;
    bool overlap; /* some do, which the specification does not allow */
};

/*
 * Reads the map into `room`, which has `capacity` intervals, efi_map_count() at the most. Pages that a descriptor has
 * in part (base in the middle of a page) are its own, but not what will be free for a kernel. Cost: n log n; n where
 * the map is nearly sorted.
 */
void memory_intervals_read(const struct efi_map *efi, struct memory_interval *room, size_t capacity,
                           struct memory_intervals *ret_intervals);

/* Sorts intervals by where they begin, and by sequence, and finds out whether they overlap. */
struct memory_intervals memory_intervals_sort(struct memory_interval *interval, size_t count);

/* Where to begin to look for those that have memory at `address` or behind it: all before this one end sooner. */
size_t memory_intervals_from(const struct memory_intervals *intervals, uint64_t address);

/* One that lists the memory at `address`; NULL when none does. */
const struct memory_interval *memory_intervals_find(const struct memory_intervals *intervals, uint64_t address);

/* The kind that a firmware type is by itself. */
uint32_t memory_kind_of(uint32_t efi_type, uint64_t attributes);

/* Whether a kernel may use such memory for whatever it likes, at once or when it is done with the baton. */
static inline bool memory_kind_is_free(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER ||
           kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

#endif
