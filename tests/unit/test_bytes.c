/* SPDX-License-Identifier: BSD-2-Clause */
/* The bounded reader and the checked arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "chance.h"
#include "checked.h"

#define UNTOUCHED 0x5555555555555555ULL

__extension__ typedef unsigned __int128 wide;

/* ---- bytes.h ---- */

static void test_slice(void **state)
{
    static const struct {
        uint64_t offset, size;
        bool inside;
    } rows[] = {
        {0, 0, true},
        {0, 8, true},
        {8, 0, true},
        {3, 5, true},
        {7, 1, true},
        {0, 9, false},
        {8, 1, false},
        {9, 0, false},
        {3, 6, false},
        {UINT64_MAX, 0, false},
        {UINT64_MAX, 1, false},
        {1, UINT64_MAX, false},
        {UINT64_MAX, UINT64_MAX, false},
        {4, UINT64_MAX - 3, false},
        {8, UINT64_MAX, false},
    };
    const uint8_t data[8] = {0};
    const struct bytes bytes = {data, sizeof(data)};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes slice = {NULL, 77};

        if (bytes_slice(bytes, rows[i].offset, rows[i].size, &slice) != rows[i].inside)
            fail_msg("row %zu", i);
        assert_ptr_equal(slice.data, rows[i].inside ? data + rows[i].offset : NULL);
        assert_int_equal(slice.size, rows[i].inside ? rows[i].size : 77);
    }
}

static void test_number(void **state)
{
    uint8_t *data = malloc(11); /* the address below is not aligned */
    const struct bytes bytes = {data + 1, 10};

    (void)state;
    assert_non_null(data);
    for (unsigned i = 0; i < 10; i++)
        data[1 + i] = (uint8_t)(0xf1 + 0x11 * i);
    for (size_t width = 1; width <= 8; width++) {
        for (uint64_t offset = 0; offset < 13; offset++) {
            uint64_t expected = UNTOUCHED, number = UNTOUCHED;
            bool inside = offset + width <= 10;

            if (inside) {
                expected = 0;
                memcpy(&expected, data + 1 + offset, width); /* this machine is little-endian too */
            }
            assert_int_equal(bytes_number(bytes, offset, width, &number), inside);
            assert_int_equal(number, expected);
        }
    }
    free(data);
}

static void test_number_far_outside(void **state)
{
    const uint8_t data[4] = {1, 2, 3, 4};
    const struct bytes bytes = {data, 4}, none = {NULL, 0};
    uint64_t number = UNTOUCHED;

    (void)state;
    assert_false(bytes_number(bytes, UINT64_MAX, 2, &number));
    assert_false(bytes_number(bytes, UINT64_MAX - 1, 4, &number));
    assert_false(bytes_number(none, 0, 1, &number));
    assert_int_equal(number, UNTOUCHED);
}

/* ---- checked.h ---- */

/* Numbers at which arithmetic goes wrong. */
static uint64_t edge(struct chance *chance)
{
    uint64_t near = chance_below(chance, 5) - 2;

    switch (chance_below(chance, 4)) {
    case 0:
        return near;
    case 1:
        return (1ULL << chance_below(chance, 64)) + near;
    case 2:
        return chance_bits(chance);
    default:
        return UINT64_MAX / chance_size(chance, UINT64_MAX) + near;
    }
}

static void test_add_and_multiply(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        struct chance chance = chance_case(i);
        uint64_t a = edge(&chance), b = edge(&chance);
        wide sum = (wide)a + b, product = (wide)a * b;
        uint64_t result = UNTOUCHED;

        if (checked_add(a, b, &result) != (sum <= UINT64_MAX) ||
            result != (sum <= UINT64_MAX ? (uint64_t)sum : UNTOUCHED))
            CHANCE_FAIL(&chance, "0x%llx + 0x%llx", (unsigned long long)a, (unsigned long long)b);
        result = UNTOUCHED;
        if (checked_multiply(a, b, &result) != (product <= UINT64_MAX) ||
            result != (product <= UINT64_MAX ? (uint64_t)product : UNTOUCHED))
            CHANCE_FAIL(&chance, "0x%llx * 0x%llx", (unsigned long long)a, (unsigned long long)b);
    }
}

static void test_align(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 100000; i++) {
        struct chance chance = chance_case(i);
        uint64_t value = edge(&chance), alignment = 1ULL << chance_below(&chance, 64), result = UNTOUCHED;
        wide up = ((wide)value + alignment - 1) / alignment * alignment;

        if (align_down(value, alignment) != value / alignment * alignment)
            CHANCE_FAIL(&chance, "0x%llx down to 0x%llx", (unsigned long long)value, (unsigned long long)alignment);
        if (checked_align_up(value, alignment, &result) != (up <= UINT64_MAX) ||
            result != (up <= UINT64_MAX ? (uint64_t)up : UNTOUCHED))
            CHANCE_FAIL(&chance, "0x%llx up to 0x%llx", (unsigned long long)value, (unsigned long long)alignment);
    }
}

/* The result may take an operand's place. */
static void test_in_place(void **state)
{
    uint64_t value = 5;

    (void)state;
    assert_true(checked_add(value, value, &value));
    assert_true(checked_multiply(value, value, &value));
    assert_true(checked_align_up(value, 64, &value));
    assert_int_equal(value, 128);
}

static void test_small_helpers(void **state)
{
    (void)state;
    assert_false(is_power_of_two(0));
    for (unsigned bit = 0; bit < 64; bit++) {
        assert_true(is_power_of_two(1ULL << bit));
        assert_int_equal(is_power_of_two((1ULL << bit) + 1), bit == 0); /* 2 is one, too */
        assert_int_equal(is_power_of_two((1ULL << bit) - 1), bit == 1); /* and 1 */
    }
    assert_int_equal(min_u64(1, 2), 1);
    assert_int_equal(min_u64(UINT64_MAX, 2), 2);
    assert_int_equal(max_u64(1, 2), 2);
    assert_int_equal(max_u64(UINT64_MAX, 2), UINT64_MAX);
    assert_int_equal(PAGE_SIZE, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slice),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_number_far_outside),
        cmocka_unit_test(test_add_and_multiply),
        cmocka_unit_test(test_align),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_small_helpers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
