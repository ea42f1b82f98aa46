/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which entry is booted where nobody chooses, when the operating system has a say in it, too: by variables of the Boot
 * Loader Interface (interface.h) and by loader.conf.
 */
#ifndef BATON_SELECTION_H
#define BATON_SELECTION_H

#include "entry.h"

#define SELECTION_NONE  SIZE_MAX
#define SELECTION_SAVED "@saved" /* a default: what was booted last */

/* Entries by id or by a pattern for it, as entry_find takes it; NULL: nobody says. */
struct selection_wishes {
    const char *once;    /* LoaderEntryOneShot's value: for this boot alone */
    const char *wanted;  /* LoaderEntryDefault's, which may be SELECTION_SAVED */
    const char *last;    /* LoaderEntryLastBooted's */
    const char *pattern; /* loader.conf's `default` */
    bool is_saved;       /* that is SELECTION_SAVED, and `pattern` is NULL */
};

/* Indices of entries, or SELECTION_NONE. */
struct selection {
    size_t chosen;  /* what is booted; 0 when nobody says, or nothing that is said is there */
    size_t once;    /* the entry that is chosen for this boot alone, or none */
    size_t saved;   /* the entry that LoaderEntryDefault names, or none */
    size_t last;    /* the one that LoaderEntryLastBooted names, or none; none when it does not matter */
    bool remembers; /* what is booted is to be the next LoaderEntryLastBooted, unless it is booted once */
};

/* Whether LoaderEntryLastBooted matters at all; `last` need not be there yet. */
bool selection_needs_last(const struct selection_wishes *wishes);

/*
 * One-shot before LoaderEntryDefault before loader.conf before the first: whatever names no entry counts as not said,
 * with a warning in the log. SELECTION_SAVED is no mistake when nothing was booted yet.
 */
void selection_make(const struct entry *entries, size_t count, const struct selection_wishes *wishes,
                    struct selection *ret_selection);

#endif
