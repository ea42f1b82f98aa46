/* SPDX-License-Identifier: BSD-2-Clause */
/* Sections 4a and 4b: what leaves say that is not in struct mapping by a name is what all of them say there. */
#include "selfcheck.h"

static void visit_run(void *context, const struct mapping *run)
{
    (void)context;
    if (run->other)
        broken("the leaves of %#lx-%#lx differ by the bits %#lx", run->address, run->address + run->size, run->other);
}

static void visit_table(void *context, uint64_t physical, unsigned level)
{
    (void)context;
    (void)physical;
    (void)level;
}

static void check_leaves(struct subject *subject)
{
    const struct paging_visitor visitor = {visit_run, visit_table, NULL, false, NULL};
    struct paging_counts counts;

    (void)paging_walk(subject->baton, &visitor, &counts); /* "page-tables" says what cannot be read */
}

static const struct check checks[] = {
    {"leaf-bits", check_leaves},
};
const struct check_list leaf_checks = {checks, COUNT(checks)};
