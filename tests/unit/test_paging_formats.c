/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of every format, walked as each manual has it: which bits an entry has on every level, and that what is
 * mapped by chance is found again and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "page_manuals.h"

#define PAGE        4096ULL
#define POOL        200 /* pages: enough for all ranges */
#define POOL_AT     0x1234567000ULL
#define RANGES      12
#define PERMISSIONS 12 /* all but the last four, which are write-combining devices */
#define BIT(n)      (1ULL << (n))

struct made {
    const struct page_manual *manual;
    struct page_tables tables;
    uint8_t *pool;
};

static struct made start(const struct page_manual *manual, unsigned largest_leaf, size_t capacity)
{
    struct made made = {.manual = manual, .pool = aligned_alloc(PAGE, capacity * PAGE)};

    assert_non_null(made.pool);
    memset(made.pool, 0xa5, capacity * PAGE); /* whatever was there */
    page_tables_start(&made.tables, manual->format, manual->levels, largest_leaf, made.pool, POOL_AT, capacity);
    return made;
}

static uint64_t size_of(unsigned level)
{
    return PAGE << (9 * (level - 1));
}

/* A number's bits from `from` on, up to the one before `to`. */
static uint64_t bits_from(uint64_t number, unsigned from, unsigned to)
{
    return number >> from & (BIT(to - from) - 1);
}

/* The walk of a processor: the entry for `address`, and its level; 0 when there is none. */
static uint64_t walk(const struct made *made, uint64_t address, unsigned *ret_level)
{
    const struct page_manual *manual = made->manual;
    const unsigned to = manual->address_from + manual->address_bits - 12;
    uint64_t table = POOL_AT + (manual->roots == 2 && address >> 63 ? PAGE : 0);

    for (unsigned level = manual->levels; level > 0; level--) {
        uint64_t entry;

        assert_true(table >= POOL_AT && table - POOL_AT < made->tables.used * PAGE && table % PAGE == 0);
        memcpy(&entry, made->pool + (table - POOL_AT) + 8 * bits_from(address, 12 + 9 * (level - 1), 12 + 9 * level),
               8);
        *ret_level = level;
        if (level == 1 || entry == 0 || (entry & manual->decides) != manual->tells)
            return entry;
        table = bits_from(entry, manual->address_from, to) << 12;
        assert_int_equal(entry, manual->table | table >> 12 << manual->address_from);
    }
    return 0;
}

static void check_leaf(const struct made *made, uint64_t address, uint64_t physical, unsigned level,
                       uint32_t permissions)
{
    const struct page_manual *manual = made->manual;
    unsigned found = 0, looked_up = 0;
    uint64_t entry = walk(made, address, &found), leaf = 0, where = 0;
    uint64_t page = physical & ~(size_of(level) - 1);

    assert_int_equal(found, level);
    assert_int_equal(entry, page >> 12 << manual->address_from | manual->leaf(level, permissions));
    assert_true(page_tables_look_up(&made->tables, address, &where, &leaf, &looked_up));
    assert_int_equal(where, physical);
    assert_int_equal(leaf, entry);
    assert_int_equal(looked_up, level);
}

static void check_nothing(const struct made *made, uint64_t address)
{
    uint64_t physical, leaf;
    unsigned level;

    assert_int_equal(walk(made, address, &level), 0);
    assert_false(page_tables_look_up(&made->tables, address, &physical, &leaf, &level));
}

