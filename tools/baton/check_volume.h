/* SPDX-License-Identifier: BSD-2-Clause */
/* A boot volume: its configuration, and each kernel that it names. */
#ifndef BATON_CHECK_VOLUME_H
#define BATON_CHECK_VOLUME_H

#include "check_kernel.h"

/* A boot entry, or what stands in for one. */
struct check_entry {
    const char *file; /* its path on the volume */
    bool left_out;    /* it is not for this loader or machine, and says so; or it cannot be read */
    bool chosen;      /* it is tried first */
    bool elsewhere;   /* it, or its kernel, is for another machine */
    struct entry entry;
    struct check_kernel kernel;
};

struct check_volume {
    struct check_messages messages; /* of all but single entries */
    struct check_entry *entries;    /* in the order in which they are tried; those that are left out come last */
    size_t count;
};

/* Reads the configuration below `root` as the loader does, and judges what it names on a machine with these facts. */
void check_volume_judge(struct pool *pool, const struct facts *facts, const char *root,
                        struct check_volume *ret_volume);

/* Whether there is something on it for this machine: an entry that may be, or one that cannot be read. */
bool check_volume_is_for(const struct check_volume *volume);

/* Whether the volume below `root` has something at `path`. */
bool check_volume_has(struct pool *pool, const char *root, const char *path);

/* Where a file of the volume is on the host, or the loader's words for what is not one. */
MUST_CHECK enum status check_volume_find(struct pool *pool, const char *root, const char *path, const char **ret_host,
                                         struct error *error);

/* What is wrong with all of it. */
size_t check_volume_errors(const struct check_volume *volume);
size_t check_volume_warnings(const struct check_volume *volume);

#endif
