/* SPDX-License-Identifier: BSD-2-Clause */
/* What docs/config.md says that a kernel is given of extra files, written plainly. */
#ifndef BATON_TEST_MADE_CPIO_H
#define BATON_TEST_MADE_CPIO_H

#include "bytes.h"

struct made_extra {
    const char *path;
    struct bytes content;
};

/* `initrd`, and behind it the archive of these files. In a place of exactly its size, which the caller frees. */
struct bytes made_cpio(struct bytes initrd, const struct made_extra *files, size_t count);

#endif
