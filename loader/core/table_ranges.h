/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages that some part of firmware's tables lies in or speaks of: page-aligned, sorted, disjoint, merged. */
#ifndef BATON_TABLE_RANGES_H
#define BATON_TABLE_RANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_range {
    uint64_t base; /* physical, page-aligned */
    uint64_t size; /* bytes, page-aligned */
};

/* They are in order at any time, but between table_ranges_append and table_ranges_settle. */
struct table_ranges {
    struct table_range *range; /* the caller's, `capacity` of them */
    size_t capacity;
    size_t count;
    size_t left_out; /* for how many there was no room */
};

/*
 * Adds the pages that hold `size` bytes at `base`, as far as they are below 2^52, and merges them with those that they
 * overlap or touch. Once `capacity` ranges are there, only what merges with one of them is kept. Cost: a binary search,
 * and at most one move of what lies behind.
 */
void table_ranges_add(struct table_ranges *ranges, uint64_t base, uint64_t size);

/* The first of `count` ranges in order that has a byte from `base` up to `end`; NULL when none has. A binary search. */
const struct table_range *table_ranges_overlapping(const struct table_range *range, size_t count, uint64_t base,
                                                   uint64_t end);

/* For very many: adds them as they come, as long as there is room, and brings them into order. Cost: n log n. */
void table_ranges_append(struct table_ranges *ranges, uint64_t base, uint64_t size);
void table_ranges_settle(struct table_ranges *ranges);

#endif
