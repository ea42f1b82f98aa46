/* SPDX-License-Identifier: BSD-2-Clause */
/* How each processor reads its page tables, by its manual: nothing of core/paging_formats.c is used. */
#ifndef BATON_FAKE_JUDGE_TABLES_H
#define BATON_FAKE_JUDGE_TABLES_H

#include "fake_processors.h"
#include "judge.h"

/* What an entry says. */
struct table_entry {
    bool is_present, is_leaf;
    bool is_odd; /* it has bits that docs/protocol.md, 3.4, does not give it */
    uint64_t physical;
    unsigned flags; /* MAPPED_...: of a leaf, or, of a table, what may be below it */
};

struct table_format {
    unsigned half_bits; /* either half of the addresses is 2 to this bytes */
    bool has_two_roots; /* the upper half's is the page behind the lower half's */
    bool has_combining; /* and pages for devices */
    struct table_entry (*read)(uint64_t entry, unsigned level);
};

/* The format of the setup's processor, as a kernel that was entered so has it. */
const struct table_format *table_format(const struct machine_entry *entry);

/* The physical address of the root for this address. */
uint64_t table_root(const struct machine_entry *entry, uint64_t address);

/* Lists what the tables map, in ascending order of addresses; complains of what is wrong in them. */
void judge_tables(const struct judge *judge, struct judge_mappings *ret_is);

#endif
