/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot counting in the names of entries' files (core/counting.h). What goes wrong with it never ends a boot. */
#ifndef BATON_COUNT_H
#define BATON_COUNT_H

#include "boot.h"

/* Puts aside, as the choice's twins, what is there twice with other counters, and gives the paths of counted
 * entries room to change. STATUS_NO_MEMORY. */
MUST_CHECK enum status count_prepare(struct boot *boot, struct error *error);

/*
 * Counts one try of the entry, if its tries are counted: on the disk its file has its next name when this returns. A
 * warning where that cannot be done. `tried` may be a copy of one of the choice's. Says whether the entry's kernel has
 * another path now, which an image has that was renamed: what was planned with the path before is to be planned anew.
 */
bool count_try(struct boot *boot, const struct entry *tried);

/* Tells what is about to be started which file has its counters (LoaderBootCountPath), so that it can say that all went
 * well; nothing when it has none. And when it has come back: there is nothing to be said any more. */
void count_announce(const struct boot *boot);
void count_withdraw(const struct boot *boot);

#endif
