/* SPDX-License-Identifier: 0BSD */
/* The few things that need to know the processor. */
#ifndef TOUR_MACHINE_H
#define TOUR_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

/* Stops for good. */
_Noreturn void machine_halt(void);

/* Tells `baton run --test` how it went; stops where nobody listens. */
_Noreturn void machine_exit(bool success);

/* What the page tables say of a virtual address. */
bool machine_translate(const struct baton *baton, uint64_t address, uint64_t *ret_physical);

/* Something that the processor itself reads: a page table, or a descriptor table. */
struct machine_table {
    const char *what;
    uint64_t physical;
    uint64_t size;
    uint64_t ignored; /* bits of each of its 64-bit words that the processor writes by itself */
};

/* Calls `visit` for each table that is in use, until it returns false; returns what it returned last. */
bool machine_visit_tables(const struct baton *baton, bool (*visit)(void *context, const struct machine_table *table),
                          void *context);

#endif
