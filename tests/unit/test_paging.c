/* SPDX-License-Identifier: BSD-2-Clause */
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
#define POOL_AT  0x1234567000ULL /* where the pool would be, physically */

/* Bits of an entry as the processor's manual has them: Intel SDM 3A, 4.5.4, tables 4-15 to 4-20. */
#define PRESENT       (1ULL << 0)
#define WRITABLE      (1ULL << 1)
#define USER          (1ULL << 2)
#define WRITE_THROUGH (1ULL << 3)
#define CACHE_DISABLE (1ULL << 4)
#define ACCESSED      (1ULL << 5)
#define DIRTY         (1ULL << 6)
#define IS_LARGE      (1ULL << 7)
#define PAT_SMALL     (1ULL << 7)
#define GLOBAL        (1ULL << 8)
#define PAT_LARGE     (1ULL << 12)
#define NO_EXECUTE    (1ULL << 63)

struct made {
    struct page_tables tables;
    uint8_t *pool;
};

static struct made start(unsigned levels, unsigned largest_leaf, size_t capacity)
{
    struct made made = {.pool = aligned_alloc(PAGE, capacity * PAGE)};

    assert_non_null(made.pool);
    memset(made.pool, 0xa5, capacity * PAGE); /* whatever was there */
    page_tables_start(&made.tables, &paging_x86_64, levels, largest_leaf, made.pool, POOL_AT, capacity);
    return made;
}

static struct page_tables start_counting(unsigned levels, unsigned largest_leaf)
{
    struct page_tables tables;

    page_tables_start(&tables, &paging_x86_64, levels, largest_leaf, NULL, 0, 0);
    return tables;
}

/* Maps all of a range, or not. */
static bool map(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size, uint32_t permissions)
{
    return page_tables_map(tables, address, physical, size, permissions) == size;
}

/* The walk of a processor, on its own: the entry for `address` and its level; 0 when there is none. */
static uint64_t walk(const struct made *made, uint64_t address, unsigned *ret_level)
{
    uint64_t table = POOL_AT;

    for (unsigned level = made->tables.levels; level > 0; level--) {
        uint64_t index = address >> (12 + 9 * (level - 1)) & 511, entry;

        assert_true(table >= POOL_AT && table - POOL_AT < made->tables.used * PAGE && table % PAGE == 0);
        memcpy(&entry, made->pool + (table - POOL_AT) + index * 8, 8);
        if (!(entry & PRESENT)) {
            assert_int_equal(entry, 0);
            return 0;
        }
        if (level == 1 || (entry & IS_LARGE)) {
            assert_true(level <= 3);
            *ret_level = level;
            return entry;
        }
        /* tables allow everything; their leaves decide */
        assert_int_equal(entry & ~0xffffffffff000ULL, PRESENT | WRITABLE | ACCESSED);
        table = entry & 0xffffffffff000ULL;
    }
    return 0;
}

static uint64_t leaf_size(unsigned level)
{
    return level == 1 ? PAGE : level == 2 ? LARGE : GIGABYTE;
}

/* `address` is mapped to `physical` by a leaf of `level` with exactly these bits, and look_up agrees. */
static void check_leaf(const struct made *made, uint64_t address, uint64_t physical, unsigned level, uint64_t bits)
{
    uint64_t looked_up = 0, leaf = 0, mask;
    unsigned found = 0, looked_up_level = 0;
    uint64_t entry = walk(made, address, &found);

    if (found != level || entry == 0)
        fail_msg("0x%llx: a leaf of level %u instead of %u", (unsigned long long)address, found, level);
    mask = leaf_size(level) - 1;
    if (entry != ((physical & ~mask) | bits))
        fail_msg("0x%llx: the leaf is 0x%llx instead of 0x%llx", (unsigned long long)address, (unsigned long long)entry,
                 (unsigned long long)((physical & ~mask) | bits));
    assert_true(page_tables_look_up(&made->tables, address, &looked_up, &leaf, &looked_up_level));
    assert_int_equal(looked_up, physical);
    assert_int_equal(leaf, entry);
    assert_int_equal(looked_up_level, level);
}

static void check_unmapped(const struct made *made, uint64_t address)
{
    uint64_t physical = 1, leaf = 2;
    unsigned level = 3;

    assert_int_equal(walk(made, address, &level), 0);
    assert_false(page_tables_look_up(&made->tables, address, &physical, &leaf, &level));
    assert_int_equal(physical, 1);
    assert_int_equal(leaf, 2);
    assert_int_equal(level, 3);
}

