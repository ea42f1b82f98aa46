/* SPDX-License-Identifier: BSD-2-Clause */
/* The direct map shown a second time, at physical addresses: by itself, and with all that an address space holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "address_space.h"
#include "made_world.h"

#define PAGE       4096ULL
#define SHARE      (1ULL << 39)
#define POOL_AT    0x5500000000ULL
#define HIGH       0xffff800000000000ULL
#define MIDDLE     0xffffc00000000000ULL
#define LOWER_HIGH 0xff00000000000000ULL /* where the upper half begins with five levels */
#define TABLE      0xffffffffff000ULL    /* the address in an entry */

struct made {
    struct page_tables tables;
    uint8_t *pool;
};

/* In a pool of exactly that size: going on behind it is found out. */
static struct made start(unsigned levels, unsigned largest_leaf, size_t capacity)
{
    struct made made = {.pool = aligned_alloc(PAGE, capacity * PAGE)};

    assert_non_null(made.pool);
    memset(made.pool, 0xa5, capacity * PAGE); /* whatever was there */
    page_tables_start(&made.tables, &paging_x86_64, levels, largest_leaf, made.pool, POOL_AT, capacity);
    return made;
}

/* The leaf at an address; 0 when it is not mapped. */
static uint64_t leaf_at(const struct page_tables *tables, uint64_t address, unsigned *ret_level)
{
    uint64_t physical, leaf = 0;

    *ret_level = 0;
    return page_tables_look_up(tables, address, &physical, &leaf, ret_level) ? leaf : 0;
}

static void check_same(const struct chance *chance, const struct page_tables *tables, uint64_t one, uint64_t other)
{
    unsigned level, other_level;
    uint64_t leaf = leaf_at(tables, one, &level), other_leaf = leaf_at(tables, other, &other_level);

    if (leaf != other_leaf || level != other_level)
        CHANCE_FAIL(chance, "0x%llx has leaf 0x%llx, 0x%llx has 0x%llx", (unsigned long long)one,
                    (unsigned long long)leaf, (unsigned long long)other, (unsigned long long)other_leaf);
}

/* ---- by itself ---- */

enum { PIECES = 12, WINDOW = 32 };

/* Some pages in some of the window's tables. Those in a table that was there when it was shared are in both places,
 * also when they came later. */
static void test_share(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 1000; i++) {
        struct chance chance = chance_case(i);
        unsigned levels = (unsigned)chance_between(&chance, 4, 5);
        struct made made = start(levels, (unsigned)chance_between(&chance, 2, 3), 64);
        /* with five levels from two tables of level 4, too */
        uint64_t from = (levels == 5 ? LOWER_HIGH : HIGH) + SHARE * chance_below(&chance, levels == 5 ? 600 : 64);
        uint64_t to = SHARE * chance_below(&chance, 200);
        uint64_t at[PIECES], shared = chance_below(&chance, WINDOW + 1);
        size_t early = (size_t)chance_below(&chance, PIECES + 1), used;
        bool there[WINDOW] = {false};

        for (size_t k = 0; k < PIECES; k++) {
            at[k] = SHARE * chance_below(&chance, WINDOW) + (k << 21);
            if (k == early) {
                used = made.tables.used;
                assert_true(page_tables_share(&made.tables, from, to, shared * SHARE));
                assert_true(made.tables.used <= used + PAGING_SHARE_TABLES);
            }
            assert_int_equal(page_tables_map(&made.tables, from + at[k], at[k], PAGE, (uint32_t)(k % 4)), PAGE);
            if (k < early)
                there[at[k] / SHARE] = true;
        }
        if (early == PIECES)
            assert_true(page_tables_share(&made.tables, from, to, shared * SHARE));
        for (size_t k = 0; k < PIECES; k++) {
            unsigned level;

            if (leaf_at(&made.tables, from + at[k], &level) == 0)
                CHANCE_FAIL(&chance, "piece %zu is not mapped", k);
            if (there[at[k] / SHARE] && at[k] / SHARE < shared)
                check_same(&chance, &made.tables, from + at[k], to + at[k]);
            else if (leaf_at(&made.tables, to + at[k], &level) != 0)
                CHANCE_FAIL(&chance, "piece %zu is shared", k);
            assert_int_equal(leaf_at(&made.tables, from + at[k] + PAGE, &level), 0);
            assert_int_equal(leaf_at(&made.tables, to + at[k] + PAGE, &level), 0);
        }
        free(made.pool);
    }
}

