/* SPDX-License-Identifier: BSD-2-Clause */
/* One kernel, with its boot entry and its modules: what the loader would say and do. */
#ifndef BATON_CHECK_KERNEL_H
#define BATON_CHECK_KERNEL_H

#include "baton_kernel.h"
#include "check_plan.h"
#include "check_say.h"
#include "check_sections.h"

struct check_kernel {
    struct check_boot boot;         /* when there is no error among the messages */
    struct check_sections sections; /* the same, for an ELF kernel */
    struct check_messages messages;
};

/* Plans its boot on a machine with these facts. All goes into *kernel; its messages are added to. */
void check_kernel_judge(struct pool *pool, const struct facts *facts, const struct entry *entry,
                        const struct check_file *files, size_t count, struct check_kernel *kernel);

/* What Baton's protocol knows of a kernel that boots and whose plan ends with PLAN_LEAVE. */
const struct baton_kernel_plan *check_kernel_known(const struct check_kernel *kernel);

/* Whether its entry or its note asks for a random place. */
bool check_kernel_is_random(const struct check_kernel *kernel);

/* Prints where the parts of a kernel that boots go, and what it asks for. */
void check_kernel_print(struct pool *pool, const struct check_kernel *kernel);

#endif