/* ---- bits ---- */

static uint64_t bits_of(unsigned level, uint32_t permissions)
{
    uint64_t bits = PRESENT | ACCESSED | DIRTY | (level > 1 ? IS_LARGE : 0);

    if (permissions & PERMIT_WRITE)
        bits |= WRITABLE;
    if (!(permissions & PERMIT_EXECUTE))
        bits |= NO_EXECUTE;
    if (permissions & PERMIT_WRITE_COMBINING) /* PAT entry 5: PAT, not PCD, PWT */
        bits |= WRITE_THROUGH | (level > 1 ? PAT_LARGE : PAT_SMALL);
    return bits;
}

static void test_bits(void **state)
{
    (void)state;
    for (unsigned levels = 4; levels <= 5; levels++) {
        for (unsigned level = 1; level <= 3; level++) {
            for (uint32_t permissions = 0; permissions < 8; permissions++) {
                struct made made = start(levels, 3, 8);
                uint64_t size = leaf_size(level), address = 0xffff800000000000 + 7 * size, physical = 13 * size;

                assert_true(map(&made.tables, address, physical, size, permissions));
                check_leaf(&made, address, physical, level, bits_of(level, permissions));
                check_leaf(&made, address + size - 1, physical + size - 1, level, bits_of(level, permissions));
                check_unmapped(&made, address - 1);
                check_unmapped(&made, address + size);
                assert_int_equal(made.tables.used, levels - level + 1);
                free(made.pool);
            }
        }
    }
}

/* Nothing else is ever set: no user pages, no globals, and the highest physical address stays in its bits. */
static void test_highest_addresses(void **state)
{
    struct made made = start(4, 3, 16);

    (void)state;
    assert_true(map(&made.tables, 0xfffffffffffff000, 0x000ffffffffff000, PAGE, PERMIT_EXECUTE));
    check_leaf(&made, 0xfffffffffffff000, 0x000ffffffffff000, 1, PRESENT | ACCESSED | DIRTY);
    assert_true(map(&made.tables, 0, 0x000fffffc0000000, GIGABYTE, PERMIT_WRITE_COMBINING));
    check_leaf(&made, 0x3fffffff, 0x000fffffffffffff, 3,
               PRESENT | ACCESSED | DIRTY | IS_LARGE | PAT_LARGE | WRITE_THROUGH | NO_EXECUTE);
    free(made.pool);
}

/* ---- the largest pages that fit ---- */

static void test_sizes_of_leaves(void **state)
{
    struct made made = start(4, 3, 32);
    const uint64_t at = 0xffffffff00000000 - LARGE - PAGE;
    const uint64_t bits = PRESENT | ACCESSED | DIRTY | NO_EXECUTE;

    (void)state;
    /* one small page, a large one, a gigabyte, a large one, two small ones */
    assert_true(map(&made.tables, at, GIGABYTE - LARGE - PAGE, GIGABYTE + 2 * LARGE + 3 * PAGE, 0));
    check_unmapped(&made, at - PAGE);
    check_leaf(&made, at, GIGABYTE - LARGE - PAGE, 1, bits);
    check_leaf(&made, at + PAGE, GIGABYTE - LARGE, 2, bits | IS_LARGE);
    check_leaf(&made, at + PAGE + LARGE - 1, GIGABYTE - 1, 2, bits | IS_LARGE);
    check_leaf(&made, at + PAGE + LARGE, GIGABYTE, 3, bits | IS_LARGE);
    check_leaf(&made, at + LARGE + GIGABYTE, 2 * GIGABYTE - PAGE, 3, bits | IS_LARGE);
    check_leaf(&made, at + PAGE + LARGE + GIGABYTE, 2 * GIGABYTE, 2, bits | IS_LARGE);
    check_leaf(&made, at + PAGE + 2 * LARGE + GIGABYTE, 2 * GIGABYTE + LARGE, 1, bits);
    check_leaf(&made, at + 2 * PAGE + 2 * LARGE + GIGABYTE, 2 * GIGABYTE + LARGE + PAGE, 1, bits);
    check_unmapped(&made, at + 3 * PAGE + 2 * LARGE + GIGABYTE);
    free(made.pool);
}

