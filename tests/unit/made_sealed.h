/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's memory map for tests, sealed in room that is exactly as large as it must be. */
#ifndef BATON_TEST_MADE_SEALED_H
#define BATON_TEST_MADE_SEALED_H

#include "made_map.h"
#include "memory_map.h"

struct sealed {
    struct memory_map_room room;
    size_t count; /* entries */
};

struct sealed sealed_start(const struct made_map *made, const struct placed_range *placed, size_t placed_count);

/* In room for so many ranges, be it enough or not. */
struct sealed sealed_start_in(const struct made_map *made, const struct placed_range *placed, size_t placed_count,
                              size_t intervals);

void sealed_end(struct sealed *sealed);

#endif
