/* SPDX-License-Identifier: BSD-2-Clause */
/* Titles that can be told apart. */
#ifndef BATON_MENU_TITLES_H
#define BATON_MENU_TITLES_H

#include "arena.h"
#include "menu.h"
#include "status.h"

/*
 * Gives each item what is shown for it: its title or, without one, its id; and to those that look the same, as
 * systemd-boot does, the version, then the first eight characters of the machine-id, then the id, each in parentheses
 * and only where items still look the same and have one.
 *
 * What is made lies in `arena`; 8 bytes and 3 × (title + version + id + 48) for each item always suffice.
 * STATUS_NEED_ROOM: it is too small. Then it is as it was, and trying again begins anew.
 */
MUST_CHECK enum status menu_make_titles(struct menu_item *items, size_t count, struct arena *arena);

#endif
