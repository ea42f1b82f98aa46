/* SPDX-License-Identifier: BSD-2-Clause */
/* Boot entries of unified kernel images (UAPI.1, "Type #2 EFI Unified Kernel Images"): the image says them itself. */
#ifndef BATON_IMAGE_ENTRY_H
#define BATON_IMAGE_ENTRY_H

#include "arena.h"
#include "entry.h"
#include "status.h"

#define IMAGE_ENTRY_FOLDER "/EFI/Linux"

/*
 * The entry of the image `path` with these sections: `release` is .osrel, `options` is .cmdline, without data when
 * there is none; of several lines it becomes one. All of it lies in `arena`, and nothing else is needed any longer.
 * STATUS_NEED_ROOM: twice the texts and the path, and 160 bytes, always suffice. There is no other failure.
 */
MUST_CHECK enum status image_entry_make(const char *path, struct text release, struct text options, struct arena *arena,
                                        struct entry *ret_entry);

#endif
