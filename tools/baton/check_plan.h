/* SPDX-License-Identifier: BSD-2-Clause */
/* The loader's own open and plan stages, with files of the host. */
#ifndef BATON_CHECK_PLAN_H
#define BATON_CHECK_PLAN_H

#include "pool.h"
#include "protocol.h"

/* A file that a boot takes. The kernel is the first one. */
struct check_file {
    const char *path; /* what the messages call it */
    const char *host; /* where it is */
};

struct check_boot {
    const struct check_file *files;
    struct plan_file *described;
    struct plan_input input;
    const struct protocol *protocol;
    struct plan plan;
};

/* The entry's files that its kernel takes besides its own file, which is `kernel`; none when nobody knows its kind. */
struct entry_files check_plan_companions(struct pool *pool, const struct entry *entry, const struct check_file *kernel);

/*
 * Plans the boot of `entry` on a machine with these facts. What the loader refuses is refused, in its words. The
 * result points to what the arguments point to. STATUS_DEVICE: the host cannot read a file.
 */
MUST_CHECK enum status check_plan_make(struct pool *pool, const struct facts *facts, const struct entry *entry,
                                       const struct check_file *files, size_t count, struct check_boot *ret_boot,
                                       struct error *error);

#endif
