/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the operating system tells the loader, by variables of the Boot Loader Interface (interface.h): which entry to
 * boot, and how long the menu is there. A boot can do without any of it.
 */
#ifndef BATON_HEED_H
#define BATON_HEED_H

#include "boot.h"

/*
 * Decides which of the sorted entries is booted, and the menu's timeout, into boot->choice. A variable for one boot is
 * deleted before it is heeded, and passed over when it cannot be: it would come again at each boot, and the machine
 * would never get past an entry that does not work.
 */
void heed(struct boot *boot);

/* The entry is about to be booted: keeps its id as LoaderEntryLastBooted when `@saved` is the default, and when it has
 * changed. An entry that was chosen for this boot alone is not kept. */
void heed_booted(struct boot *boot, const struct entry *entry);

#endif
