/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Archives that Linux unpacks into its initial file system, in the "newc" format (Linux, Documentation/driver-api/
 * early-userspace/buffer-format.rst). A member is its head, which is made here, and its file's bytes, filled up with
 * zeros to a multiple of 4.
 */
#ifndef BATON_CPIO_H
#define BATON_CPIO_H

#include "arena.h"
#include "bytes.h"
#include "status.h"

#define CPIO_ALIGNMENT 4            /* bytes: where heads, files and archives begin */
#define CPIO_TRAILER   "TRAILER!!!" /* the name of the member that ends an archive */

struct cpio_member {
    const char *folder; /* "" for none; without a slash at its end */
    const char *name;
    uint32_t mode;  /* type and permissions, as in stat(2) */
    uint32_t inode; /* another one for each member */
    uint32_t size;  /* bytes of the file */
};

/* The member's head, with zeros up to a multiple of 4, in `arena`. STATUS_NEED_ROOM is the only failure. */
MUST_CHECK enum status cpio_make_head(const struct cpio_member *member, struct arena *arena, struct bytes *ret_head);

#endif
