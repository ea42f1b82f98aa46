/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries that nobody has written: programs that are there by their usual names, and what the firmware does by itself.
 * Their ids are systemd-boot's, by which loader.conf and the operating system may name them. They stand behind all
 * others, in this order, and only who names one or chooses one in the menu gets it.
 */
#ifndef BATON_AUTOMATIC_ENTRIES_H
#define BATON_AUTOMATIC_ENTRIES_H

#include "config.h"
#include "entry.h"

enum automatic_entry {
    AUTOMATIC_MACOS,
    AUTOMATIC_WINDOWS,
    AUTOMATIC_SHELL,
    AUTOMATIC_FIRMWARE_SETUP,
    AUTOMATIC_POWER_OFF,
    AUTOMATIC_REBOOT,
    AUTOMATIC_COUNT,
};

/* Whether loader.conf lets it be there. */
bool automatic_entry_is_wanted(enum automatic_entry which, const struct loader_config *config);

/* The entry, whose texts last. One that boots is there when its kernel, a path on the loader's own volume, is; `shell`
 * is the UEFI shell's for this machine. */
struct entry automatic_entry_make(enum automatic_entry which, const char *shell);

/* Whether a name is kept for automatic entries: it begins with "auto-", in either case. An id or a pattern for one may
 * then name one that has not been looked for yet; a file of that name is no entry. */
bool automatic_entry_has_name(struct text name);

#endif
