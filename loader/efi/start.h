/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that the firmware loads and starts (UEFI 2.10, section 7.4). */
#ifndef BATON_START_H
#define BATON_START_H

#include "files.h"
#include "initrd.h"
#include "plan.h"

/*
 * Loads the plan's image and gives it its options and its initrd. All of it is in the ledger, which unloads the image
 * unless it ran. `files` are the plan's, the image first; those of the initrd must stay open. `initrd` and `line` are
 * the loader's (initrd.h).
 */
MUST_CHECK enum status image_load(struct ledger *ledger, struct initrd *initrd, const struct plan *plan,
                                  struct file *files, struct progress_line *line, EFI_HANDLE **ret_image,
                                  struct error *error);

/*
 * Starts it. STATUS_OK when it comes back and says that all went well; STATUS_DEVICE, with its status in words, when it
 * does not, or could not be started. `path` is its file's, for the message.
 */
MUST_CHECK enum status image_start(const struct firmware *firmware, EFI_HANDLE *image, const char *path,
                                   struct error *error);

#endif
