/* SPDX-License-Identifier: BSD-2-Clause */
#include "partition_path.h"

#include "memory.h"

/* A node: its type and subtype, a byte each, and its length, two bytes, little-endian. */
#define NODE_HEADER    4
#define NODE_END       0x7f
#define NODE_PARTITION 0x0104 /* type 4, media; subtype 1, hard drive */

/* A partition's node. */
#define PARTITION_SIZE           42
#define PARTITION_SIGNATURE      24
#define PARTITION_SIGNATURE_TYPE 41
#define SIGNATURE_IS_GUID        2

bool partition_path_guid(struct bytes path, uint8_t ret_guid[16])
{
    const uint8_t *guid = NULL;
    uint64_t offset = 0, header, length;
    struct bytes node;

    for (;; offset += length) {
        if (!bytes_number(path, offset, NODE_HEADER, &header))
            return false;
        length = header >> 16;
        if (length < NODE_HEADER || !bytes_slice(path, offset, length, &node))
            return false;
        if ((header & 0xff) == NODE_END)
            break;
        if ((header & 0xffff) == NODE_PARTITION)
            guid = length >= PARTITION_SIZE && node.data[PARTITION_SIGNATURE_TYPE] == SIGNATURE_IS_GUID
                       ? node.data + PARTITION_SIGNATURE
                       : NULL;
    }
    if (!guid)
        return false;
    memcpy(ret_guid, guid, 16);
    return true;
}