/* Without 1 GiB pages 512 large ones, and no large ones where both addresses are not aligned alike. */
static void test_smaller_leaves(void **state)
{
    struct made made = start(4, 2, 600);
    const uint64_t bits = PRESENT | ACCESSED | DIRTY | NO_EXECUTE | WRITABLE;

    (void)state;
    assert_true(map(&made.tables, GIGABYTE, GIGABYTE, GIGABYTE, PERMIT_WRITE));
    assert_int_equal(made.tables.used, 3);
    for (uint64_t i = 0; i < 512; i++)
        check_leaf(&made, GIGABYTE + i * LARGE + 5, GIGABYTE + i * LARGE + 5, 2, bits | IS_LARGE);
    check_unmapped(&made, 2 * GIGABYTE);
    assert_true(map(&made.tables, 4 * GIGABYTE, PAGE, 2 * LARGE, PERMIT_WRITE));
    for (uint64_t i = 0; i < 1024; i++)
        check_leaf(&made, 4 * GIGABYTE + i * PAGE, PAGE + i * PAGE, 1, bits);
    free(made.pool);

    made = start(4, 3, 16); /* aligned alike to 2 MiB, but not to 1 GiB */
    assert_true(map(&made.tables, 4 * GIGABYTE, LARGE, GIGABYTE, PERMIT_WRITE));
    check_leaf(&made, 4 * GIGABYTE, LARGE, 2, bits | IS_LARGE);
    assert_int_equal(made.tables.used, 3);
    free(made.pool);
}

static void test_nothing(void **state)
{
    struct made made = start(5, 3, 1);

    (void)state;
    assert_int_equal(made.tables.used, 1);
    check_unmapped(&made, 0);
    check_unmapped(&made, UINT64_MAX);
    assert_int_equal(page_tables_map(&made.tables, 0x1000, 0x1000, 0, PERMIT_WRITE), 0);
    assert_int_equal(made.tables.used, 1);
    free(made.pool);
}

/* ---- by chance, page by page ---- */

#define WINDOWS 6

/* Where ranges lie: each window is of 16 pages around a border between tables, and ranges do not leave it. */
static const uint64_t windows[WINDOWS] = {
    0x0000000000200000 - 8 * PAGE, /* two tables of level 1 */
    0x0000000040000000 - 8 * PAGE, /* of level 2 */
    0x0000008000000000 - 8 * PAGE, /* of level 3 */
    0xffff800000000000,            /* the lowest of the upper half */
    0xffffffff80000000 - 8 * PAGE,
    0 - 16 * PAGE, /* the end of all */
};

struct page {
    bool mapped;
    uint64_t physical;
    uint32_t permissions;
};

struct range {
    uint64_t address, physical, pages;
    uint32_t permissions;
};

/* Ranges that do not overlap, ascending, and what each page of the windows should be. */
static size_t make_ranges(struct chance *chance, struct page pages[WINDOWS][16], struct range *ret_ranges)
{
    size_t count = 0;

    memset(pages, 0, sizeof(pages[0]) * WINDOWS);
    for (size_t window = 0; window < WINDOWS; window++) {
        for (uint64_t first = chance_below(chance, 20); first < 16; first += chance_below(chance, 6)) {
            struct range range = {.address = windows[window] + first * PAGE,
                                  .physical = chance_below(chance, 1ULL << 40) * PAGE,
                                  .pages = chance_between(chance, 1, 16 - first),
                                  .permissions = (uint32_t)chance_below(chance, 8)};

            ret_ranges[count++] = range;
            for (uint64_t i = 0; i < range.pages; i++)
                pages[window][first++] = (struct page){true, range.physical + i * PAGE, range.permissions};
        }
    }
    return count;
}

static void shuffle(struct chance *chance, struct range *ranges, size_t count)
{
    for (size_t i = count; i-- > 1;) {
        size_t other = (size_t)chance_below(chance, i + 1);
        struct range range = ranges[i];

        ranges[i] = ranges[other];
        ranges[other] = range;
    }
}

static size_t count_tables(unsigned levels, const struct range *ranges, size_t count)
{
    struct page_tables tables = start_counting(levels, 3);

    for (size_t i = 0; i < count; i++)
        assert_true(map(&tables, ranges[i].address, ranges[i].physical, ranges[i].pages * PAGE, ranges[i].permissions));
    return tables.used;
}

