/* SPDX-License-Identifier: 0BSD */
/* The few things that need to know the processor. machine_ARCHITECTURE.c has them for one. */
#ifndef TOUR_MACHINE_H
#define TOUR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

/* Stops for good. */
_Noreturn void machine_halt(void);

/*
 * The page tables in use. They have one shape on all three architectures: a table is a page with 512 entries of 64
 * bits, and each level takes nine bits of the address. The entries of level 1 map pages.
 */
struct machine_paging {
    unsigned levels;
    uint64_t lower;   /* physical address of the first table for addresses of the lower half */
    uint64_t upper;   /* and for those of the upper half, which may be the same one */
    uint64_t written; /* bits of an entry that the processor sets by itself */
};

struct machine_paging machine_paging(void);

struct machine_entry {
    bool present;
    bool leaf;         /* it maps memory; else it leads to a table of the level below */
    uint64_t physical; /* the memory's or the table's address; of memory only the bits above the page's size count */
};

/* Reads an entry of a table of that level. */
struct machine_entry machine_read_entry(uint64_t entry, unsigned level);

/* What else the processor reads in memory by itself. */
struct machine_region {
    const char *what;
    uint64_t address; /* virtual */
    uint64_t size;    /* bytes */
};

#define MACHINE_REGIONS 2u

/* Fills in up to MACHINE_REGIONS of them; returns how many. */
unsigned machine_regions(struct machine_region *regions);

#endif
