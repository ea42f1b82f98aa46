/* SPDX-License-Identifier: BSD-2-Clause */
/* The device tree that a boot entry has for its kernel. */
#ifndef BATON_CHECK_TREE_H
#define BATON_CHECK_TREE_H

#include "entry.h"
#include "error.h"
#include "facts.h"
#include "pool.h"

/*
 * Puts the entry's tree, with its overlays, into the facts of the machine that it boots on, as the loader does. The
 * files are below `root`. What the loader would refuse is refused in its words. Overlays for the firmware's own tree,
 * of which nothing is known here, are looked at as far as their files are there.
 */
MUST_CHECK enum status check_tree_put(struct pool *pool, const char *root, const struct entry *entry,
                                      struct facts *facts, struct error *error);

#endif
