/* SPDX-License-Identifier: BSD-2-Clause */
/* A raw disk image with a GPT and one FAT32 EFI system partition, made without root. */
#ifndef BATON_DISK_H
#define BATON_DISK_H

#include <stdint.h>

#include "error.h"
#include "pool.h"
#include "volume.h"

#define DISK_SECTOR 512UL /* bytes */

struct disk_layout {
    uint64_t sectors;           /* of the disk */
    uint64_t partition_sectors; /* of the partition at 1 MiB */
    unsigned cluster_sectors;   /* 1 for small disks, 8 (4 KiB) from 300 MiB on */
};

/*
 * Sizes the disk for the finished volume: `size` bytes, or for 0 the least that holds it, in whole MiB. Pure.
 * STATUS_INVALID: `size` is too small (the error says how large it must be) or no multiple of 512.
 */
MUST_CHECK enum status disk_plan(const struct volume *volume, uint64_t size, struct disk_layout *ret_layout,
                                 struct error *error);

/*
 * Writes the disk over the file `path`. The same volume gives the same bytes: files are dated $SOURCE_DATE_EPOCH or
 * a fixed day. STATUS_NOT_FOUND: a tool is missing.
 */
MUST_CHECK enum status disk_write(struct pool *pool, const char *path, const struct volume *volume,
                                  const struct disk_layout *layout, struct error *error);

#endif