/* On every level, with all permissions, in both halves: at either end of them, too. */
static void test_bits(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAGE_MANUALS; i++) {
        const struct page_manual *manual = &page_manuals[i];
        const uint64_t half = BIT(manual->half_bits);

        assert_int_equal(paging_half_bits(manual->format, manual->levels), manual->half_bits);
        for (unsigned level = 1; level <= 3; level++) {
            const uint64_t size = size_of(level), physical = BIT(manual->address_bits) - 3 * size;
            const uint64_t at[] = {0, half - size, 0 - half, 0 - size, 0 - half / 2};

            for (size_t j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
                for (uint32_t permissions = 0; permissions < PERMISSIONS; permissions++) {
                    struct made made = start(manual, 3, 8);

                    assert_int_equal(page_tables_map(&made.tables, at[j], physical, size, permissions), size);
                    check_leaf(&made, at[j], physical, level, permissions);
                    check_leaf(&made, at[j] + size - 1, physical + size - 1, level, permissions);
                    check_nothing(&made, at[j] ^ half / 2);
                    check_nothing(&made, ~at[j]);
                    assert_int_equal(made.tables.used, manual->roots + manual->levels - level);
                    free(made.pool);
                }
            }
        }
    }
}

/* Ranges by chance, one in each slot of 2 GiB of either half; all of them, their neighbours, and nothing else. */
static void test_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 500; i++) {
        struct chance chance = chance_case(i);
        const struct page_manual *manual = &page_manuals[chance_below(&chance, PAGE_MANUALS)];
        unsigned largest = (unsigned)chance_between(&chance, 2, 3);
        struct made made = start(manual, largest, POOL);
        uint64_t address[RANGES], physical[RANGES], size[RANGES], slot = 0;
        uint32_t permissions[RANGES];

        for (size_t k = 0; k < RANGES; k++) {
            slot += chance_between(&chance, 1, 5);
            address[k] = (slot << 31) + PAGE * chance_below(&chance, 0x40000);
            if (chance_one_in(&chance, 2))
                address[k] -= BIT(manual->half_bits);
            size[k] = PAGE * chance_between(&chance, 1, chance_one_in(&chance, 2) ? 3000 : 20);
            physical[k] = chance_one_in(&chance, 2) ? (address[k] & (BIT(31) - 1)) + (slot << 33) : slot << 33;
            permissions[k] = (uint32_t)chance_below(&chance, PERMISSIONS);
            assert_int_equal(page_tables_map(&made.tables, address[k], physical[k], size[k], permissions[k]), size[k]);
        }
        for (size_t k = 0; k < RANGES; k++) {
            const uint64_t into[] = {0, size[k] - 1, PAGE * chance_below(&chance, size[k] / PAGE)};

            for (size_t j = 0; j < 3; j++) {
                unsigned level = largest;
                uint64_t at = address[k] + into[j], begin = at & ~(size_of(level) - 1);

                while (level > 1 && (begin < address[k] || begin - address[k] + size_of(level) > size[k] ||
                                     (address[k] ^ physical[k]) & (size_of(level) - 1))) {
                    level--;
                    begin = at & ~(size_of(level) - 1);
                }
                check_leaf(&made, at, physical[k] + into[j], level, permissions[k]);
            }
            check_nothing(&made, address[k] - 1);
            check_nothing(&made, address[k] + size[k]);
        }
        free(made.pool);
    }
}

/* What is shared is the same leaves, with three levels as with more. */
static void test_share(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAGE_MANUALS; i++) {
        const struct page_manual *manual = &page_manuals[i];
        const uint64_t from = 0 - BIT(manual->half_bits), share = paging_share_size(manual->levels);
        struct made made = start(manual, 3, POOL);

        assert_int_equal(share, manual->levels == 3 ? 1ULL << 30 : 1ULL << 39);
        assert_int_equal(page_tables_map(&made.tables, from + share + PAGE, 5 * PAGE, PAGE, PERMIT_WRITE), PAGE);
        assert_true(page_tables_share(&made.tables, from, 0, 3 * share));
        check_leaf(&made, from + share + PAGE, 5 * PAGE, 1, PERMIT_WRITE);
        check_leaf(&made, share + PAGE, 5 * PAGE, 1, PERMIT_WRITE);
        check_nothing(&made, PAGE);
        check_nothing(&made, share + 2 * PAGE);
        assert_int_equal(page_tables_map(&made.tables, from + share + 2 * PAGE, 9 * PAGE, PAGE, 0), PAGE);
        check_leaf(&made, share + 2 * PAGE, 9 * PAGE, 1, 0);
        free(made.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bits),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
