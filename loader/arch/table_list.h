/* SPDX-License-Identifier: BSD-2-Clause */
/* machine_live_tables, of any machine whose tables are in a format of paging.h. */
#ifndef BATON_TABLE_LIST_H
#define BATON_TABLE_LIST_H

#include "machine.h"

#define TABLE_LIST_ENTRIES 512 /* of a whole page */

struct table_list {
    struct machine_range *ranges; /* the caller's */
    size_t capacity;              /* of them; at least 1 */
    size_t count;
};

/* Adds the pages of the tables that the one at `root`, on level `levels`, leads to, and its own. It has `entries`
 * entries, which are fewer than a page where the address space is small. */
void table_list_add(struct table_list *list, const struct paging_format *format, unsigned levels, uint64_t root,
                    size_t entries);

#endif
