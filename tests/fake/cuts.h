/* SPDX-License-Identifier: BSD-2-Clause */
/* The power fails: before every block that a boot writes, and before every block that the boot after it writes. */
#ifndef BATON_FAKE_CUTS_H
#define BATON_FAKE_CUTS_H

#include "scenarios.h"

/*
 * In each order in which blocks reach the disk. The boot that is let through must end as the scenario says, and must
 * not lose anything. `note` is called after each such boot, with words for what was done. Returns how many there were.
 */
unsigned cuts_run(const struct scenario *scenario, void (*note)(const char *what));

#endif
