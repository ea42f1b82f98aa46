/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_FIND_H
#define BATON_FIND_H

#include "automatic_entries.h"
#include "boot.h"

/*
 * Reads loader.conf and all entries into boot->choice, in no order yet; where there are no entry files, what stands in
 * for them. What is wrong with a single file is logged, and the file passed over. All lies in the pool, noted.
 */
MUST_CHECK enum status find(struct boot *boot, struct error *error);

/*
 * Which of the entries that nobody has written (automatic_entries.h) are there, on the loader's own volume and of the
 * firmware's. When the volume cannot be opened any more, which is logged, the firmware's are there all the same. Their
 * texts last. STATUS_NO_MEMORY.
 */
MUST_CHECK enum status look_for_automatic(struct boot *boot, struct entry ret_found[AUTOMATIC_COUNT], size_t *ret_count,
                                          struct error *error);

/*
 * Looks for these entries, and puts them behind the others, which stay
 * where they are: indices remain, pointers into choice.entries do not. Does nothing the second time. A boot that nobody
 * looks at does without. STATUS_NO_MEMORY: there is no room for them, and the others are as before.
 */
MUST_CHECK enum status find_automatic(struct boot *boot, struct error *error);

/* The same when `name`, an id or a pattern for one, or NULL, names one of them and none of the others; otherwise it
 * does nothing. */
MUST_CHECK enum status find_named_automatic(struct boot *boot, const char *name, struct error *error);

#endif
