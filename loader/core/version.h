/* SPDX-License-Identifier: BSD-2-Clause */
/* The order of version strings: the UAPI Group's Version Format Specification (UAPI.10), "Version Comparison". */
#ifndef BATON_VERSION_H
#define BATON_VERSION_H

#include "text.h"

/*
 * Negative when `a` is the older version, positive when it is the newer, 0 when neither is. Strings that differ can be
 * equal as versions ("1_" and "1+"). Numbers may have any length.
 *
 * Where one string has a number and the other has none, the specification's step 7 counts the missing one as 0. Here
 * the number makes its string the newer, even when it is 0 ("1.0" and "1.a"). The authors' own implementation,
 * systemd's, does the same, so that systemd-boot and bootctl show entries in the order that they have here; and by the
 * letter it would be no order: ".0a" is as old as ".a", and "._1" newer than the one but older than the other.
 */
int version_compare(struct text a, struct text b);

#endif
