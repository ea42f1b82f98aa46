/* SPDX-License-Identifier: BSD-2-Clause */
/* Which partition a device path leads to (UEFI 2.10, sections 10.3.1 and 10.3.5.1). */
#ifndef BATON_PARTITION_PATH_H
#define BATON_PARTITION_PATH_H

#include "bytes.h"

/*
 * The GUID of the GPT partition in the path, as its 16 bytes stand on the disk: of the last partition, when there is
 * one within another. Reads node by node and nothing behind the end node, so `path` may be longer than the path is.
 * False, and the result left alone, when that partition has no GUID, when there is none, or when a node is damaged.
 */
__attribute__((warn_unused_result)) bool partition_path_guid(struct bytes path, uint8_t ret_guid[16]);

#endif