static void test_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3000; i++) {
        struct chance chance = chance_case(i);
        unsigned levels = (unsigned)chance_between(&chance, 4, 5);
        struct page pages[WINDOWS][16];
        struct range ranges[WINDOWS * 16];
        size_t count = make_ranges(&chance, pages, ranges), exact = count_tables(levels, ranges, count);
        struct made made = start(levels, 3, exact);

        shuffle(&chance, ranges, count);
        if (count_tables(levels, ranges, count) < exact)
            CHANCE_FAIL(&chance, "in another order it counts less");
        for (size_t k = 0; k < count; k++) {
            if (!map(&made.tables, ranges[k].address, ranges[k].physical, ranges[k].pages * PAGE,
                     ranges[k].permissions))
                CHANCE_FAIL(&chance, "%zu tables were counted, and do not suffice", exact);
        }
        if (made.tables.used != exact)
            CHANCE_FAIL(&chance, "%zu tables were counted, %zu used", exact, made.tables.used);
        for (size_t window = 0; window < WINDOWS; window++) {
            for (uint64_t k = 0; k < 16; k++) {
                uint64_t address = windows[window] + k * PAGE;

                if (pages[window][k].mapped)
                    check_leaf(&made, address, pages[window][k].physical, 1, bits_of(1, pages[window][k].permissions));
                else
                    check_unmapped(&made, address);
            }
        }
        free(made.pool);
    }
}

/* ---- counting, also with large pages ---- */

/* Disjoint ranges, ascending, of all sizes. */
static size_t make_large_ranges(struct chance *chance, struct range *ret_ranges, size_t capacity)
{
    uint64_t address = chance_one_in(chance, 2) ? 0 : 0xffff800000000000, alignment;
    size_t count = 0;

    while (count < capacity) {
        alignment = chance_one_in(chance, 2) ? PAGE : chance_one_in(chance, 2) ? LARGE : GIGABYTE;
        address += chance_below(chance, 4) * chance_size(chance, 1 << 20) * PAGE;
        address = (address + alignment - 1) & ~(alignment - 1);
        ret_ranges[count] = (struct range){.address = address, .pages = chance_size(chance, 1 << 19)};
        /* mostly aligned alike; else it takes small pages, and those are many */
        ret_ranges[count].physical = (address & (GIGABYTE - 1)) + chance_below(chance, 1 << 20) * GIGABYTE;
        if (chance_one_in(chance, 8)) {
            ret_ranges[count].pages = chance_size(chance, 4096);
            ret_ranges[count].physical = chance_below(chance, 1ULL << 38) * PAGE;
        }
        address += ret_ranges[count++].pages * PAGE;
    }
    return count;
}

static void test_counting(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 400; i++) {
        struct chance chance = chance_case(i);
        unsigned levels = (unsigned)chance_between(&chance, 4, 5), largest = (unsigned)chance_between(&chance, 2, 3);
        struct range ranges[12];
        size_t count = make_large_ranges(&chance, ranges, (size_t)chance_between(&chance, 1, 12));
        struct page_tables counted = start_counting(levels, largest);
        struct page_tables other = start_counting(levels, largest);
        struct made made;

        for (size_t k = 0; k < count; k++)
            (void)map(&counted, ranges[k].address, ranges[k].physical, ranges[k].pages * PAGE, 0);
        shuffle(&chance, ranges, count);
        for (size_t k = 0; k < count; k++)
            (void)map(&other, ranges[k].address, ranges[k].physical, ranges[k].pages * PAGE, 0);
        made = start(levels, largest, counted.used);
        for (size_t k = 0; k < count; k++) {
            if (!map(&made.tables, ranges[k].address, ranges[k].physical, ranges[k].pages * PAGE, 0))
                CHANCE_FAIL(&chance, "%zu tables were counted, and do not suffice", counted.used);
        }
        if (made.tables.used != counted.used || other.used < counted.used)
            CHANCE_FAIL(&chance, "%zu tables are used, %zu were counted in order, %zu in any order", made.tables.used,
                        counted.used, other.used);
        free(made.pool);
    }
}

/* No place is so bad that a range takes more tables than the worst, root apart. */
static void test_worst(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        unsigned levels = (unsigned)chance_between(&chance, 4, 5);
        uint64_t size = chance_size(&chance, 1 << 12) * PAGE;
        uint64_t border = 1ULL << chance_between(&chance, 12, 46);
        uint64_t address = border - (chance_below(&chance, size / PAGE + 1) * PAGE < border
                                         ? chance_below(&chance, size / PAGE + 1) * PAGE % border
                                         : 0);
        struct page_tables tables = start_counting(levels, 3);

        /* out of step with what it is mapped to, so that every page is a small one */
        (void)map(&tables, address, address + PAGE, size, 0);
        if (tables.used - 1 > page_tables_worst(size, levels))
            CHANCE_FAIL(&chance, "0x%llx bytes at 0x%llx: %zu tables, worst %zu", (unsigned long long)size,
                        (unsigned long long)address, tables.used - 1, page_tables_worst(size, levels));
    }
}

