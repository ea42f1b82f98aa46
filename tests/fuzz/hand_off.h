/* SPDX-License-Identifier: BSD-2-Clause */
/* What a kernel finds, against docs/protocol.md, for any boot whatever. */
#ifndef BATON_FUZZ_HAND_OFF_H
#define BATON_FUZZ_HAND_OFF_H

#include "made_boot.h"

/* The kernel's memory before it is relocated: each segment's bytes of the file, and zeros everywhere else. */
void hand_off_check_image(const struct made_boot *boot);

/*
 * The memory map's shape and labels (section 5), and every leaf of the page tables (section 3): what it maps is what
 * the kind of the memory allows, with its permissions and its caching, at one of the places that there are; and what
 * should be mapped is. Nothing but a flat kernel's pages is writable and executable.
 */
void hand_off_check(const struct made_boot *boot);

#endif
