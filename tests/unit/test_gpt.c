/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "gpt.h"

#define SIGNATURE 0x5452415020494645ULL

struct header {
    uint64_t signature, table;
    uint32_t count, size;
    size_t block; /* bytes */
};

static void put(uint8_t *block, size_t block_size, size_t offset, size_t width, uint64_t number)
{
    for (size_t i = 0; i < width; i++) {
        if (offset + i < block_size)
            block[offset + i] = (uint8_t)(number >> (8 * i));
    }
}

/* Asks a header in a block of exactly its size, of which everything else is set. */
static bool find(const struct header *header, uint32_t number, struct gpt_place *ret_place)
{
    uint8_t *block = malloc(header->block > 0 ? header->block : 1);
    bool found;

    assert_non_null(block);
    memset(block, 0xee, header->block);
    put(block, header->block, 0, 8, header->signature);
    put(block, header->block, 72, 8, header->table);
    put(block, header->block, 80, 4, header->count);
    put(block, header->block, 84, 4, header->size);
    found = gpt_find((struct bytes){block, header->block}, number, ret_place);
    free(block);
    return found;
}

static void test_places(void **state)
{
    static const struct {
        const char *what;
        struct header header;
        uint32_t number;
        struct gpt_place place;
    } rows[] = {
        {"the first", {SIGNATURE, 2, 128, 128, 512}, 1, {2, 0}},
        {"the last of a block", {SIGNATURE, 2, 128, 128, 512}, 4, {2, 384}},
        {"the first of the next block", {SIGNATURE, 2, 128, 128, 512}, 5, {3, 0}},
        {"the last", {SIGNATURE, 2, 128, 128, 512}, 128, {33, 384}},
        {"the only one", {SIGNATURE, 2, 1, 128, 512}, 1, {2, 0}},
        {"a table elsewhere", {SIGNATURE, 0x123456789a, 128, 128, 512}, 6, {0x123456789b, 128}},
        {"larger entries", {SIGNATURE, 2, 128, 256, 512}, 4, {3, 256}},
        {"as large as a block", {SIGNATURE, 2, 128, 512, 512}, 3, {4, 0}},
        {"large blocks", {SIGNATURE, 2, 128, 128, 4096}, 32, {2, 3968}},
        {"large blocks, the next", {SIGNATURE, 2, 128, 128, 4096}, 33, {3, 0}},
        {"large blocks and entries", {SIGNATURE, 2, 128, 256, 4096}, 18, {3, 256}},
        {"64 KiB", {SIGNATURE, 2, UINT32_MAX, 65536, 65536}, 2, {3, 0}},
        {"the very last", {SIGNATURE, 2, UINT32_MAX, 128, 512}, UINT32_MAX, {2 + 0x3fffffff, 256}},
        {"the disk's end", {SIGNATURE, UINT64_MAX, 128, 128, 512}, 4, {UINT64_MAX, 384}},
        {"just before the disk's end", {SIGNATURE, UINT64_MAX - 1, 128, 128, 512}, 8, {UINT64_MAX, 384}},
        {"no checksum, no revision", {SIGNATURE, 2, 4, 128, 128}, 2, {3, 0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gpt_place place = {7, 7};

        if (!find(&rows[i].header, rows[i].number, &place) || place.block != rows[i].place.block ||
            place.offset != rows[i].place.offset)
            fail_msg("%s: block %llu, offset %u", rows[i].what, (unsigned long long)place.block, place.offset);
    }
}

static void test_no_place(void **state)
{
    static const struct {
        const char *what;
        struct header header;
        uint32_t number;
    } rows[] = {
        {"no number", {SIGNATURE, 2, 128, 128, 512}, 0},
        {"beyond the count", {SIGNATURE, 2, 128, 128, 512}, 129},
        {"far beyond it", {SIGNATURE, 2, 128, 128, 512}, UINT32_MAX},
        {"no entries", {SIGNATURE, 2, 0, 128, 512}, 1},
        {"damaged at its start", {SIGNATURE ^ 1, 2, 128, 128, 512}, 1},
        {"damaged at its end", {SIGNATURE ^ 1ULL << 63, 2, 128, 128, 512}, 1},
        {"nothing", {0, 2, 128, 128, 512}, 1},
        {"entries of no size", {SIGNATURE, 2, 128, 0, 512}, 1},
        {"of half the size", {SIGNATURE, 2, 128, 64, 512}, 1},
        {"a byte short", {SIGNATURE, 2, 128, 127, 512}, 1},
        {"a byte long", {SIGNATURE, 2, 128, 129, 512}, 1},
        {"no power of two", {SIGNATURE, 2, 128, 384, 512}, 1},
        {"larger than a block", {SIGNATURE, 2, 128, 1024, 512}, 1},
        {"of 2 GiB", {SIGNATURE, 2, 128, 0x80000000, 4096}, 1},
        {"beyond 2^64", {SIGNATURE, UINT64_MAX, 128, 128, 512}, 5},
        {"beyond it by many", {SIGNATURE, UINT64_MAX - 5, 128, 128, 512}, 128},
        {"cut before the entries' size", {SIGNATURE, 2, 128, 128, 87}, 1},
        {"cut before their count", {SIGNATURE, 2, 128, 128, 83}, 1},
        {"cut before the table", {SIGNATURE, 2, 128, 128, 79}, 1},
        {"cut in the signature", {SIGNATURE, 2, 128, 128, 7}, 1},
        {"no block", {SIGNATURE, 2, 128, 128, 0}, 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gpt_place place = {7, 7};

        if (find(&rows[i].header, rows[i].number, &place) || place.block != 7 || place.offset != 7)
            fail_msg("%s: block %llu, offset %u", rows[i].what, (unsigned long long)place.block, place.offset);
    }
}

static const uint8_t type[16] = {0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                 0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72};
static const uint8_t own[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

/* Reads from a block of `size` bytes with the entry at `at`, whose own GUID differs in the bits `wrong` of a byte. */
static bool read_type(size_t size, size_t at, uint32_t offset, size_t byte, uint8_t wrong, uint8_t ret_type[16])
{
    uint8_t *block = malloc(size > 0 ? size : 1);
    bool found;

    assert_non_null(block);
    memset(block, 0xee, size);
    for (size_t i = 0; i < 32 && at + i < size; i++)
        block[at + i] = i < 16 ? type[i] : own[i - 16] ^ (i - 16 == byte ? wrong : 0);
    found = gpt_read_type((struct bytes){block, size}, offset, own, ret_type);
    free(block);
    return found;
}

static void test_types(void **state)
{
    static const struct {
        size_t size, at;
        uint32_t offset;
        bool found;
    } rows[] = {
        {512, 0, 0, true},      {512, 384, 384, true}, {4096, 3968, 3968, true},
        {4096, 256, 256, true}, {32, 0, 0, true},                        /* nothing behind the two GUIDs */
        {31, 0, 0, false},      {16, 0, 0, false},     {0, 0, 0, false}, /* and less than them */
        {512, 384, 512, false}, {512, 0, 481, false},  {512, 0, UINT32_MAX, false},
        {512, 128, 0, false},   {512, 0, 128, false}, /* another entry */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t found[16], untouched[16];

        memset(found, 0x55, sizeof(found));
        memset(untouched, 0x55, sizeof(untouched));
        assert_int_equal(read_type(rows[i].size, rows[i].at, rows[i].offset, 0, 0, found), rows[i].found);
        assert_memory_equal(found, rows[i].found ? type : untouched, 16);
    }
}

/* The partition is the one that was meant only when all of its GUID is the same. */
static void test_another_partition(void **state)
{
    uint8_t found[16] = {9}, untouched[16] = {9};

    (void)state;
    for (size_t byte = 0; byte < 16; byte++) {
        assert_false(read_type(512, 128, 128, byte, 0x01, found));
        assert_false(read_type(512, 128, 128, byte, 0x80, found));
        assert_memory_equal(found, untouched, 16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_no_place),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_another_partition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
