/* SPDX-License-Identifier: BSD-2-Clause */
#include "file_path.h"

#include "device_path.h"
#include "memory.h"
#include "utf.h"

#define NODE_MAX  0xffff
#define WHOLE_END (DEVICE_NODE_END | 0xff00) /* of the whole path, and not of one of several */

static uint8_t *write_node(uint8_t *at, uint32_t kind, size_t length)
{
    at[0] = (uint8_t)kind;
    at[1] = (uint8_t)(kind >> 8);
    at[2] = (uint8_t)length;
    at[3] = (uint8_t)(length >> 8);
    return at + DEVICE_NODE_HEADER;
}

enum status file_path_make(struct bytes volume, const char *path, struct arena *arena, struct bytes *ret_path)
{
    struct text text = text_of(path);
    const size_t units = text.length + 1; /* never fewer bytes of UTF-8 than units of UTF-16 */
    uint16_t *name = arena_take(arena, units + 2, sizeof(*name));
    uint64_t before;
    size_t node;
    uint8_t *bytes;

    if (!device_path_length(volume, &before))
        return STATUS_INVALID;
    if (!name)
        return STATUS_NEED_ROOM;
    (void)utf16_from_utf8(name, units + 2, text); /* there is room for all of it */
    for (node = 0; name[node] != 0; node++)
        name[node] = name[node] == '/' ? '\\' : name[node];
    node = DEVICE_NODE_HEADER + (node + 1) * sizeof(*name);
    if (node > NODE_MAX)
        return STATUS_INVALID;
    bytes = arena_take(arena, (size_t)before + node + DEVICE_NODE_HEADER, 1);
    if (!bytes)
        return STATUS_NEED_ROOM;
    *ret_path = (struct bytes){bytes, (size_t)before + node + DEVICE_NODE_HEADER};
    memcpy(bytes, volume.data, (size_t)before);
    bytes = write_node(bytes + before, DEVICE_NODE_FILE, node);
    memcpy(bytes, name, node - DEVICE_NODE_HEADER);
    (void)write_node(bytes + node - DEVICE_NODE_HEADER, WHOLE_END, DEVICE_NODE_HEADER);
    return STATUS_OK;
}
