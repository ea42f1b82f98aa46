/* SPDX-License-Identifier: BSD-2-Clause */
/* Shell patterns, as the `default` key of loader.conf uses them. */
#ifndef BATON_GLOB_H
#define BATON_GLOB_H

#include <stdbool.h>

#include "text.h"

/*
 * Whether `pattern` describes the whole of `text`, ASCII letters counting as equal in either case.
 *   *        any bytes, or none
 *   ?        any one byte
 *   [a-z_]   one byte of the set; [!a-z] one that is not in it. A ']' that comes first, and a '-' that comes first or
 *            last, stand for themselves. A set without its ']' matches nothing.
 *   \c       the byte c itself, in a set too
 * Takes at most about pattern length × text length steps, whatever the pattern.
 */
bool glob_match(struct text pattern, struct text text);

#endif
