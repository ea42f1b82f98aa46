/* SPDX-License-Identifier: BSD-2-Clause */
/* What is booted, and what comes when that fails: by itself, or as a person says in the menu. */
#ifndef BATON_MANAGE_H
#define BATON_MANAGE_H

#include "boot.h"

/*
 * Boots one of the choice's entries. Returns with STATUS_OK when what was started is over or a person wants to go back
 * to the firmware, and otherwise with the failure of the last entry; what was wrong has been shown then.
 */
MUST_CHECK enum status manage(struct boot *boot, struct error *error);

/* Shows an error until a person has pressed a key, or for a while. Whether the key asks for the menu. */
bool show_error(const struct boot *boot, const struct error *error);

#endif
