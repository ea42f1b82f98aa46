/* SPDX-License-Identifier: BSD-2-Clause */
/* choose: which of the entries is booted. */
#include "count.h"
#include "entries.h"
#include "find.h"
#include "heed.h"

enum status choose(struct boot *boot, struct error *error)
{
    struct choice *choice = &boot->choice;
    enum status status = find(boot, error);

    if (status == STATUS_OK)
        status = count_prepare(boot, error);
    if (status != STATUS_OK)
        return status;
    entry_sort(choice->entries, choice->count);
    status = find_named_automatic(boot, choice->config.default_pattern, error);
    if (status != STATUS_OK)
        return status;
    heed(boot);
    if (choice->count == 0)
        return choice->files == 0 ? entries_refuse_empty(error) : entries_refuse_all(choice->files, error);
    return STATUS_OK;
}
