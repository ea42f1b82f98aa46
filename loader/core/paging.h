/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables: one walker that builds them in a pool of pages or, without a pool, counts the pages it would take.
 * Formats are data, so one walker serves every machine. Pure: physical addresses are numbers, the pool is a pointer.
 */
#ifndef BATON_PAGING_H
#define BATON_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "permissions.h"

#define PAGING_LEVELS_MAX   5
#define PAGING_SHARE_SIZE   (1ULL << 39) /* what one table of level 3 covers */
#define PAGING_SHARE_TABLES 1

/* How a machine writes its entries. 512 entries of 8 bytes to a table; a leaf of level 1 maps 4 KiB, of level 2 2 MiB,
 * of level 3 1 GiB. */
struct paging_format {
    uint64_t table;                 /* bits of an entry that points to a table */
    uint64_t leaf;                  /* bits of every leaf */
    uint64_t large;                 /* further bits of a leaf above level 1 */
    uint64_t write;                 /* further bits when it is writable */
    uint64_t no_execute;            /* further bits when it is not executable */
    uint64_t write_combining;       /* further bits at level 1 */
    uint64_t write_combining_large; /* further bits above level 1 */
    uint64_t address_mask;          /* the bits that hold an address */
};

/* Intel SDM volume 3, 4.5 and 4.11; AMD APM volume 2, 5.3. PAT entry 5 is write-combining. */
extern const struct paging_format paging_x86_64;

struct page_tables {
    const struct paging_format *format;
    unsigned levels;                           /* 4 or 5 */
    unsigned largest_leaf;                     /* the highest level that may hold leaves: 2, or 3 with 1 GiB pages */
    uint8_t *pool;                             /* zeroed pages; the root is the first. NULL: only count */
    uint64_t pool_physical;                    /* its physical address */
    size_t capacity;                           /* pages in the pool */
    size_t used;                               /* pages taken, or counted */
    uint64_t last_span[PAGING_LEVELS_MAX + 1]; /* while counting: the last table that was met on each level */
};

/* Starts with an empty root. */
void page_tables_start(struct page_tables *tables, const struct paging_format *format, unsigned levels,
                       unsigned largest_leaf, uint8_t *pool, uint64_t pool_physical, size_t capacity);

/*
 * Maps `size` bytes at `address` to `physical` with PERMIT_... `permissions`, in the largest pages that fit. All three
 * numbers are page-aligned. Returns how many bytes were mapped: fewer than `size` when the pool is used up, or when
 * something is there already: a page, or a table where a large page would be. Counting maps all; it is exact for ranges
 * in ascending order, and never too low for others.
 */
uint64_t page_tables_map(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size,
                         uint32_t permissions);

/* Takes back what page_tables_map did for the same range, of which it mapped `mapped` bytes. The tables stay. */
void page_tables_unmap(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size, uint64_t mapped);

/*
 * Shows what is mapped at `from` at `to` as well, by way of the same tables: what is mapped later appears in both,
 * where tables are there by now. All three numbers are multiples of PAGING_SHARE_SIZE, and nothing is mapped at `to`.
 * False when the pool is used up. Takes at most PAGING_SHARE_TABLES.
 */
bool page_tables_share(struct page_tables *tables, uint64_t from, uint64_t to, uint64_t size);

/* The number of tables that a range of `size` bytes can take at the most, wherever it lies. */
size_t page_tables_worst(uint64_t size, unsigned levels);

/* What `address` is mapped to, with the leaf's bits and level; false when it is not mapped. For tests and checks. */
bool page_tables_look_up(const struct page_tables *tables, uint64_t address, uint64_t *ret_physical, uint64_t *ret_leaf,
                         unsigned *ret_level);

#endif