/* With five levels the table that the shared entries stand in may be missing, and there may be no room for it. */
static void test_no_room(void **state)
{
    struct made made = start(5, 2, 5);
    uint8_t before[5 * 4096];

    (void)state;
    assert_int_equal(page_tables_map(&made.tables, HIGH, 0, PAGE, PERMIT_READ), PAGE);
    assert_int_equal(made.tables.used, 5);
    memcpy(before, made.pool, sizeof(before));
    assert_false(page_tables_share(&made.tables, HIGH, 0, SHARE));
    assert_memory_equal(made.pool, before, sizeof(before));
    free(made.pool);
}

/* Nothing is mapped in all of the part that is to be shared, not even a table above it. */
static void test_nothing_to_share(void **state)
{
    (void)state;
    for (unsigned levels = 4; levels <= 5; levels++) {
        struct made made = start(levels, 2, 2);
        unsigned level;

        assert_true(page_tables_share(&made.tables, HIGH, 0, 128 * SHARE));
        assert_int_equal(made.tables.used, levels == 5 ? 2 : 1);
        for (uint64_t i = 0; i < 128; i++)
            assert_int_equal(leaf_at(&made.tables, i * SHARE, &level), 0);
        free(made.pool);
    }
}

static void test_counting(void **state)
{
    struct page_tables tables;

    (void)state;
    page_tables_start(&tables, &paging_x86_64, 5, 3, NULL, 0, 0);
    assert_true(page_tables_share(&tables, HIGH, 0, 128 * SHARE));
    assert_int_equal(tables.used, 1 + PAGING_SHARE_TABLES);
}

/* ---- whole address spaces ---- */

/* A plan with the identity map: none of its other mappings is at physical addresses, and the direct map is anywhere. */
static void choose_identity(struct world *world, struct chance *chance)
{
    struct plan *plan = &world->plan;
    uint64_t offset = SHARE * chance_below(chance, 64);
    bool upper = chance_one_in(chance, 2);

    plan->identity_map = true;
    plan->direct_map_base = (upper ? MIDDLE : HIGH) + offset;
    plan->direct_map_limit = MIDDLE - HIGH - offset;
    for (size_t i = 0; i < plan->mapping_count; i++) {
        plan->mappings[i].identity = false;
        plan->mappings[i].address -= upper ? MIDDLE - HIGH : 0;
    }
}

struct walk {
    const struct chance *chance;
    const struct world *world;
    const struct page_tables *tables;
    uint64_t low, direct; /* pages in the lower half, and in the direct map's window */
};

static void count_leaf(struct walk *walk, uint64_t address, uint64_t entry, unsigned level)
{
    const uint64_t size = PAGE << (9 * (level - 1)), base = walk->world->plan.direct_map_base;

    if (address < HIGH) {
        if ((entry & TABLE & ~(size - 1)) != address) /* its own physical address */
            CHANCE_FAIL(walk->chance, "0x%llx is mapped by 0x%llx", (unsigned long long)address,
                        (unsigned long long)entry);
        check_same(walk->chance, walk->tables, address, base + address);
        walk->low += size / PAGE;
    } else if (address >= base && address - base < walk->world->plan.direct_map_limit) {
        check_same(walk->chance, walk->tables, address, address - base);
        walk->direct += size / PAGE;
    }
}

static void walk_table(struct walk *walk, uint64_t physical, uint64_t address, unsigned level)
{
    const uint64_t *table = (const uint64_t *)(const void *)(walk->tables->pool + (physical - POOL_AT));

    if (physical < POOL_AT || physical - POOL_AT >= walk->tables->used * PAGE)
        CHANCE_FAIL(walk->chance, "a table at 0x%llx", (unsigned long long)physical);
    for (uint64_t i = 0; i < 512; i++) {
        uint64_t below = address + (i << (12 + 9 * (level - 1)));

        if (table[i] == 0)
            continue;
        if (level == walk->tables->levels && i >= 256)
            below |= ~0ULL << (12 + 9 * level);
        if (level == 1 || (level < 4 && (table[i] & 0x80)))
            count_leaf(walk, below, table[i], level);
        else
            walk_table(walk, table[i] & TABLE, below, level - 1);
    }
}

