/* SPDX-License-Identifier: BSD-2-Clause */
/* The EFI system partition of a raw disk image, as a folder of the host. */
#ifndef BATON_CHECK_DISK_H
#define BATON_CHECK_DISK_H

#include <stdbool.h>

#include "architecture.h"
#include "host_file.h"

/*
 * Where the disk's EFI system partition begins, in bytes: by its GPT, by its MBR, or 0 when the whole file is a FAT
 * volume. STATUS_INVALID: it has none.
 */
MUST_CHECK enum status check_disk_find(struct pool *pool, const char *path, uint64_t *ret_offset, struct error *error);

/* Copies the partition's files into the new folder *ret_folder in `scratch`. STATUS_NOT_FOUND: a tool is missing. */
MUST_CHECK enum status check_disk_unpack(struct pool *pool, const char *path, const struct scratch *scratch,
                                         const char **ret_folder, struct error *error);

/*
 * Which loaders firmware would find on a disk image: for each architecture, whether there is one. All false when nobody
 * can tell: there is no partition, or no mtools.
 */
void check_disk_loaders(struct pool *pool, const char *path, bool ret_has[ARCHITECTURE_COUNT]);

#endif
