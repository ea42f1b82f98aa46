/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initrd of a kernel that fetches it itself: a file by LoadFile2 under a device path of Linux's own (Linux,
 * Documentation/admin-guide/efi-stub.rst; UEFI 2.10, section 13.2).
 */
#ifndef BATON_INITRD_H
#define BATON_INITRD_H

#include "abi/load_file.h"
#include "files.h"
#include "plan.h"
#include "progress_line.h"

/* What is on a handle. */
enum initrd_part { INITRD_PATH, INITRD_FILE, INITRD_PARTS };

/* The one that is offered. Zeros: none ever was. */
struct initrd {
    EFI_LOAD_FILE2_PROTOCOL protocol; /* first: it is what a caller passes */
    const struct plan *plan;          /* NULL: there is nothing to be had */
    struct file *files;
    struct progress_line *line; /* shows how far a reader has got */
    EFI_HANDLE handle;
    bool installed[INITRD_PARTS];
};

/*
 * Offers the plan's initrd. It is read from `files`, straight into the buffer of who asks, each time that somebody
 * does, so `plan`, the open files and `line` must stay as long as it is offered. When that takes long, `line` shows how
 * far it is. That it is offered is in the ledger. Where
 * somebody offers one already it is left alone, with a warning.
 *
 * `initrd` is the loader's only one, and lives as long as the loader: should the firmware not take back what is offered
 * (UEFI 2.10, 7.3.3), which is warned of, it stays on its handle, gives nothing to who asks, and is offered there anew
 * the next time.
 */
MUST_CHECK enum status initrd_offer(struct initrd *initrd, struct ledger *ledger, const struct plan *plan,
                                    struct file *files, struct progress_line *line, struct error *error);

#endif
