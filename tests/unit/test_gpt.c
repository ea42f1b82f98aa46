/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "crc32.h"
#include "gpt.h"

#define SIGNATURE 0x5452415020494645ULL
#define NUMBER    34U /* the block that a header is read from */

/* A header's numbers; `wrong` is a byte of the block that is changed when the checksum has been made, 0 for none. */
struct header {
    uint64_t signature;
    uint32_t length;
    uint64_t own, table;
    uint32_t count, size;
    size_t wrong;
};

static void put(uint8_t *block, size_t block_size, size_t offset, size_t width, uint64_t number)
{
    for (size_t i = 0; i < width; i++) {
        if (offset + i < block_size)
            block[offset + i] = (uint8_t)(number >> (8 * i));
    }
}

/* A header in a block of exactly `size` bytes, of which everything else is set. */
static uint8_t *make_block(const struct header *header, size_t size)
{
    uint8_t *block = malloc(size > 0 ? size : 1);

    assert_non_null(block);
    memset(block, 0xee, size);
    put(block, size, 0, 8, header->signature);
    put(block, size, 12, 4, header->length);
    put(block, size, 16, 4, 0);
    put(block, size, 24, 8, header->own);
    put(block, size, 32, 8, 0x1234567890);
    put(block, size, 72, 8, header->table);
    put(block, size, 80, 4, header->count);
    put(block, size, 84, 4, header->size);
    put(block, size, 88, 4, 0x87654321);
    put(block, size, 16, 4, crc32_add(0, block, header->length < size ? header->length : size));
    if (header->wrong != 0)
        block[header->wrong] ^= 0x10;
    return block;
}

static bool read_header(const struct header *header, size_t size, struct gpt_table *ret_table)
{
    uint8_t *block = make_block(header, size);
    bool good = gpt_read_header((struct bytes){block, size}, NUMBER, ret_table);

    free(block);
    return good;
}

static void test_headers(void **state)
{
    static const struct {
        const char *what;
        struct header header;
        size_t block;
    } rows[] = {
        {"as usual", {SIGNATURE, 92, NUMBER, 2, 128, 128, 0}, 512},
        {"nothing behind it", {SIGNATURE, 92, NUMBER, 2, 128, 128, 0}, 92},
        {"damaged behind it", {SIGNATURE, 92, NUMBER, 2, 128, 128, 92}, 512},
        {"a longer one", {SIGNATURE, 512, NUMBER, 2, 128, 128, 0}, 512},
        {"in a large block", {SIGNATURE, 4096, NUMBER, 2, 128, 128, 0}, 4096},
        {"one entry", {SIGNATURE, 92, NUMBER, UINT64_MAX, 1, 128, 0}, 512},
        {"entries of 256 KiB", {SIGNATURE, 92, NUMBER, 2, 1, GPT_TABLE_MAX, 0}, 512},
        {"2048 of them", {SIGNATURE, 92, NUMBER, 2, 2048, 128, 0}, 512},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gpt_table table = {7, 7, 7, 7};

        if (!read_header(&rows[i].header, rows[i].block, &table) || table.block != rows[i].header.table ||
            table.count != rows[i].header.count || table.size != rows[i].header.size || table.checksum != 0x87654321)
            fail_msg("%s: block %llu, %u of %u", rows[i].what, (unsigned long long)table.block, table.count,
                     table.size);
    }
}

