/* SPDX-License-Identifier: 0BSD */
/* Questions to the memory map. */
#ifndef TOUR_MAP_H
#define TOUR_MAP_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

#include "report.h"

/* How many pages the entries have whose kind is in the set. */
uint64_t map_count_pages(const struct baton *baton, uint32_t kinds);

/* The first entry whose kind is in the set and that has a byte in common with the range; NULL: none. */
const struct baton_memory *map_find_overlap(const struct baton *baton, uint32_t kinds, uint64_t base, uint64_t size);

/*
 * Sorted, page-aligned, no entry empty, no two in common; nothing usable but what the firmware calls conventional
 * memory, and never page 0.
 */
bool map_check(struct report *report, const struct baton *baton);

#endif