/* The borders themselves: two pages where tables of all levels meet, and ranges of whole tables. */
static void test_worst_at_borders(void **state)
{
    (void)state;
    for (unsigned levels = 4; levels <= 5; levels++) {
        for (unsigned shift = 21; shift < 48; shift += 9) {
            for (uint64_t tables = 0; tables < 3; tables++) {
                struct page_tables counted = start_counting(levels, 3);
                uint64_t size = tables * LARGE + 2 * PAGE;

                (void)map(&counted, (1ULL << shift) - PAGE, 0x5000, size, 0);
                assert_true(counted.used - 1 <= page_tables_worst(size, levels));
                assert_true(page_tables_worst(size, levels) <= counted.used - 1 + 2 * levels);
            }
        }
    }
}

/* ---- a pool that is too small ---- */

static void test_pool_exhausted(void **state)
{
    const struct range ranges[] = {{0x1000, 0x5000, 1, 0},
                                   {0xffff800000000000 + LARGE - 4 * PAGE, 0x123000, 8, 0},
                                   {0xffffffff80000000, 0x200000, 600, 0}};
    size_t needed = count_tables(4, ranges, 3);

    (void)state;
    for (size_t capacity = 1; capacity <= needed; capacity++) {
        struct made made = start(4, 2, capacity);
        bool fits = true;

        for (size_t i = 0; i < 3; i++) {
            const struct range *range = &ranges[i];
            uint64_t size = range->pages * PAGE;
            uint64_t done = page_tables_map(&made.tables, range->address, range->physical, size, 0);

            fits = fits && done == size;
            assert_true(made.tables.used <= capacity && done <= size && done % PAGE == 0);
            for (uint64_t offset = 0; offset < size; offset += PAGE) {
                uint64_t physical, leaf;
                unsigned level;
                bool mapped = page_tables_look_up(&made.tables, range->address + offset, &physical, &leaf, &level);

                assert_int_equal(mapped, offset < done);
                assert_true(!mapped || physical == range->physical + offset);
            }
        }
        assert_int_equal(fits, capacity == needed);
        free(made.pool);
    }
}

/* ---- what is mapped already ---- */

/* Stays as it is, and nothing behind it is mapped, whatever the sizes of the leaves. */
static void test_mapped_already(void **state)
{
    (void)state;
    for (unsigned there = 1; there <= 3; there++) {
        for (unsigned more = 1; more <= 3; more++) {
            struct made made = start(4, 3, 16);
            uint64_t at = 4 * GIGABYTE, size = leaf_size(there), before = leaf_size(more);
            const uint64_t bits = bits_of(there, PERMIT_WRITE);

            assert_true(map(&made.tables, at, at, size, PERMIT_WRITE));
            /* from the same address, from one leaf before, and from the middle */
            assert_int_equal(page_tables_map(&made.tables, at, 0, before, PERMIT_EXECUTE), 0);
            assert_int_equal(page_tables_map(&made.tables, at - before, at - before, 2 * before, 0), before);
            if (before < size)
                assert_int_equal(page_tables_map(&made.tables, at + size / 2, 0, before, PERMIT_EXECUTE), 0);
            check_leaf(&made, at, at, there, bits);
            check_leaf(&made, at + size - 1, at + size - 1, there, bits);
            check_leaf(&made, at - 1, at - 1, more, bits_of(more, 0));
            check_unmapped(&made, at + size);
            free(made.pool);
        }
    }
}

/* Firmware may list petabytes of memory, and each plan counts the tables for all of it. */
static void test_counting_takes_no_time(void **state)
{
    struct page_tables tables;
    double start = cpu_seconds();

    (void)state;
    page_tables_start(&tables, &paging_x86_64, 5, 2, NULL, 0, 0);
    assert_int_equal(page_tables_map(&tables, 0, 0, 1ULL << 52, PERMIT_WRITE), 1ULL << 52);
    assert_int_equal(tables.used, 1 + (1 << (52 - 48)) + (1 << (52 - 39)) + (1 << (52 - 30)));
    assert_true(cpu_seconds() - start < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_highest_addresses),
        cmocka_unit_test(test_sizes_of_leaves),
        cmocka_unit_test(test_smaller_leaves),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test(test_counting),
        cmocka_unit_test(test_worst),
        cmocka_unit_test(test_worst_at_borders),
        cmocka_unit_test(test_pool_exhausted),
        cmocka_unit_test(test_counting_takes_no_time),
        cmocka_unit_test(test_mapped_already),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
