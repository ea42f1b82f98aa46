/* SPDX-License-Identifier: BSD-2-Clause */
/* A device tree that an entry has for its kernel, in place of the firmware's (EBBR 2.1, section 2.3). */
#ifndef BATON_DEVICETREE_TABLE_H
#define BATON_DEVICETREE_TABLE_H

#include "entry.h"
#include "facts.h"
#include "files.h"

/*
 * Makes the entry's tree, with its overlays applied, the configuration table for device trees, in memory that a kernel
 * keeps. The files are on `volume`. An entry that has only overlays gets them on a copy of the firmware's tree; a tree
 * of the entry's is shown to the firmware, which may add to it (EFI_DT_FIXUP_PROTOCOL).
 *
 * All of it is in the ledger, which puts the table that was there before back, unless somebody else has put another one
 * in place meanwhile. STATUS_INVALID: a file holds no device tree, or an overlay does not fit.
 */
MUST_CHECK enum status devicetree_install(struct ledger *ledger, const struct volume *volume, const struct entry *entry,
                                          const struct facts *facts, struct error *error);

#endif
