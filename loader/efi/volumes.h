/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The volumes that something may be booted from: the one that the loader came from and, on the same disk, the extended
 * boot loader partition (UAPI.1, section "The Partitions").
 */
#ifndef BATON_VOLUMES_H
#define BATON_VOLUMES_H

#include "files.h"

#define VOLUMES_MAX 2

struct volumes {
    struct volume items[VOLUMES_MAX]; /* the loader's own first */
    size_t count;
};

/*
 * Finds them, and opens none. What is in the list refers to the firmware's own device paths. STATUS_NOT_FOUND, with
 * words, when the loader was not started from a volume; what else cannot be looked at is left out.
 */
MUST_CHECK enum status volumes_find(struct ledger *ledger, struct volumes *ret_volumes, struct error *error);

#endif
