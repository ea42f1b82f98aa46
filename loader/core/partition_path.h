/* SPDX-License-Identifier: BSD-2-Clause */
/* Which partition a device path leads to (UEFI 2.10, sections 10.3.1 and 10.3.5.1). */
#ifndef BATON_PARTITION_PATH_H
#define BATON_PARTITION_PATH_H

#include "bytes.h"

/* A partition of a GPT, as a device path has it. */
struct partition_node {
    uint64_t offset;  /* in the path: what is before it leads to the disk */
    uint32_t number;  /* in the table, from 1 on */
    uint8_t guid[16]; /* the partition's own, as it stands on the disk */
};

/*
 * The GPT partition in the path: the last one, when there is one within another. Reads node by node and nothing behind
 * the end node, so `path` may be longer than the path is. False, and the result left alone, when that partition has no
 * GUID, when there is none, or when a node is damaged.
 */
__attribute__((warn_unused_result)) bool partition_path_read(struct bytes path, struct partition_node *ret_partition);

#endif
