/* SPDX-License-Identifier: BSD-2-Clause */
#include "partition_path.h"

#include "device_path.h"
#include "memory.h"

/* A partition's node. */
#define PARTITION_SIZE           42
#define PARTITION_SIGNATURE      24
#define PARTITION_SIGNATURE_TYPE 41
#define SIGNATURE_IS_GUID        2

bool partition_path_guid(struct bytes path, uint8_t ret_guid[16])
{
    const uint8_t *guid = NULL;
    struct device_node node;

    for (uint64_t offset = 0;; offset += node.bytes.size) {
        if (!device_path_node(path, offset, &node))
            return false;
        if (device_node_is_end(&node))
            break;
        if (node.kind == DEVICE_NODE_PARTITION)
            guid = node.bytes.size >= PARTITION_SIZE && node.bytes.data[PARTITION_SIGNATURE_TYPE] == SIGNATURE_IS_GUID
                       ? node.bytes.data + PARTITION_SIGNATURE
                       : NULL;
    }
    if (!guid)
        return false;
    memcpy(ret_guid, guid, 16);
    return true;
}