static void test_no_headers(void **state)
{
    static const struct {
        const char *what;
        struct header header;
        size_t block;
    } rows[] = {
        {"damaged at its start", {SIGNATURE ^ 1, 92, NUMBER, 2, 128, 128, 0}, 512},
        {"damaged at its end", {SIGNATURE ^ 1ULL << 63, 92, NUMBER, 2, 128, 128, 0}, 512},
        {"nothing", {0, 92, NUMBER, 2, 128, 128, 0}, 512},
        {"of another block", {SIGNATURE, 92, NUMBER + 1, 2, 128, 128, 0}, 512},
        {"too short", {SIGNATURE, 91, NUMBER, 2, 128, 128, 0}, 512},
        {"longer than the block", {SIGNATURE, 513, NUMBER, 2, 128, 128, 0}, 512},
        {"of 4 GiB", {SIGNATURE, UINT32_MAX, NUMBER, 2, 128, 128, 0}, 512},
        {"a wrong checksum", {SIGNATURE, 92, NUMBER, 2, 128, 128, 19}, 512},
        {"the revision damaged", {SIGNATURE, 92, NUMBER, 2, 128, 128, 9}, 512},
        {"the table's checksum damaged", {SIGNATURE, 92, NUMBER, 2, 128, 128, 91}, 512},
        {"damaged in what is longer", {SIGNATURE, 100, NUMBER, 2, 128, 128, 99}, 512},
        {"no entries", {SIGNATURE, 92, NUMBER, 2, 0, 128, 0}, 512},
        {"entries of no size", {SIGNATURE, 92, NUMBER, 2, 128, 0, 0}, 512},
        {"of half the size", {SIGNATURE, 92, NUMBER, 2, 128, 64, 0}, 512},
        {"a byte long", {SIGNATURE, 92, NUMBER, 2, 128, 129, 0}, 512},
        {"no power of two", {SIGNATURE, 92, NUMBER, 2, 128, 384, 0}, 512},
        {"of 2 GiB", {SIGNATURE, 92, NUMBER, 2, 1, 0x80000000, 0}, 512},
        {"one too many", {SIGNATURE, 92, NUMBER, 2, 2049, 128, 0}, 512},
        {"far too many", {SIGNATURE, 92, NUMBER, 2, UINT32_MAX, 128, 0}, 512},
        {"cut in the checksum", {SIGNATURE, 92, NUMBER, 2, 128, 128, 0}, 91},
        {"cut before its length", {SIGNATURE, 92, NUMBER, 2, 128, 128, 0}, 12},
        {"no block", {SIGNATURE, 92, NUMBER, 2, 128, 128, 0}, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct gpt_table table = {7, 7, 7, 7};

        if (read_header(&rows[i].header, rows[i].block, &table) || table.block != 7 || table.count != 7 ||
            table.size != 7 || table.checksum != 7)
            fail_msg("%s: it is read", rows[i].what);
    }
}

/* The other header's place is known of a damaged one, too. */
static void test_other_header(void **state)
{
    const struct header damaged = {1, 0, 0, 0, 0, 0, 0};
    uint8_t *block = make_block(&damaged, 40);

    (void)state;
    assert_int_equal(gpt_other_header((struct bytes){block, 40}), 0x1234567890);
    assert_int_equal(gpt_other_header((struct bytes){block, 39}), 0);
    assert_int_equal(gpt_other_header((struct bytes){NULL, 0}), 0);
    free(block);
}

/* "123456789" has the check value of this CRC in all descriptions of it. */
static void test_table_checksum(void **state)
{
    const struct gpt_table table = {2, 9, 1, 0xcbf43926};
    struct gpt_table longer = table, other = table;

    (void)state;
    longer.count = 10;
    other.checksum ^= 0x80000000;
    assert_true(gpt_is_whole((struct bytes){(const uint8_t *)"123456789", 9}, &table));
    assert_true(gpt_is_whole((struct bytes){(const uint8_t *)"123456789x", 10}, &table));
    assert_false(gpt_is_whole((struct bytes){(const uint8_t *)"12345678", 8}, &table));
    assert_false(gpt_is_whole((struct bytes){(const uint8_t *)"123456780", 9}, &table));
    assert_false(gpt_is_whole((struct bytes){(const uint8_t *)"123456789", 9}, &longer));
    assert_false(gpt_is_whole((struct bytes){(const uint8_t *)"123456789", 9}, &other));
}

static const uint8_t type[16] = {0xff, 0xc2, 0x13, 0xbc, 0xe6, 0x59, 0x62, 0x42,
                                 0xa3, 0x52, 0xb2, 0x75, 0xfd, 0x6f, 0x71, 0x72};

static void put_entry(uint8_t *entry, uint8_t own, uint64_t first, uint64_t last)
{
    memcpy(entry, type, 16);
    memset(entry + 16, own, 16);
    put(entry, 128, 32, 8, first);
    put(entry, 128, 40, 8, last);
}

static void test_types(void **state)
{
    enum { ENTRIES = 5, SIZE = 256 };
    const struct gpt_table table = {2, ENTRIES, SIZE, 0};
    uint8_t *bytes = calloc(ENTRIES, SIZE), guid[16], expected[16];

    (void)state;
    assert_non_null(bytes);
    memset(guid, 0x55, sizeof(guid));
    memset(expected, 0x55, sizeof(expected));
    assert_int_equal(gpt_find_type((struct bytes){bytes, ENTRIES * SIZE}, &table, type, guid), 0);
    put_entry(bytes + SIZE, 1, 2048, 2047);     /* no blocks */
    put_entry(bytes + SIZE / 2, 2, 2048, 4096); /* not where an entry begins */
    put_entry(bytes + 2 * SIZE, 3, 2048, 4096);
    bytes[2 * SIZE + 15] ^= 1; /* another type */
    assert_int_equal(gpt_find_type((struct bytes){bytes, ENTRIES * SIZE}, &table, type, guid), 0);
    assert_memory_equal(guid, expected, 16);
    put_entry(bytes + (ENTRIES - 1) * SIZE, 4, 2048, 2048);
    memset(expected, 4, sizeof(expected));
    assert_int_equal(gpt_find_type((struct bytes){bytes, ENTRIES * SIZE}, &table, type, guid), 1);
    assert_memory_equal(guid, expected, 16);
    put_entry(bytes + 3 * SIZE, 5, 0, UINT64_MAX);
    memset(expected, 5, sizeof(expected));
    assert_int_equal(gpt_find_type((struct bytes){bytes, ENTRIES * SIZE}, &table, type, guid), 2);
    assert_memory_equal(guid, expected, 16);
    assert_int_equal(gpt_find_type((struct bytes){bytes, ENTRIES * SIZE - 1}, &table, type, guid), 1);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),        cmocka_unit_test(test_no_headers), cmocka_unit_test(test_other_header),
        cmocka_unit_test(test_table_checksum), cmocka_unit_test(test_types),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
