/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_sealed.h"

#include <assert.h>
#include <stdlib.h>

struct sealed sealed_start_in(const struct made_map *made, const struct placed_range *placed, size_t placed_count,
                              size_t intervals)
{
    struct efi_map map = made_map_view(made);
    struct sealed sealed = {.room = {.intervals = intervals}};

    sealed.room.interval = malloc(intervals * sizeof(sealed.room.interval[0]) + 1);
    sealed.room.heap = malloc(intervals * sizeof(sealed.room.heap[0]) + 1);
    sealed.room.entry = malloc(memory_map_entries(intervals) * sizeof(sealed.room.entry[0]));
    assert(sealed.room.interval);
    assert(sealed.room.heap);
    assert(sealed.room.entry);
    sealed.count = memory_map_seal(&map, placed, placed_count, &sealed.room);
    assert(sealed.count <= memory_map_entries(intervals));
    return sealed;
}

struct sealed sealed_start(const struct made_map *made, const struct placed_range *placed, size_t placed_count)
{
    return sealed_start_in(made, placed, placed_count, memory_map_intervals(made->count, placed_count));
}

void sealed_end(struct sealed *sealed)
{
    free(sealed->room.interval);
    free(sealed->room.heap);
    free(sealed->room.entry);
}
