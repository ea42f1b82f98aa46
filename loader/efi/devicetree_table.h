/* SPDX-License-Identifier: BSD-2-Clause */
/* A device tree that an entry has for its kernel, in place of the firmware's (EBBR 2.1, section 2.3). */
#ifndef BATON_DEVICETREE_TABLE_H
#define BATON_DEVICETREE_TABLE_H

#include "files.h"

/*
 * Reads the file into memory that a kernel keeps, and makes it the configuration table for device trees. All of it is
 * in the ledger, which puts the table that was there before back, unless somebody else has put another one in place
 * meanwhile. STATUS_INVALID: the file holds no device tree.
 */
MUST_CHECK enum status devicetree_install(struct ledger *ledger, const struct volume *volume, const char *path,
                                          struct error *error);

#endif
