/* SPDX-License-Identifier: BSD-2-Clause */
/* Device paths, node by node (UEFI 2.10, section 10.3.1). */
#ifndef BATON_CORE_DEVICE_PATH_H
#define BATON_CORE_DEVICE_PATH_H

#include "bytes.h"

/* Much more than any device path has. */
#define DEVICE_PATH_MAX 65536U

/* A node begins with its type and subtype, a byte each, and its length, two bytes, little-endian. */
#define DEVICE_NODE_HEADER 4U

#define DEVICE_NODE_END       0x7f
#define DEVICE_NODE_PARTITION 0x0104 /* type 4, media; subtype 1, hard drive */
#define DEVICE_NODE_FILE      0x0404 /* subtype 4, file path */

struct device_node {
    uint32_t kind;      /* type, and subtype × 256 */
    struct bytes bytes; /* the whole node */
};

/* The node at `offset`. False when it is damaged: too short for its header, or longer than what is left of `path`,
 * which may be longer than the path in it. */
__attribute__((warn_unused_result)) bool device_path_node(struct bytes path, uint64_t offset,
                                                          struct device_node *ret_node);

static inline bool device_node_is_end(const struct device_node *node)
{
    return (node->kind & 0xff) == DEVICE_NODE_END;
}

/* The bytes of the path before its end node. False when a node is damaged. */
__attribute__((warn_unused_result)) bool device_path_length(struct bytes path, uint64_t *ret_length);

#endif
