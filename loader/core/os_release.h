/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of os-release(5): KEY=value, as a shell would read it. A unified kernel image has it as its section
 * .osrel, from which its boot entry gets title, version and sort key (UAPI.1, "Type #2 EFI Unified Kernel Images").
 */
#ifndef BATON_OS_RELEASE_H
#define BATON_OS_RELEASE_H

#include "arena.h"
#include "status.h"
#include "text.h"

/* What is read of it. NULL when absent or empty. */
struct os_release {
    const char *pretty_name, *name, *id, *image_id;
    const char *image_version, *version, *version_id, *build_id;
};

/*
 * Reads `text`, of which the first NUL is the end. Blanks around a line do not belong to it. Lines that are no
 * assignments, or have control characters in them, are skipped, and so are other keys; of a key that is given twice the
 * last one counts. The strings lie in `arena`, and `text` is not needed any longer.
 *
 * STATUS_NEED_ROOM: the arena is too small; the text's length + 16 bytes always suffice. There is no other failure.
 */
MUST_CHECK enum status os_release_parse(struct text text, struct arena *arena, struct os_release *ret_release);

/* What an entry is shown as, its version, and what it is sorted by. NULL when nothing in the file says it. */
const char *os_release_title(const struct os_release *release);
const char *os_release_version(const struct os_release *release);
const char *os_release_sort_key(const struct os_release *release);

#endif
