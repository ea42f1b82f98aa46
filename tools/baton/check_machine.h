/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine that `baton check` thinks of: what PCs have, unless an option takes it away. */
#ifndef BATON_CHECK_MACHINE_H
#define BATON_CHECK_MACHINE_H

#include "error.h"
#include "facts.h"
#include "pool.h"

#define CHECK_DEFAULT_MEMORY "4G"

/* As the options give it. */
struct check_machine {
    const char *memory; /* NULL: CHECK_DEFAULT_MEMORY */
    const char *levels; /* of page tables, "4" or "5"; NULL: 4 */
    bool no_framebuffer;
    bool no_random; /* numbers */
    bool no_acpi;
    bool device_tree;
};

/* STATUS_INVALID: an option's value makes no sense. */
MUST_CHECK enum status check_machine_make(struct pool *pool, const struct check_machine *machine,
                                          struct facts *ret_facts, struct error *error);

/* In words: "4 GiB of memory, …". */
const char *check_machine_describe(struct pool *pool, const struct facts *facts);

#endif
