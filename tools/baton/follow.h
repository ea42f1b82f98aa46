/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of a file that another program is writing, while it writes them: text, or what is meant for a terminal. */
#ifndef BATON_FOLLOW_H
#define BATON_FOLLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FOLLOW_LINE 64 /* bytes of a line that are looked at, its NUL among them */

enum follow_state { FOLLOW_TEXT, FOLLOW_ESCAPE, FOLLOW_SEQUENCE };

struct follow {
    const char *path;       /* the file need not be there yet; NULL: there is nothing to look at */
    uint64_t looked;        /* bytes of it */
    char line[FOLLOW_LINE]; /* the beginning of the line that is being written, without control sequences */
    size_t length;          /* of that beginning */
    uint64_t line_start;    /* in the file */
    enum follow_state state;
};

/*
 * Reads what is new, and calls `take` whenever `line` has become longer, and once more with `is_whole` when the line is
 * complete; where a terminal's cursor is moved or its screen cleared, it is. Returns whether there was something.
 */
bool follow_look(struct follow *follow, void (*take)(void *context, bool is_whole), void *context);

#endif
