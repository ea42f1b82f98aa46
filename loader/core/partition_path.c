/* SPDX-License-Identifier: BSD-2-Clause */
#include "partition_path.h"

#include "device_path.h"
#include "memory.h"

/* A partition's node. */
#define PARTITION_SIZE           42
#define PARTITION_NUMBER         4
#define PARTITION_SIGNATURE      24
#define PARTITION_SIGNATURE_TYPE 41
#define SIGNATURE_IS_GUID        2

bool partition_path_read(struct bytes path, struct partition_node *ret_partition)
{
    struct partition_node partition = {0};
    struct device_node node;
    bool found = false;

    for (uint64_t offset = 0;; offset += node.bytes.size) {
        if (!device_path_node(path, offset, &node))
            return false;
        if (device_node_is_end(&node))
            break;
        if (node.kind != DEVICE_NODE_PARTITION)
            continue;
        found = node.bytes.size >= PARTITION_SIZE && node.bytes.data[PARTITION_SIGNATURE_TYPE] == SIGNATURE_IS_GUID;
        partition.offset = offset;
        partition.number = (uint32_t)bytes_number_or_zero(node.bytes, PARTITION_NUMBER, 4);
        if (found)
            memcpy(partition.guid, node.bytes.data + PARTITION_SIGNATURE, sizeof(partition.guid));
    }
    if (found)
        *ret_partition = partition;
    return found;
}