static void check_world(const struct chance *chance, const struct world *world, const struct page_tables *tables)
{
    struct walk walk = {chance, world, tables, 0, 0};
    unsigned level;

    walk_table(&walk, POOL_AT, 0, tables->levels);
    if (walk.low != walk.direct)
        CHANCE_FAIL(chance, "%llu pages instead of %llu", (unsigned long long)walk.low,
                    (unsigned long long)walk.direct);
    if (leaf_at(tables, 0, &level) != 0 || leaf_at(tables, world->plan.direct_map_base, &level) != 0)
        CHANCE_FAIL(chance, "physical page 0 is mapped");
    for (size_t i = 0; i < world->entry_count; i++) /* free means mapped, both times */
        if (world->entries[i].kind == BATON_MEMORY_USABLE && leaf_at(tables, world->entries[i].base, &level) == 0)
            CHANCE_FAIL(chance, "usable memory at 0x%llx is not mapped", (unsigned long long)world->entries[i].base);
    for (size_t i = 0; i < world->facts.framebuffer_count; i++)
        if (leaf_at(tables, world->facts.framebuffers[i].physical, &level) == 0)
            CHANCE_FAIL(chance, "framebuffer %zu is not mapped", i);
}

static size_t build(struct made *made, struct world *world, size_t capacity)
{
    *made = start(world->facts.machine.paging_levels, world->facts.machine.gigabyte_pages ? 3 : 2, capacity);
    (void)address_space_build(&world->plan, &world->facts, world->entries, world->entry_count, &made->tables);
    return made->tables.used;
}

/* As many tables as were counted, and no more, wherever the requests came to lie. */
static void test_worlds(void **state)
{
    static const struct world_size sizes[] = {{3000, 200, 10}, {300, 40, 20}, {1 << 19, 3000, 8}};
    uint64_t requests = 0;

    (void)state;
    for (uint64_t i = 0; i < 600; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        struct made made;
        size_t counted;

        world_start(&world, &chance, &sizes[i % 3]);
        choose_identity(&world, &chance);
        counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world_reserve(&world, &chance);
        world_dig_holes(&world, &chance, (unsigned)chance_below(&chance, 6));
        world_seal(&world);
        (void)build(&made, &world, counted);
        check_world(&chance, &world, &made.tables);
        requests += world.plan.request_count;
        free(made.pool);
        world_end(&world);
    }
    assert_true(requests > 600);
}

/* The identity map is there, however few tables are left for free memory: without it no kernel can be entered. */
static void test_too_few_tables(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 200; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        struct made made;
        size_t counted, enough, own;

        world_start(&world, &chance, &(struct world_size){3000, 200, 10});
        world.facts.machine.paging_levels = 5; /* with four it takes no table */
        choose_identity(&world, &chance);
        counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world_reserve(&world, &chance);
        world_seal(&world);
        enough = build(&made, &world, counted);
        free(made.pool);
        world.entry_count = 0;
        own = build(&made, &world, counted);
        free(made.pool);

        world_seal(&world);
        (void)build(&made, &world, (size_t)chance_between(&chance, own, enough));
        check_world(&chance, &world, &made.tables);
        free(made.pool);
        world_end(&world);
    }
}

/* The pool that suffices with the identity map is at most PAGING_SHARE_TABLES larger than without. */
static void test_price(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        size_t with, without;

        world_start(&world, &chance, &(struct world_size){3000, 200, 10});
        choose_identity(&world, &chance);
        with = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world.plan.identity_map = false;
        without = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        assert_int_equal(with, without + PAGING_SHARE_TABLES);
        world_end(&world);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_share),    cmocka_unit_test(test_no_room), cmocka_unit_test(test_nothing_to_share),
        cmocka_unit_test(test_counting), cmocka_unit_test(test_worlds),  cmocka_unit_test(test_too_few_tables),
        cmocka_unit_test(test_price),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
