/* SPDX-License-Identifier: BSD-2-Clause */
/* Mappings that did not come to their end are taken back: all of what was mapped, and nothing beside it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "paging.h"

#define PAGE     4096ULL
#define LARGE    (1ULL << 21)
#define GIGABYTE (1ULL << 30)
#define POOL_AT  0x1234567000ULL
#define CAPACITY 32
#define BESIDE   0x7777000ULL /* where the pages before and behind are mapped to */

static bool is_mapped(const struct page_tables *tables, uint64_t address, uint64_t *ret_physical)
{
    uint64_t leaf;
    unsigned level;

    return page_tables_look_up(tables, address, ret_physical, &leaf, &level);
}

/* The first page in the range that is mapped differently from this; `size` when all is so. Leaves are of whole large
 * pages where there is more than one of them. */
static uint64_t find_other(const struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size,
                           bool mapped)
{
    uint64_t step = size > GIGABYTE / 2 ? LARGE / 2 : PAGE;

    for (uint64_t at = 0; at < size; at += at + step < size || at + PAGE == size ? step : size - PAGE - at) {
        uint64_t found = 0;

        if (is_mapped(tables, address + at, &found) != mapped || (mapped && found != physical + at))
            return at;
    }
    return size;
}

static void check_beside(const struct chance *chance, const struct page_tables *tables, uint64_t address)
{
    uint64_t found = 0;

    if (!is_mapped(tables, address, &found) || found != BESIDE)
        CHANCE_FAIL(chance, "the page beside, at 0x%llx, is no longer mapped", (unsigned long long)address);
}

static uint64_t choose_size(struct chance *chance)
{
    uint64_t size = PAGE * chance_between(chance, 1, 40);

    if (chance_one_in(chance, 2))
        size += LARGE * chance_below(chance, 8);
    if (chance_one_in(chance, 8))
        size += GIGABYTE * chance_between(chance, 1, 2);
    return size;
}

static void test_taken_back(void **state)
{
    uint64_t cut = 0, whole = 0;

    (void)state;
    for (uint64_t i = 0; i < 1500; i++) {
        struct chance chance = chance_case(i);
        uint8_t *pool = aligned_alloc(PAGE, CAPACITY * PAGE);
        uint64_t size = choose_size(&chance), before = chance_one_in(&chance, 3) ? 0 : chance_below(&chance, 20);
        uint64_t address = 0xffff800000000000 + (GIGABYTE << chance_below(&chance, 12)) - PAGE * before;
        uint64_t physical = (address & (8 * GIGABYTE - 1)) + (chance_one_in(&chance, 3) ? PAGE : 0);
        struct page_tables tables;
        uint64_t mapped, other;
        bool has_next = chance_one_in(&chance, 2); /* else its table, too, may be missing */

        assert_non_null(pool);
        memset(pool, 0xa5, CAPACITY * PAGE);
        page_tables_start(&tables, &paging_x86_64, (unsigned)chance_between(&chance, 4, 5),
                          (unsigned)chance_between(&chance, 2, 3), pool, POOL_AT, CAPACITY);
        if (size > GIGABYTE && (tables.largest_leaf == 2 || physical % LARGE != address % LARGE))
            size %= GIGABYTE;
        assert_int_equal(page_tables_map(&tables, address - PAGE, BESIDE, PAGE, PERMIT_WRITE), PAGE);
        if (has_next)
            assert_int_equal(page_tables_map(&tables, address + size, BESIDE, PAGE, PERMIT_WRITE), PAGE);
        tables.capacity = tables.used + chance_below(&chance, 4);
        mapped = page_tables_map(&tables, address, physical, size, PERMIT_WRITE);
        cut += mapped < size && mapped > 0;
        whole += mapped == size;
        if ((other = find_other(&tables, address, physical, mapped, true)) != mapped)
            CHANCE_FAIL(&chance, "0x%llx of 0x%llx bytes are mapped", (unsigned long long)other,
                        (unsigned long long)mapped);

        page_tables_unmap(&tables, address, physical, size, mapped);
        if ((other = find_other(&tables, address, physical, size, false)) != size)
            CHANCE_FAIL(&chance, "0x%llx bytes behind 0x%llx something is mapped still", (unsigned long long)other,
                        (unsigned long long)address);
        check_beside(&chance, &tables, address - PAGE);
        if (has_next)
            check_beside(&chance, &tables, address + size);

        /* And nothing is in the way, at all. */
        tables.capacity = CAPACITY;
        if (page_tables_map(&tables, address, physical, mapped, PERMIT_READ) != mapped)
            CHANCE_FAIL(&chance, "0x%llx bytes at 0x%llx cannot be mapped again", (unsigned long long)mapped,
                        (unsigned long long)address);
        free(pool);
    }
    if (cut < 100 || whole < 500) /* or this tests less than it seems to */
        fail_msg("%llu cut, %llu whole", (unsigned long long)cut, (unsigned long long)whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_taken_back)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
