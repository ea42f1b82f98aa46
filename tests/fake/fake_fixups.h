/* SPDX-License-Identifier: BSD-2-Clause */
/* What firmware adds to a device tree that it is shown (EFI_DT_FIXUP_PROTOCOL). */
#ifndef BATON_FAKE_FIXUPS_H
#define BATON_FAKE_FIXUPS_H

#include <stdbool.h>

#include "bytes.h"

struct fake_fixups {
    bool is_there;
    size_t more;    /* bytes that it adds at the tree's end */
    uint64_t wants; /* whatever there is, it says that it needs so many; 0: what it does need */
    bool breaks;    /* what it leaves is no tree */
};

void fake_fixups_start(void);

/* What it makes of a tree. */
struct bytes fake_fixups_apply(struct bytes tree, size_t more);

#endif
