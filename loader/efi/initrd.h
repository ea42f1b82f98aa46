/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initrd of a kernel that fetches it itself: a file by LoadFile2 under a device path of Linux's own (Linux,
 * Documentation/admin-guide/efi-stub.rst; UEFI 2.10, section 13.2).
 */
#ifndef BATON_INITRD_H
#define BATON_INITRD_H

#include "files.h"
#include "plan.h"

/*
 * Offers the plan's initrd. It is read from `files`, straight into the buffer of who asks, each time that somebody
 * does, so `plan` and the open files must stay as long as it is offered. That it is offered is in the ledger. Where
 * somebody offers one already it is left alone, with a warning.
 */
MUST_CHECK enum status initrd_offer(struct ledger *ledger, const struct plan *plan, struct file *files,
                                    struct error *error);

#endif
