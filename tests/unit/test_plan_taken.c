/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that nobody may use, whatever the firmware's map calls it: what is in use, where tables
 * are, and what a device tree reserves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "made_kernel.h"

#define PAGE    4096ULL
#define NOWHERE UINT64_MAX
#define MIB     (1ULL << 20)

/* Two of each kind. */
static void take_some(struct facts *facts)
{
    static struct table_range reservations[2];

    facts->taken[0] = (struct taken_range){0x5000, 0x2000, "the stack"};
    facts->taken[1] = (struct taken_range){2 * MIB + 0x10, 0x20, "a few bytes"};
    facts->taken_count = 2;
    facts->tables.ranges[0] = (struct table_range){0xb000, 0x1000};
    facts->tables.ranges[1] = (struct table_range){10 * MIB, 0x3000};
    facts->tables.range_count = 2;
    facts->reservations = reservations;
    facts->reservations[0] = (struct table_range){0x9000, 0x1000};
    facts->reservations[1] = (struct table_range){4 * MIB, 2 * MIB};
    facts->reservation_count = 2;
}

static void test_may_use(void **state)
{
    static const struct {
        uint64_t base, size;
        bool usable;
        uint64_t start; /* of what is in the way */
    } rows[] = {
        {0, PAGE, false, 0},
        {PAGE, 4 * PAGE, true, NOWHERE},
        {PAGE, 4 * PAGE + 1, false, 0x5000},
        {0x6fff, 1, false, 0x5000},
        {0x7000, 0x2000, true, NOWHERE},
        {0x7000, 0x3000, false, 0x9000},
        {0x9fff, 1, false, 0x9000},
        {0xa000, PAGE, true, NOWHERE},
        {0xa000, PAGE + 1, false, 0xb000},
        {0xc000, PAGE, true, NOWHERE},
        {7 * MIB, 3 * MIB, true, NOWHERE},
        {7 * MIB, 3 * MIB + 1, false, 10 * MIB},
        {10 * MIB + 0x2fff, 1, false, 10 * MIB},
        {10 * MIB + 0x3000, MIB, true, NOWHERE},
        {2 * MIB, PAGE, false, 2 * MIB + 0x10},
        {2 * MIB, 0x10, true, NOWHERE},
        {2 * MIB + 0x30, 2 * MIB - 0x30, true, NOWHERE},
        {2 * MIB + 0x30, 2 * MIB, false, 4 * MIB},
        {PAGE, 64 * MIB, false, 0x5000},
        {5 * MIB, PAGE, false, 4 * MIB},
        {6 * MIB, MIB, true, NOWHERE},
    };
    static struct facts facts;
    uint64_t start;

    (void)state;
    memset(&facts, 0, sizeof(facts));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(plan_may_use(&facts, rows[i].base, rows[i].size, &start), rows[i].base != 0);
    take_some(&facts);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        start = NOWHERE;
        if (plan_may_use(&facts, rows[i].base, rows[i].size, &start) != rows[i].usable || start != rows[i].start)
            fail_msg("row %zu: what is in the way begins at 0x%llx", i, (unsigned long long)start);
    }
}

/* A low kernel is not put there, and is told of a place that is free of them, too. */
static void test_low_kernel(void **state)
{
    static const struct {
        uint64_t base;
        const char *owner; /* NULL: it boots */
    } rows[] = {
        {2 * MIB, "0x200010-0x200030 is taken by a few bytes"},
        {2 * MIB - 0x3000, "0x200010-0x200030 is taken by a few bytes"},
        {2 * MIB - 0x4000, NULL},
        {2 * MIB + PAGE, NULL},
        {4 * MIB, "0x400000-0x600000 is taken by a reservation of the device tree's"},
        {6 * MIB - PAGE, "0x400000-0x600000 is taken by a reservation of the device tree's"},
        {6 * MIB, NULL},
        {10 * MIB, "0xa00000-0xa03000 is taken by the firmware's tables"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct chance chance = chance_case(0);
        struct made_boot boot;
        enum status status;

        made_boot_start(&boot, &chance);
        take_some(&boot.facts);
        made_kernel_add(&boot, &(struct made_kernel){.base = rows[i].base}, &chance);
        status = made_boot_plan(&boot);
        if (status != (rows[i].owner ? STATUS_NO_MEMORY : STATUS_OK) ||
            (rows[i].owner && !strstr(boot.error.text, rows[i].owner)))
            fail_msg("row %zu: %d, %s", i, status, boot.error.text);
        if (rows[i].owner)
            assert_non_null(strstr(boot.error.text, "This machine has room at 0x100000."));
        made_boot_end(&boot);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_may_use),
        cmocka_unit_test(test_low_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
