/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "chance.h"
#include "made_tables.h"
#include "table_ranges.h"

#define END (1ULL << 52)

static void test_one(void **state)
{
    static const struct {
        uint64_t base, size;
        struct table_range expected; /* `size` 0: none */
    } rows[] = {
        {0, 1, {0, 0x1000}},
        {0, 0, {0, 0}},
        {0x1234, 0, {0, 0}},
        {0x1000, 0x1000, {0x1000, 0x1000}},
        {0x1fff, 1, {0x1000, 0x1000}},
        {0x1fff, 2, {0x1000, 0x2000}},
        {0x100000abc, 0x5000, {0x100000000, 0x6000}},
        {END - 1, 1, {END - 0x1000, 0x1000}},
        {END - 1, 2, {END - 0x1000, 0x1000}},
        {END - 1, UINT64_MAX, {END - 0x1000, 0x1000}},
        {END, 1, {0, 0}},
        {UINT64_MAX, UINT64_MAX, {0, 0}},
        {0, UINT64_MAX, {0, END}},
        {0x1001, UINT64_MAX - 0x1001, {0x1000, END - 0x1000}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct table_range range = {0};
        struct table_ranges ranges = {.range = &range, .capacity = 1};

        table_ranges_add(&ranges, rows[i].base, rows[i].size);
        if (ranges.count != (rows[i].expected.size > 0) || ranges.left_out != 0 ||
            memcmp(&range, &rows[i].expected, sizeof(range)) != 0)
            fail_msg("row %zu: 0x%llx, size 0x%llx", i, (unsigned long long)range.base, (unsigned long long)range.size);
    }
}

static void test_full(void **state)
{
    struct table_range room[3] = {{0}, {0}, {77, 78}};
    struct table_ranges ranges = {.range = room, .capacity = 2}, none = {0};

    (void)state;
    table_ranges_add(&ranges, 0x9000, 1);
    table_ranges_add(&ranges, 0x5000, 1);
    table_ranges_add(&ranges, 0x1000, 1); /* no room */
    table_ranges_add(&ranges, 0x7000, 1);
    assert_int_equal(ranges.left_out, 2);
    table_ranges_add(&ranges, 0x4000, 0x1000); /* merges */
    table_ranges_add(&ranges, 0x9010, 0x10);
    assert_int_equal(ranges.left_out, 2);
    assert_int_equal(ranges.count, 2);
    assert_memory_equal(room, ((struct table_range[]){{0x4000, 0x2000}, {0x9000, 0x1000}, {77, 78}}), sizeof(room));
    table_ranges_add(&ranges, 0x6000, 0x3000); /* makes one of two, so there is room again */
    table_ranges_add(&ranges, 0x20000, 1);
    assert_int_equal(ranges.left_out, 2);
    assert_memory_equal(room, ((struct table_range[]){{0x4000, 0x6000}, {0x20000, 0x1000}, {77, 78}}), sizeof(room));
    table_ranges_add(&none, 0x1000, 1);
    assert_int_equal(none.left_out, 1);
}

/* Against one flag for each page. */
static void test_by_chance(void **state)
{
    enum { PAGES = 200 };

    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        struct chance chance = chance_case(i);
        struct table_range room[PAGES];
        struct table_ranges ranges = {.range = room, .capacity = PAGES};
        bool expected[PAGES] = {false};

        for (uint64_t count = chance_below(&chance, 120); count > 0; count--) {
            uint64_t base = chance_below(&chance, PAGES * 4096ULL);
            uint64_t size = chance_size(&chance, chance_one_in(&chance, 9) ? 100000 : 5000);

            if (base + size > PAGES * 4096ULL)
                size = PAGES * 4096ULL - base;
            table_ranges_add(&ranges, base, size);
            for (uint64_t page = base / 4096; page * 4096 < base + size; page++)
                expected[page] = true;
        }
        made_check_ranges(room, ranges.count);
        for (uint64_t page = 0; page < PAGES; page++) {
            if (made_is_in(room, ranges.count, page * 4096, 4096) != expected[page])
                CHANCE_FAIL(&chance, "page %llu", (unsigned long long)page);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_by_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
