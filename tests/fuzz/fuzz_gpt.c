/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GUID Partition Tables. A header is read where its numbers and a checksum, taken bit by bit, are sound, and says what
 * stands in it; of a table the partitions of a type are counted as a plain reading finds them.
 */
#include <string.h>

#include "crc32.h"
#include "fuzz.h"
#include "gpt.h"

static uint64_t number_at(const uint8_t *bytes, size_t offset, size_t width)
{
    uint64_t number = 0;

    memcpy(&number, bytes + offset, width);
    return number;
}

/* A header of which most are sound: each number is either as it should be or anything. */
static struct bytes make_header(struct input *input, uint64_t number)
{
    uint64_t how = input_number(input, 1);
    size_t size = how & 1 ? 512U : (size_t)input_below(input, 600);
    uint64_t length = how & 2 ? 92 : input_below(input, 700);
    uint8_t *block = fuzz_room(1024);
    const struct {
        size_t offset, width;
        uint64_t number;
    } fields[] = {{0, 8, how & 4 ? 0x5452415020494645 : input_number(input, 8)},
                  {12, 4, length},
                  {24, 8, how & 8 ? number : input_wide(input)},
                  {72, 8, input_wide(input)},
                  {80, 4, how & 16 ? 128 : input_wide(input) & UINT32_MAX},
                  {84, 4, how & 32 ? 128ULL << input_below(input, 8) : input_wide(input) & UINT32_MAX}};
    uint32_t checksum;

    memset(block, 0x5a, 1024);
    for (size_t i = 0; i < COUNT(fields); i++)
        memcpy(block + fields[i].offset, &fields[i].number, fields[i].width);
    memset(block + 16, 0, 4);
    checksum = how & 64 ? crc32_add(0, block, (size_t)length) : (uint32_t)input_number(input, 4);
    memcpy(block + 16, &checksum, 4);
    return input_bytes(&(struct input){block, size}, size);
}

static bool is_sound(struct bytes block, uint64_t number)
{
    uint8_t *header;
    uint64_t length, count, size;

    if (block.size < 92 || memcmp(block.data, "EFI PART", 8) != 0)
        return false;
    length = number_at(block.data, 12, 4);
    if (length < 92 || length > block.size)
        return false;
    header = fuzz_room((size_t)length);
    memcpy(header, block.data, (size_t)length);
    memset(header + 16, 0, 4);
    count = number_at(header, 80, 4);
    size = number_at(header, 84, 4);
    return crc32_add(0, header, (size_t)length) == number_at(block.data, 16, 4) && number_at(header, 24, 8) == number &&
           count > 0 && size >= 128 && __builtin_popcountll(size) == 1 && count * size <= GPT_TABLE_MAX;
}

static void check_header(struct input *input)
{
    uint64_t number = input_flag(input) ? 1 : input_wide(input);
    struct bytes block = make_header(input, number);
    struct gpt_table table = {7, 7, 7, 7};
    bool sound = is_sound(block, number);

    CHECK(gpt_read_header(block, number, &table) == sound);
    CHECK(table.block == (sound ? number_at(block.data, 72, 8) : 7));
    CHECK(table.count == (sound ? number_at(block.data, 80, 4) : 7));
    CHECK(table.size == (sound ? number_at(block.data, 84, 4) : 7));
    CHECK(table.checksum == (sound ? number_at(block.data, 88, 4) : 7));
    CHECK(gpt_other_header(block) == (block.size >= 40 ? number_at(block.data, 32, 8) : 0));
}

/* Entries are cut from the input, and the type is one of theirs or zeros. */
static void check_types(struct input *input)
{
    const struct gpt_table table = {2, (uint32_t)input_below(input, 8) + 1, 128U << input_below(input, 2),
                                    (uint32_t)input_number(input, 4)};
    size_t size = (size_t)table.count * table.size;
    uint8_t type[16] = {0}, guid[16] = {7}, expected[16] = {7};
    uint32_t count = 0;
    struct bytes bytes = input_rest(input);

    if (bytes.size >= 16)
        memcpy(type, bytes.data, 16);
    for (size_t at = 0; at + table.size <= bytes.size && at < size; at += table.size) {
        const uint8_t *entry = bytes.data + at;

        if (memcmp(entry, type, 16) != 0 || number_at(entry, 32, 8) > number_at(entry, 40, 8))
            continue;
        if (count++ == 0)
            memcpy(expected, entry + 16, 16);
    }
    CHECK(gpt_find_type(bytes, &table, type, guid) == count);
    CHECK(memcmp(guid, expected, 16) == 0);
    CHECK(gpt_is_whole(bytes, &table) == (bytes.size >= size && crc32_add(0, bytes.data, size) == table.checksum));
}

void fuzz(struct input *input)
{
    if (input_flag(input))
        check_header(input);
    else
        check_types(input);
}
