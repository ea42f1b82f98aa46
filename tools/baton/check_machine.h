/* SPDX-License-Identifier: BSD-2-Clause */
/* The machines that `baton check` thinks of: what those of an architecture mostly have, unless an option changes it. */
#ifndef BATON_CHECK_MACHINE_H
#define BATON_CHECK_MACHINE_H

#include "architecture.h"
#include "error.h"
#include "facts.h"
#include "pool.h"

#define CHECK_DEFAULT_MEMORY "4G"

/* As the options give it. */
struct check_machine {
    const char *memory; /* NULL: CHECK_DEFAULT_MEMORY */
    const char *levels; /* of page tables; NULL: the fewest that machines of this architecture have */
    bool no_framebuffer;
    bool no_random; /* numbers */
    bool acpi, no_acpi;
    bool device_tree, no_device_tree;
    bool el2;    /* the firmware starts programs at EL2, */
    bool no_vhe; /* and the processor has no VHE */
};

/* STATUS_INVALID: an option's value makes no sense, or none for this architecture. */
MUST_CHECK enum status check_machine_make(struct pool *pool, const struct check_machine *machine,
                                          const struct architecture *architecture, struct facts *ret_facts,
                                          struct error *error);

/* In words: "x86_64, 4 GiB of memory, …". */
const char *check_machine_describe(struct pool *pool, const struct facts *facts);

/* Which of the architectures the facts are for. */
const struct architecture *check_machine_architecture(const struct facts *facts);

#endif
