/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The configuration table with a seed for Linux's random numbers (LINUX_EFI_RANDOM_SEED_TABLE_GUID). Linux takes its
 * bits for fully random, and wipes them.
 */
#ifndef BATON_RANDOM_TABLE_H
#define BATON_RANDOM_TABLE_H

#include "ledger.h"
#include "random_seed.h"

/* The bits that an earlier boot stage has left there; without data when there is no such table, or an absurd one, or
 * when all are zero. They belong into what is made for random_table_install, which overwrites them. */
struct bytes random_table_find(const struct firmware *firmware);

/*
 * Leaves a seed for the kernel. It is copied: the caller wipes its own.
 *
 * A table of an earlier stage that has room for it gets it in place. There is nothing to undo then: the new seed was
 * made of what was there, and an old one must not be used twice. Otherwise a table is made and noted in the ledger.
 * Undoing takes it away and wipes it, unless what was started meanwhile has put one of its own in its place, as Linux
 * does: Linux has freed ours then. STATUS_NO_MEMORY, STATUS_DEVICE: there is no seed, which is no reason not to boot.
 */
MUST_CHECK enum status random_table_install(struct ledger *ledger, const uint8_t seed[RANDOM_SEED_SIZE],
                                            struct error *error);

#endif
