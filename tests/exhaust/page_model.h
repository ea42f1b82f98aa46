/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What page tables must hold, as a list of ranges, each page of which is looked at by itself, and a walk through real
 * tables that compares the two: Intel SDM volume 3A, 4.5. Of the loader only page_tables_look_up is called.
 */
#ifndef BATON_TEST_PAGE_MODEL_H
#define BATON_TEST_PAGE_MODEL_H

#include "paging.h"

#define MODEL_PAGE   (1ULL << 12)
#define MODEL_2M     (1ULL << 21)
#define MODEL_1G     (1ULL << 30)
#define MODEL_512G   (1ULL << 39)
#define MODEL_WINDOW (1ULL << 32) /* all ranges lie in a window of this size */
#define MODEL_RANGES 3
#define MODEL_CHUNKS 3 /* of 512 GiB, shared */

struct model_range {
    uint64_t address, physical, size;
    uint32_t permissions;
    uint64_t mapped; /* the first bytes of it */
};

struct model {
    unsigned levels, largest_leaf;
    uint64_t window; /* where it begins */
    size_t capacity, used;
    struct model_range range[MODEL_RANGES];
    size_t ranges;
    bool table[5][MODEL_WINDOW / MODEL_2M]; /* by level and span: whether there is one */
    uint64_t from, to, shared;              /* bytes */
    bool chunk[MODEL_CHUNKS];               /* those that had a table when they were shared */
};

void model_start(struct model *model, unsigned levels, unsigned largest_leaf, uint64_t window, size_t capacity);

/* Adds a range, and returns how much of it will be mapped. */
uint64_t model_map(struct model *model, struct model_range range);

/* False when there is no table for it. */
bool model_share(struct model *model, uint64_t from, uint64_t to, uint64_t size);

/* The entry that maps `address` and its level; 0 when none does. */
uint64_t model_entry(const struct model *model, uint64_t address, unsigned *ret_level);

/* Compares the tables with the model. NULL, or what is wrong at `ret_where`. */
const char *model_check(const struct model *model, const struct page_tables *tables, uint64_t *ret_where);

#endif
