/* SPDX-License-Identifier: BSD-2-Clause */
#include "edid.h"

#include "checked.h"

#define MAGIC           0x00ffffffffffff00ULL
#define EXTENSION_COUNT 126 /* where it stands */

size_t edid_size(struct bytes bytes)
{
    uint64_t magic;
    uint8_t sum = 0;

    if (bytes.size < EDID_BLOCK || !bytes_number(bytes, 0, 8, &magic) || magic != MAGIC)
        return 0;
    for (size_t i = 0; i < EDID_BLOCK; i++)
        sum = (uint8_t)(sum + bytes.data[i]);
    if (sum != 0)
        return 0;
    return (size_t)min_u64(align_down(bytes.size, EDID_BLOCK), (bytes.data[EXTENSION_COUNT] + 1U) * EDID_BLOCK);
}
