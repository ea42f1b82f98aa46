/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device paths: the GUID is that of the last partition before the end node, when all nodes up to there are whole; what
 * lies behind the end node changes nothing, and in any other case the result is left alone.
 */
#include <string.h>

#include "fuzz.h"
#include "partition_path.h"

/* Nodes one after the other, of which most are whole. */
static struct bytes make_path(struct input *input)
{
    uint8_t *path = fuzz_room(2048);
    size_t size = 0;

    for (uint64_t i = 1 + input_below(input, 8); i > 0 && size < 1500; i--) {
        uint64_t how = input_number(input, 1), length = how & 1 ? 42 : 4 + input_number(input, 1);

        memset(path + size, 0, 300);
        path[size] = (uint8_t)(how & 2 ? 4 : input_number(input, 1));
        path[size + 1] = (uint8_t)(how & 4 ? 1 : input_number(input, 1));
        path[size + 2] = (uint8_t)(how & 8 ? input_number(input, 1) : length);
        path[size + 3] = (uint8_t)(how & 16 ? input_number(input, 1) & 1 : length >> 8);
        memset(path + size + 24, (int)i, 16);
        path[size + 41] = (uint8_t)(how & 32 ? 2 : how >> 6);
        size += length;
    }
    memcpy(path + size, "\177\377\4", 4);
    return input_bytes(&(struct input){path, size + 4}, size + 4 - (size_t)input_number(input, 1) % 8);
}

static const uint8_t *find(struct bytes path)
{
    const uint8_t *guid = NULL;
    size_t at = 0;

    while (at + 4 <= path.size) {
        const uint8_t *node = path.data + at;
        size_t length = node[2] | (size_t)node[3] << 8;

        if (length < 4 || length > path.size - at)
            return NULL;
        if (node[0] == 0x7f)
            return guid;
        if (node[0] == 4 && node[1] == 1)
            guid = length >= 42 && node[41] == 2 ? node + 24 : NULL;
        at += length;
    }
    return NULL;
}

void fuzz(struct input *input)
{
    static const struct partition_node untouched = {7, 8, "0123456789abcde"};
    struct bytes path = input_flag(input) ? input_rest(input) : make_path(input);
    const uint8_t *expected = find(path);
    struct partition_node partition = untouched;
    uint32_t number = untouched.number;

    CHECK(partition_path_read(path, &partition) == (expected != NULL));
    if (expected)
        memcpy(&number, expected - 20, sizeof(number));
    CHECK(partition.number == number);
    CHECK(memcmp(partition.guid, expected ? expected : untouched.guid, 16) == 0);
    CHECK(expected ? path.data + partition.offset + 24 == expected : partition.offset == untouched.offset);
}
