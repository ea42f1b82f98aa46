/* SPDX-License-Identifier: BSD-2-Clause */
#include "selection.h"

#define SHOWN 64 /* bytes of a value in a message, so that what follows stays in sight */

static bool is_saved_word(const char *wanted)
{
    return wanted && text_is(text_of(wanted), SELECTION_SAVED);
}

bool selection_needs_last(const struct selection_wishes *wishes)
{
    return wishes->is_saved || is_saved_word(wishes->wanted);
}

/* The entry that `name` stands for; `who` has said so. */
static size_t find_named(const struct entry *entries, size_t count, const char *name, const char *who)
{
    size_t index = name ? entry_find(entries, count, name) : SELECTION_NONE;

    if (name && index == SELECTION_NONE)
        log_warning("no boot entry matches '%.*s', which %s names", SHOWN, name, who);
    return index;
}

void selection_make(const struct entry *entries, size_t count, const struct selection_wishes *wishes,
                    struct selection *ret_selection)
{
    bool wants_saved = is_saved_word(wishes->wanted);
    const char *last = selection_needs_last(wishes) ? wishes->last : NULL;
    struct selection selection = {
        .once = find_named(entries, count, wishes->once, "LoaderEntryOneShot"),
        .last = find_named(entries, count, last, "LoaderEntryLastBooted"),
    };

    selection.saved = wants_saved ? selection.last : find_named(entries, count, wishes->wanted, "LoaderEntryDefault");
    selection.remembers = wants_saved || (wishes->is_saved && selection.saved == SELECTION_NONE);
    if (selection.once != SELECTION_NONE)
        selection.chosen = selection.once;
    else if (selection.saved != SELECTION_NONE)
        selection.chosen = selection.saved;
    else if (wishes->is_saved && selection.last != SELECTION_NONE)
        selection.chosen = selection.last;
    else
        selection.chosen = entry_choose_default(entries, count, wishes->pattern);
    *ret_selection = selection;
}
