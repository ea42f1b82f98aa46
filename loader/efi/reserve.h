/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's requests become memory, and its files and zeros go into it. */
#ifndef BATON_RESERVE_H
#define BATON_RESERVE_H

#include "files.h"
#include "plan.h"
#include "progress_line.h"

/*
 * Takes every page that the plan asks for and writes where they are into plan->places. All of it is in the ledger. What
 * plan_may_use refuses is never used, even where the firmware gives it. STATUS_TAKEN when an exact range was taken
 * since the plan's map: then undo, and plan again on a new map.
 */
MUST_CHECK enum status reserve(struct ledger *ledger, const struct facts *facts, struct plan *plan,
                               struct error *error);

/* Takes the pages of one request: also anew, after it was enlarged. */
MUST_CHECK enum status reserve_one(struct ledger *ledger, const struct facts *facts, struct plan *plan, size_t request,
                                   struct error *error);

/* Reads the files straight into their places, and zeroes what the plan says. When that takes long, `line` shows how far
 * it is. The files stay open, which harms nobody: closing each costs the firmware a flush of the disk. */
MUST_CHECK enum status load(const struct plan *plan, struct file *files, struct progress_line *line,
                            struct error *error);

#endif
