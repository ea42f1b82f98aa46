/* SPDX-License-Identifier: 0BSD */
/* The page tables, and what else the processor itself reads in memory. */
#ifndef TOUR_TABLES_H
#define TOUR_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

/* What the page tables say of a virtual address. */
bool tables_translate(const struct baton *baton, uint64_t address, uint64_t *ret_physical);

struct table {
    const char *what;
    uint64_t physical;
    uint64_t size;    /* bytes */
    uint64_t ignored; /* bits of each of its 64-bit words that the processor writes by itself */
};

/* Calls `visit` for each table that is in use, until it returns false; returns what it returned last. */
bool tables_visit(const struct baton *baton, bool (*visit)(void *context, const struct table *table), void *context);

#endif
