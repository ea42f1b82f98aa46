/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a file that another program is writing, while it writes them. */
#ifndef BATON_FOLLOW_H
#define BATON_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#define FOLLOW_LINE 64 /* bytes of a line that are looked at, its NUL among them */

struct follow {
    const char *path;       /* the file need not be there yet; NULL: there is nothing to look at */
    uint64_t looked;        /* bytes of it */
    char line[FOLLOW_LINE]; /* the beginning of the line that is being written */
    uint64_t line_start;
};

/*
 * Reads what is new, and calls `take` whenever `line` has become longer, and once more with `is_whole` when the line is
 * complete. Returns whether there was something.
 */
bool follow_look(struct follow *follow, void (*take)(void *context, bool is_whole), void *context);

#endif
