/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * GUID Partition Tables. Where an entry lies is what the disk's bytes counted from its start say; a type is read of no
 * partition but the one that is meant.
 */
#include <string.h>

#include "fuzz.h"
#include "gpt.h"

/* A header in a block of which most are large enough; the first numbers are set as they would be on a disk. */
static struct bytes make_header(struct input *input)
{
    uint64_t how = input_number(input, 1);
    size_t size = how & 1 ? 512U << (how >> 5) : (size_t)input_below(input, 600);
    const uint64_t numbers[] = {how & 2 ? 0x5452415020494645 : input_number(input, 8), how & 4 ? 2 : input_wide(input),
                                (how & 8 ? 128 : input_wide(input) & UINT32_MAX) |
                                    (how & 16 ? 128ULL << input_below(input, 8) : input_wide(input)) << 32};
    static const size_t places[] = {0, 72, 80};
    uint8_t *block = fuzz_room(70000);

    memset(block, 0x5a, size + 100);
    for (size_t i = 0; i < 8 * COUNT(numbers); i++)
        block[places[i / 8] + i % 8] = (uint8_t)(numbers[i / 8] >> (8 * (i % 8)));
    return input_bytes(&(struct input){block, size}, size);
}

static uint64_t number_at(struct bytes block, size_t offset, size_t width)
{
    uint64_t number = 0;

    memcpy(&number, block.data + offset, width);
    return number;
}

/* By the byte on the disk that the entry begins with, in 128 bits. */
static bool find_plainly(struct bytes header, uint32_t number, struct gpt_place *ret_place)
{
    unsigned __int128 byte;
    uint64_t size;

    if (header.size < 88 || memcmp(header.data, "EFI PART", 8) != 0)
        return false;
    size = number_at(header, 84, 4);
    if (size < 128 || size > header.size || __builtin_popcountll(size) != 1)
        return false;
    if (number < 1 || number > number_at(header, 80, 4))
        return false;
    byte = (unsigned __int128)number_at(header, 72, 8) * header.size + (unsigned __int128)size * (number - 1);
    if (byte / header.size > UINT64_MAX)
        return false;
    *ret_place = (struct gpt_place){(uint64_t)(byte / header.size), (uint32_t)(byte % header.size)};
    return true;
}

static void check_find(struct input *input)
{
    struct bytes header = make_header(input);
    uint32_t number = (uint32_t)(input_flag(input) ? input_number(input, 1) : input_wide(input));
    struct gpt_place place = {7, 7}, expected = {7, 7};

    CHECK(gpt_find(header, number, &place) == find_plainly(header, number, &expected));
    CHECK(place.block == expected.block && place.offset == expected.offset);
}

static void check_type(struct input *input)
{
    uint32_t offset = (uint32_t)(input_flag(input) ? input_number(input, 1) : input_wide(input));
    bool is_same = input_flag(input);
    uint8_t guid[16] = {0}, type[16] = {7}, untouched[16] = {7};
    struct bytes block = input_rest(input);
    bool is_there = block.size >= 32 && offset <= block.size - 32;

    if (is_there && is_same)
        memcpy(guid, block.data + offset + 16, 16);
    if (gpt_read_type(block, offset, guid, type)) {
        CHECK(is_there && memcmp(block.data + offset, type, 16) == 0);
        CHECK(memcmp(block.data + offset + 16, guid, 16) == 0);
    } else {
        CHECK(!is_there || memcmp(block.data + offset + 16, guid, 16) != 0);
        CHECK(memcmp(type, untouched, 16) == 0);
    }
}

void fuzz(struct input *input)
{
    if (input_flag(input))
        check_find(input);
    else
        check_type(input);
}
