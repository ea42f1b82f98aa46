/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader tells the operating system, by volatile variables of the Boot Loader Interface (interface.h). A boot
 * can do without: what cannot be written is said in the log. */
#ifndef BATON_ANNOUNCE_H
#define BATON_ANNOUNCE_H

#include "boot.h"

/*
 * All of it, right before the image of this entry is started. A kernel that is handed a baton is told nothing so: it
 * has the loader's name, its partition and the timings in the baton, and ten variables would cost it more than a small
 * kernel's whole boot.
 */
void announce(struct boot *boot, const struct entry *entry);

/* Before a kernel is handed its baton: what was told on behalf of an image that came back would not be true any more,
 * so it is told anew. While the volumes are open: it may look there, and open the loader's own. */
void announce_change(struct boot *boot, const struct entry *entry);

#endif
