/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_SORT_H
#define BATON_SORT_H

#include <stddef.h>

/*
 * Sorts `count` elements of `size` bytes in place, smallest first, in the worst case by heap sort: n log n comparisons,
 * and few when all but a few stand in their order; no memory. `compare` returns less than, equal to or more than 0.
 * Equal elements may change places, so a caller that minds lets the comparison decide.
 */
void sort(void *elements, size_t count, size_t size, int (*compare)(const void *a, const void *b));

/* The same, where the first `sorted` elements are known to stand in their order. */
void sort_rest(void *elements, size_t sorted, size_t count, size_t size, int (*compare)(const void *a, const void *b));

#endif
