/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The room for the final memory maps, fixed before boot services end: what GetMemoryMap writes, the kernel's map, and
 * behind those the scratch that sealing needs. One block, so that it can be replaced by a larger one.
 */
#ifndef BATON_MAPS_LAYOUT_H
#define BATON_MAPS_LAYOUT_H

#include "memory_map.h"

struct maps_layout {
    size_t intervals;  /* memory_map_intervals() of what the room is for */
    uint64_t raw_size; /* bytes for GetMemoryMap, at offset 0 */
    uint64_t entries;  /* offset of the kernel's map */
    uint64_t labelled; /* bytes that the kernel keeps, page-aligned */
    uint64_t scratch;  /* offset of the intervals and the heap */
    uint64_t size;     /* bytes, page-aligned */
};

/* For a firmware map of at most `raw_size` bytes and `placed` ranges of the loader's. False when the sizes are absurd.
 */
MUST_CHECK bool maps_layout_make(uint64_t raw_size, size_t descriptor_size, size_t placed,
                                 struct maps_layout *ret_layout);

/* The room itself, in `memory` of layout->size bytes. */
struct memory_map_room maps_layout_room(const struct maps_layout *layout, uint8_t *memory);

#endif
