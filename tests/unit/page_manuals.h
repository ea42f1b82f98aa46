/* SPDX-License-Identifier: BSD-2-Clause */
/* Formats of page tables, written a second time, from the manuals: what core/paging_formats.c is held against. */
#ifndef BATON_TEST_PAGE_MANUALS_H
#define BATON_TEST_PAGE_MANUALS_H

#include "paging.h"

/* The bits of a leaf but for its address. */
typedef uint64_t page_leaf_bits(unsigned level, uint32_t permissions);

struct page_manual {
    const struct paging_format *format;
    unsigned levels;
    unsigned half_bits;
    page_leaf_bits *leaf;
    uint64_t table;          /* the bits of an entry that points to a table */
    uint64_t decides, tells; /* of these bits a table's entry has just those */
    unsigned address_from;   /* the bit of an entry that has bit 12 of the address */
    unsigned address_bits;
    unsigned roots;
};

#define PAGE_MANUALS 9
extern const struct page_manual page_manuals[PAGE_MANUALS];

#endif
