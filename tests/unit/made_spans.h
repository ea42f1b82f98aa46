/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine's physical memory for tests: spans, from which a firmware would hand out pages and make its map. */
#ifndef BATON_TEST_MADE_SPANS_H
#define BATON_TEST_MADE_SPANS_H

#include "chance.h"
#include "made_map.h"

#define SPANS_MAX 512

struct span {
    uint64_t base, end;
    uint32_t type;
    uint64_t attributes;
};

struct spans {
    struct span span[SPANS_MAX]; /* sorted, disjoint */
    size_t count;
};

/* Behind all others. */
void spans_add(struct spans *spans, uint64_t base, uint64_t end, uint32_t type, uint64_t attributes);

/* Takes `size` bytes of free memory below `limit` at a place by chance, never page 0, and gives them a type. False when
 * there is none. */
bool spans_take(struct spans *spans, struct chance *chance, uint64_t size, uint64_t alignment, uint64_t limit,
                uint32_t type, uint64_t *ret_base);

/* Takes just these bytes. False when they are not free. */
bool spans_take_exactly(struct spans *spans, uint64_t base, uint64_t size, uint32_t type);

/* The firmware's map, not in the order of addresses. made_map_end gives it back. */
struct made_map spans_report(const struct spans *spans, size_t descriptor_size);

#endif
