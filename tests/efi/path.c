/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a file of the volume is, as the firmware spells it. */
#include "inject.h"

#include "memory.h"
#include "text.h"

static const EFI_GUID device_path_guid = EFI_DEVICE_PATH_PROTOCOL_GUID;

static size_t node_length(const EFI_DEVICE_PATH_PROTOCOL *node)
{
    return node->Length[0] | (size_t)node->Length[1] << 8;
}

static void write_node(uint8_t *at, uint8_t type, uint8_t subtype, size_t length)
{
    EFI_DEVICE_PATH_PROTOCOL node = {type, subtype, {(uint8_t)length, (uint8_t)(length >> 8)}};

    memcpy(at, &node, sizeof(node));
}

size_t path_widen(CHAR16 *wide, const char *text)
{
    size_t length = text_length(text) + 1;

    for (size_t i = 0; i < length; i++)
        wide[i] = (CHAR16)text[i];
    return length * sizeof(CHAR16);
}

EFI_DEVICE_PATH_PROTOCOL *path_of_file(EFI_HANDLE volume, const char *name)
{
    static uint8_t path[1024] __attribute__((aligned(8)));
    static CHAR16 wide[SETTING_TEXT];
    const EFI_DEVICE_PATH_PROTOCOL *node;
    const uint8_t *from;
    size_t used = 0, bytes;

    need(boot->HandleProtocol(volume, &device_path_guid, (void **)&node), "the volume has no device path");
    for (from = (const uint8_t *)node; node->Type != END_DEVICE_PATH_TYPE;
         node = (const EFI_DEVICE_PATH_PROTOCOL *)(from + used))
        used += node_length(node);
    bytes = path_widen(wide, name);
    if (used + bytes + 2 * sizeof(*node) > sizeof(path))
        give_up("the volume's device path is too long");
    memcpy(path, from, used);
    write_node(path + used, MEDIA_DEVICE_PATH, MEDIA_FILEPATH_DP, sizeof(*node) + bytes);
    memcpy(path + used + sizeof(*node), wide, bytes);
    write_node(path + used + sizeof(*node) + bytes, END_DEVICE_PATH_TYPE, END_ENTIRE_DEVICE_PATH_SUBTYPE,
               sizeof(*node));
    return (EFI_DEVICE_PATH_PROTOCOL *)path;
}
