/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_path.h"

bool device_path_node(struct bytes path, uint64_t offset, struct device_node *ret_node)
{
    struct device_node node;
    uint64_t header, length;

    if (!bytes_number(path, offset, DEVICE_NODE_HEADER, &header))
        return false;
    length = header >> 16;
    node.kind = header & 0xffff;
    if (length < DEVICE_NODE_HEADER || !bytes_slice(path, offset, length, &node.bytes))
        return false;
    *ret_node = node;
    return true;
}

bool device_path_length(struct bytes path, uint64_t *ret_length)
{
    struct device_node node;
    uint64_t offset = 0;

    for (;; offset += node.bytes.size) {
        if (!device_path_node(path, offset, &node))
            return false;
        if (device_node_is_end(&node))
            break;
    }
    *ret_length = offset;
    return true;
}
