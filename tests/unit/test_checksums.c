/* SPDX-License-Identifier: BSD-2-Clause */
/* crc32 and bytes_sum, which go by words, against the definitions, bit by bit and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "chance.h"
#include "crc32.h"
#include "physical.h"

#define SIZE 2048

static uint32_t crc_plainly(const uint8_t *bytes, size_t size)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < 8 * size; i++) {
        uint32_t bit = (crc ^ (uint32_t)bytes[i / 8] >> i % 8) & 1;

        crc = crc >> 1 ^ (bit ? 0xedb88320 : 0);
    }
    return crc ^ UINT32_MAX;
}

/* Noise, with runs of one byte in it, of zeros for the most part. */
static size_t make(struct chance *chance, uint8_t room[SIZE])
{
    size_t size = (size_t)chance_below(chance, SIZE + 1), at = 0;

    while (at < size) {
        size_t length = (size_t)chance_size(chance, size - at);
        uint8_t byte = chance_one_in(chance, 4) ? 0xff : 0;
        bool is_noise = chance_one_in(chance, 2);

        for (size_t i = 0; i < length; i++)
            room[at++] = is_noise ? (uint8_t)chance_bits(chance) : byte;
    }
    return size;
}

/* The check value of the catalogues of checksums. */
static void test_known(void **state)
{
    (void)state;
    assert_int_equal(crc32_add(0, (const uint8_t *)"123456789", 9), 0xcbf43926);
    assert_int_equal(crc32_add(0, NULL, 0), 0);
}

static void test_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        struct chance chance = chance_case(i);
        uint8_t room[SIZE + 8], sum = 0;
        size_t skip = (size_t)chance_below(&chance, 8), size = make(&chance, room + skip);
        size_t half = (size_t)chance_below(&chance, size + 1);
        uint32_t crc = crc_plainly(room + skip, size);

        for (size_t at = 0; at < size; at++)
            sum = (uint8_t)(sum + room[skip + at]);
        if (crc32_add(0, room + skip, size) != crc)
            CHANCE_FAIL(&chance, "the checksum of %zu bytes", size);
        if (crc32_add(crc32_add(0, room + skip, half), room + skip + half, size - half) != crc)
            CHANCE_FAIL(&chance, "the checksum of %zu bytes, in two parts", size);
        if (bytes_sum((struct bytes){room + skip, size}) != sum)
            CHANCE_FAIL(&chance, "the sum of %zu bytes", size);
    }
}

/* A run of zeros costs some multiplications, however long it is. */
static void test_long_run(void **state)
{
    static uint8_t zeros[1 << 20];
    double before = cpu_seconds();

    (void)state;
    for (unsigned i = 0; i < 64; i++)
        assert_int_equal(crc32_add(0, zeros, sizeof(zeros)), 0xa738ea1c);
    assert_true(cpu_seconds() - before < 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test(test_long_run),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
