/* SPDX-License-Identifier: BSD-2-Clause */
/* EDIDs: of what has the magic number and a right checksum, whole blocks, as many as there are and it says; else 0. */
#include <string.h>

#include "edid.h"
#include "fuzz.h"
#include "made_tables.h"

void fuzz(struct input *input)
{
    static const uint8_t magic[] = {0, 255, 255, 255, 255, 255, 255, 0};
    uint64_t how = input_number(input, 1);
    struct bytes bytes = input_rest(input);
    uint8_t *data = (uint8_t *)(uintptr_t)bytes.data;
    size_t blocks = bytes.size / EDID_BLOCK, said;

    if (blocks > 0 && !(how & 1))
        memcpy(data, magic, sizeof(magic));
    if (blocks > 0 && !(how & 2))
        made_seal(data, EDID_BLOCK, 127);
    if (blocks == 0 || memcmp(data, magic, sizeof(magic)) != 0 || bytes_sum((struct bytes){data, EDID_BLOCK}) != 0) {
        CHECK(edid_size(bytes) == 0);
        return;
    }
    said = data[126] + 1U;
    CHECK(edid_size(bytes) == EDID_BLOCK * (said < blocks ? said : blocks));
}
