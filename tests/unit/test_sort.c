/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "sort.h"

static size_t comparisons;

static int compare_numbers(const void *a, const void *b)
{
    uint64_t left, right;

    comparisons++;
    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return left < right ? -1 : left > right;
}

/* Elements of one to three bytes, by their first. */
static int compare_bytes(const void *a, const void *b)
{
    return *(const uint8_t *)a - *(const uint8_t *)b;
}

/* The order in which elements come in. */
enum order { ORDER_CHANCE, ORDER_UP, ORDER_DOWN, ORDER_EQUAL, ORDER_FEW, ORDER_SAW, ORDER_COUNT };

static uint64_t element(struct chance *chance, enum order order, uint64_t index, uint64_t count)
{
    switch (order) {
    case ORDER_UP:
        return index;
    case ORDER_DOWN:
        return count - index;
    case ORDER_EQUAL:
        return 7;
    case ORDER_FEW:
        return chance_below(chance, 3);
    case ORDER_SAW:
        return index % 17;
    default:
        return chance_bits(chance);
    }
}

static void check(struct chance *chance, enum order order, size_t count)
{
    uint64_t *elements = malloc(count > 0 ? count * sizeof(*elements) : 1);
    uint64_t *expected = malloc(count > 0 ? count * sizeof(*elements) : 1);
    size_t sorted;

    assert_non_null(elements);
    assert_non_null(expected);
    for (size_t i = 0; i < count; i++)
        elements[i] = expected[i] = element(chance, order, i, count);
    qsort(expected, count, sizeof(*expected), compare_numbers);
    comparisons = 0;
    for (sorted = 1; sorted < count && elements[sorted - 1] <= elements[sorted];)
        sorted++;
    if (chance_one_in(chance, 2))
        sort(elements, count, sizeof(*elements), compare_numbers);
    else
        sort_rest(elements, (size_t)chance_below(chance, (sorted < count ? sorted : count) + 1), count,
                  sizeof(*elements), compare_numbers);
    if (memcmp(elements, expected, count * sizeof(*elements)) != 0)
        CHANCE_FAIL(chance, "order %d, %zu elements", order, count);
    free(elements);
    free(expected);
}

static void test_all_orders(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 200; i++) {
        for (int order = 0; order < ORDER_COUNT; order++) {
            struct chance chance = chance_case(i);

            check(&chance, (enum order)order, i);
        }
    }
}

/* Every arrangement of up to seven elements, some of them equal. */
static void test_all_small(void **state)
{
    (void)state;
    for (size_t count = 0; count <= 7; count++) {
        size_t arrangements = 1;

        for (size_t i = 0; i < count; i++)
            arrangements *= 5;
        for (size_t number = 0; number < arrangements; number++) {
            uint8_t elements[8] = "", seen[5] = "";

            for (size_t i = 0, rest = number; i < count; i++, rest /= 5) {
                elements[i] = (uint8_t)(rest % 5);
                seen[rest % 5]++;
            }
            sort(elements, count, 1, compare_bytes);
            for (size_t i = 0; i < count; i++) {
                assert_true(i == 0 || elements[i - 1] <= elements[i]);
                seen[elements[i]]--;
            }
            assert_memory_equal(seen, "\0\0\0\0\0", 5);
        }
    }
}

/* All bytes of an element move together, whatever its size, and none beside the elements. */
static void test_sizes(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 100; size++) {
        uint8_t *elements = malloc(50 * size);

        assert_non_null(elements);
        for (size_t i = 0; i < 50; i++)
            memset(elements + i * size, (int)(i * 37 % 50), size);
        sort(elements, 50, size, compare_bytes);
        for (size_t i = 0; i < 50 * size; i++)
            assert_int_equal(elements[i], i / size);
        free(elements);
    }
}

static size_t logarithm(size_t count)
{
    size_t bits = 0;

    while (count >> bits > 1)
        bits++;
    return bits + 1;
}

/* At most two comparisons on each of log n levels, for building the heap and for taking each element out of it. */
static void test_effort(void **state)
{
    static const size_t counts[] = {10, 100, 1000, 10000};

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        for (int order = 0; order < ORDER_COUNT; order++) {
            struct chance chance = chance_case(i);

            check(&chance, (enum order)order, counts[i]);
            if (comparisons > 2 * counts[i] * logarithm(counts[i]) + 2 * counts[i])
                CHANCE_FAIL(&chance, "order %d: %zu comparisons for %zu elements", order, comparisons, counts[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_orders),
        cmocka_unit_test(test_all_small),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_effort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
