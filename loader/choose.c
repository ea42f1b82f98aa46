/* SPDX-License-Identifier: BSD-2-Clause */
/* choose: which of the entries is booted. */
#include "count.h"
#include "entries.h"
#include "find.h"
#include "heed.h"

/* The entries in their order, with the automatic one that loader.conf may name. */
static enum status find_in_order(struct boot *boot, struct error *error)
{
    struct choice *choice = &boot->choice;
    enum status status = find(boot, error);

    if (status == STATUS_OK)
        status = count_prepare(boot, error);
    if (status != STATUS_OK)
        return status;
    entry_sort(choice->entries, choice->count);
    return find_named_automatic(boot, choice->config.default_pattern, error);
}

enum status choose(struct boot *boot, struct error *error)
{
    const struct choice *choice = &boot->choice;
    enum status status = find_in_order(boot, error);

    heed(boot); /* whatever became of that: what is for one boot is gone after this one */
    if (status == STATUS_OK && choice->count == 0)
        return choice->files == 0 ? entries_refuse_empty(error) : entries_refuse_all(choice->files, error);
    return status;
}
