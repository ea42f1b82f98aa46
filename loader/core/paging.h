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
#define PAGING_SHARE_TABLES 1

/* How a machine writes its entries. 512 entries of 8 bytes to a table; a leaf of level 1 maps 4 KiB, of level 2 2 MiB,
 * of level 3 1 GiB. */
struct paging_format {
    uint64_t table;                 /* bits of an entry that points to a table */
    uint64_t page;                  /* bits of every leaf of level 1 */
    uint64_t large;                 /* bits of every leaf above */
    uint64_t is_table_mask;         /* an entry above level 1 points to a table when, of these bits, */
    uint64_t is_table;              /* it has just these; else it is a leaf */
    uint64_t write;                 /* further bits of a leaf when it is writable */
    uint64_t read_only;             /* and when it is not */
    uint64_t execute;               /* further bits when it is executable */
    uint64_t no_execute;            /* and when it is not */
    uint64_t write_combining;       /* further bits at level 1 */
    uint64_t write_combining_large; /* further bits above level 1 */
    uint64_t device;                /* further bits of a device's registers, on any level */
    uint64_t address_mask;          /* the bits that hold an address, */
    unsigned address_shift;         /* which is shifted right by so many */
    bool has_two_roots;             /* the upper half's root is the page behind the lower half's */
};

/* Intel SDM volume 3, 4.5 and 4.11; AMD APM volume 2, 5.3. PAT entry 5 is write-combining, entry 3 uncached. */
extern const struct paging_format paging_x86_64;

/* Arm ARM (DDI 0487), D8.3: 4 KiB granule, 48-bit addresses, a translation regime with two halves (EL1, or EL2 with
 * HCR_EL2.E2H); and EL2's without, which has one half and one bit that forbids execution. MAIR index 0 is Normal
 * write-back, 1 Normal non-cacheable, 2 Device-nGnRE. */
extern const struct paging_format paging_aarch64;
extern const struct paging_format paging_aarch64_el2;

/* RISC-V privileged architecture, 4.3 to 4.5: Sv39 (3 levels), Sv48 (4), Sv57 (5). The second is for harts with Svpbmt,
 * where a page can be non-cacheable (5.3); without, what is cached is the memory's own business. */
extern const struct paging_format paging_riscv64;
extern const struct paging_format paging_riscv64_svpbmt;

/* Either half of the address space that tables of so many levels have is 2 to this bytes. Of five levels no more is
 * used than of four, so that a kernel runs where either is. */
unsigned paging_half_bits(const struct paging_format *format, unsigned levels);

/* What one entry of the tables covers that page_tables_share shares: bytes. */
uint64_t paging_share_size(unsigned levels);

struct page_tables {
    const struct paging_format *format;
    unsigned levels;                           /* 3 to 5 */
    unsigned largest_leaf;                     /* the highest level that may hold leaves: 2, or 3 with 1 GiB pages */
    uint8_t *pool;                             /* pages, first the root or roots. NULL: only count */
    uint64_t pool_physical;                    /* its physical address */
    size_t capacity;                           /* pages in the pool */
    size_t used;                               /* pages taken, or counted */
    uint64_t last_span[PAGING_LEVELS_MAX + 1]; /* while counting: the last table that was met on each level */
};

/* Starts with an empty root, or two. The pool, which may hold anything, has at least those. */
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
 * where tables are there by now. All three numbers are multiples of paging_share_size, and nothing is mapped at `to`.
 * False when the pool is used up. Takes at most PAGING_SHARE_TABLES.
 */
bool page_tables_share(struct page_tables *tables, uint64_t from, uint64_t to, uint64_t size);

/* The number of tables that a range of `size` bytes can take at the most, wherever it lies. */
size_t page_tables_worst(uint64_t size, unsigned levels);

/* What `address` is mapped to, with the leaf's bits and level; false when it is not mapped. For tests and checks. */
bool page_tables_look_up(const struct page_tables *tables, uint64_t address, uint64_t *ret_physical, uint64_t *ret_leaf,
                         unsigned *ret_level);

#endif
