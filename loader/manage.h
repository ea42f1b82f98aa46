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

/* The choice has failed, with this status and error: shows it, and to who asks for it the menu, which may have
 * automatic entries. Returns as manage does. */
MUST_CHECK enum status manage_nothing(struct boot *boot, enum status status, struct error *error);

#endif
