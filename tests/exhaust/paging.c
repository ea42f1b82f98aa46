/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables for ranges that begin and end at and near every border that matters, each entry compared with a model
 * (page_model.h): all sequences of up to three ranges, overlapping ones too; with the smallest pool and with every
 * smaller one; taken back; shared. Each with four and five levels, with and without pages of 1 GiB.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "exhaust.h"
#include "page_model.h"

#define PAGE         MODEL_PAGE
#define POOL         1100 /* pages: the tables for two ranges of 1 GiB in small pages */
#define POOL_AT      0x1234567000ULL
#define BORDER_512G  0xffff818000000000ULL
#define BORDER_256T  0xffff000000000000ULL /* of two entries of a root with five levels */
#define SEGMENTS_MAX 64
#define MACHINES     4

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint64_t borders_2m[] = {0 - MODEL_2M - PAGE, 0 - MODEL_2M, 0 - PAGE, 0, PAGE, MODEL_2M, MODEL_2M + PAGE};
static const uint64_t borders_1g[] = {0 - MODEL_1G, 0, MODEL_2M, MODEL_1G, MODEL_1G + MODEL_2M};
static const uint64_t borders_1g_page[] = {0 - PAGE, 0, PAGE, MODEL_1G, MODEL_1G + PAGE};

/* Ranges from each border to each later one, with a physical address that is as far from a border, and with one that is
 * further by `skew`. */
struct set {
    const uint64_t *borders;
    size_t border_count;
    uint64_t skew;
};

static const struct set sets[] = {
    {borders_2m, COUNT(borders_2m), PAGE},
    {borders_1g, COUNT(borders_1g), MODEL_2M},
    {borders_1g_page, COUNT(borders_1g_page), MODEL_2M},
};

/* One way to build tables, and what came of it. */
struct sweep {
    size_t machines; /* that were tried */
    unsigned levels, largest_leaf;
    uint64_t middle; /* the borders lie around this address */
    struct model_range segments[SEGMENTS_MAX];
    size_t segment_count;
    uint64_t cases, wrong;
    uint64_t permissions; /* goes round through all triples of them */
    struct model model;
    struct page_tables tables;
    uint8_t *pool; /* POOL pages */
};

static struct sweep *sweep_start(void)
{
    struct sweep *sweep = calloc(1, sizeof(*sweep));

    assert_non_null(sweep);
    sweep->pool = aligned_alloc(PAGE, POOL * PAGE);
    assert_non_null(sweep->pool);
    return sweep;
}

static void sweep_end(struct sweep *sweep, const char *what)
{
    const uint64_t cases = sweep->cases, wrong = sweep->wrong;

    exhaust_tell("page tables", what, cases, "cases", wrong);
    free(sweep->pool);
    free(sweep);
    assert_true(cases > 0);
    assert_true(wrong == 0);
}

/* Goes through the kinds of machine, four or only the two that differ most: false behind the last. */
static bool next_machine(struct sweep *sweep, size_t machines)
{
    static const struct {
        unsigned levels, largest_leaf;
    } machine[MACHINES] = {{4, 2}, {5, 3}, {4, 3}, {5, 2}};

    if (sweep->machines == machines)
        return false;
    sweep->levels = machine[sweep->machines].levels;
    sweep->largest_leaf = machine[sweep->machines].largest_leaf;
    sweep->machines++;
    return true;
}

/* The border that has most tables on either side. */
static uint64_t middle_of(const struct sweep *sweep)
{
    return sweep->levels == 4 ? BORDER_512G : BORDER_256T;
}

static void fill(struct sweep *sweep, const struct set *set, uint64_t middle)
{
    sweep->middle = middle;
    sweep->segment_count = 0;
    for (size_t i = 0; i < set->border_count; i++) {
        for (size_t j = i + 1; j < set->border_count; j++) {
            for (uint64_t skew = 0; skew < 2; skew++) {
                uint64_t size = set->borders[j] - set->borders[i];
                uint64_t physical = 7 * MODEL_1G + set->borders[i] + skew * set->skew;

                assert_true(sweep->segment_count < SEGMENTS_MAX);
                sweep->segments[sweep->segment_count++] =
                    (struct model_range){middle + set->borders[i], physical, size, 0, 0};
            }
        }
    }
}

/* ---- one case ---- */

static void begin_in(struct sweep *sweep, uint8_t *pool, size_t capacity)
{
    model_start(&sweep->model, sweep->levels, sweep->largest_leaf, sweep->middle - MODEL_WINDOW / 2, capacity);
    page_tables_start(&sweep->tables, &paging_x86_64, sweep->levels, sweep->largest_leaf, pool, POOL_AT, capacity);
}

static void begin(struct sweep *sweep)
{
    begin_in(sweep, sweep->pool, POOL);
}

static void tell(const struct sweep *sweep, const char *wrong, uint64_t where)
{
    printf("  %u levels, leaves up to level %u, a pool of %zu pages, %zu used: %s: 0x%" PRIx64 "\n", sweep->levels,
           sweep->largest_leaf, sweep->tables.capacity, sweep->tables.used, wrong, where);
    for (size_t i = 0; i < sweep->model.ranges; i++) {
        const struct model_range *range = &sweep->model.range[i];

        printf("  range: 0x%" PRIx64 " to 0x%" PRIx64 ", 0x%" PRIx64 " bytes, of which 0x%" PRIx64
               " should be mapped, permissions %" PRIu32 "\n",
               range->address, range->physical, range->size, range->mapped, range->permissions);
    }
}

/* The first thing that is wrong is told. */
static void expect(struct sweep *sweep, bool right, const char *wrong, uint64_t where)
{
    if (!right && sweep->wrong++ == 0)
        tell(sweep, wrong, where);
}

static void check(struct sweep *sweep)
{
    uint64_t where = 0;
    const char *wrong = model_check(&sweep->model, &sweep->tables, &where);

    expect(sweep, !wrong, wrong, where);
}

static void map(struct sweep *sweep, const struct model_range *range, uint32_t permissions)
{
    struct model_range wanted = *range;
    uint64_t expected, done;

    wanted.permissions = permissions & 7;
    expected = model_map(&sweep->model, wanted);
    done = page_tables_map(&sweep->tables, range->address, range->physical, range->size, permissions & 7);
    expect(sweep, done == expected, "so much was mapped", done);
}

/* Takes back range `index` of the model. */
static void unmap(struct sweep *sweep, size_t index)
{
    struct model_range *range = &sweep->model.range[index];

    page_tables_unmap(&sweep->tables, range->address, range->physical, range->size, range->mapped);
    range->mapped = 0;
}

/* Counting is exact in ascending order, and otherwise never too low. */
static void check_count(struct sweep *sweep)
{
    struct page_tables counted;
    bool ascending = true;
    size_t worst = 1;

    page_tables_start(&counted, &paging_x86_64, sweep->levels, sweep->largest_leaf, NULL, 0, 0);
    for (size_t i = 0; i < sweep->model.ranges; i++) {
        const struct model_range *range = &sweep->model.range[i], *before = range - 1;

        if (i > 0 && before->address - sweep->model.window + before->size > range->address - sweep->model.window)
            ascending = false;
        worst += page_tables_worst(range->size, sweep->levels);
        expect(sweep,
               page_tables_map(&counted, range->address, range->physical, range->size, range->permissions) ==
                   range->size,
               "counting ended early in range", i);
    }
    expect(sweep, ascending ? counted.used == sweep->model.used : counted.used >= sweep->model.used,
           "so many tables were counted", counted.used);
    expect(sweep, sweep->model.used <= worst, "the worst case is no more than", worst);
}

static void end(struct sweep *sweep)
{
    sweep->cases++;
}

/* ---- one range ---- */

#define WINDOWS 3
#define OFFSETS 8
#define SIZES   9

static const uint64_t offsets[OFFSETS] = {
    0, PAGE, MODEL_2M - PAGE, MODEL_2M, MODEL_2M + PAGE, MODEL_1G - PAGE, MODEL_1G, MODEL_1G + PAGE,
};
static const uint64_t sizes[SIZES] = {
    PAGE,     2 * PAGE,        MODEL_2M - PAGE,     MODEL_2M, MODEL_2M + PAGE, MODEL_1G - PAGE,
    MODEL_1G, MODEL_1G + PAGE, 2 * MODEL_1G - PAGE,
};

static bool is_long(const struct model_range *range)
{
    return range->size > 2 * MODEL_2M && (range->address ^ range->physical) % MODEL_2M != 0;
}

static void try_one(struct sweep *sweep, const struct model_range *range)
{
    /* 262,144 entries: the permissions do not matter a second time. */
    uint32_t last = is_long(range) ? 1 : 8;

    for (uint32_t permissions = 0; permissions < last; permissions++) {
        begin(sweep);
        map(sweep, range, permissions);
        check(sweep);
        check_count(sweep);
        unmap(sweep, 0);
        check(sweep);
        end(sweep);
    }
}

/* A range, by its number. At the largest border, near the end of all addresses, in the lower half. */
static struct model_range range_number(struct sweep *sweep, size_t number)
{
    static const uint64_t windows[WINDOWS] = {0, 0 - 4 * MODEL_1G, 5 * MODEL_512G - MODEL_1G};
    size_t size = number % SIZES, offset = number / SIZES % OFFSETS, physical = number / SIZES / OFFSETS % OFFSETS;
    uint64_t base = windows[number / SIZES / OFFSETS / OFFSETS];

    if (base == 0)
        base = middle_of(sweep) - MODEL_1G;
    sweep->middle = base + MODEL_WINDOW / 2;
    return (struct model_range){base + offsets[offset], 3 * MODEL_1G + offsets[physical], sizes[size], 0, 0};
}

/* Of the ranges of 262,144 small pages only a few: each takes as long as a thousand others. */
static bool is_tried(const struct sweep *sweep, const struct model_range *range, size_t number)
{
    size_t offset = number / SIZES % OFFSETS, physical = number / SIZES / OFFSETS;

    if (!is_long(range))
        return true;
    return sweep->machines <= 2 && physical == (offset + 1) % OFFSETS && range->size <= MODEL_1G + PAGE;
}

static void test_one(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    while (next_machine(sweep, MACHINES)) {
        for (size_t number = 0; number < WINDOWS * OFFSETS * OFFSETS * SIZES; number++) {
            struct model_range range = range_number(sweep, number);

            if (is_tried(sweep, &range, number))
                try_one(sweep, &range);
        }
    }
    sweep_end(sweep, "1 range, 8 offsets by 8 physical offsets by 9 sizes by 8 permissions, 3 places, 4 machines");
}

/* The last pages of all. */
static void test_last(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    while (next_machine(sweep, MACHINES)) {
        sweep->middle = 0 - MODEL_WINDOW / 2;
        for (size_t i = 0; i < SIZES; i++) {
            try_one(sweep, &(struct model_range){0 - sizes[i], 8 * MODEL_1G - sizes[i], sizes[i], 0, 0});
            try_one(sweep, &(struct model_range){0 - sizes[i], (1ULL << 52) - sizes[i], sizes[i], 0, 0});
            if (sizes[i] < MODEL_1G - PAGE)
                try_one(sweep, &(struct model_range){0 - sizes[i], 8 * MODEL_1G + PAGE, sizes[i], 0, 0});
        }
    }
    sweep_end(sweep, "1 range up to the last byte of the address space, 9 sizes, 4 machines");
}

/* ---- two and three ---- */

/* Calls `try` with each sequence of segments, for each set and machine. */
static void for_each(struct sweep *sweep, size_t machines, size_t count,
                     void (*try)(struct sweep *sweep, const struct model_range *const *segments, size_t count))
{
    while (next_machine(sweep, machines)) {
        for (size_t set = 0; set < COUNT(sets); set++) {
            size_t total = 1;

            fill(sweep, &sets[set], middle_of(sweep));
            for (size_t i = 0; i < count; i++)
                total *= sweep->segment_count;
            for (size_t number = 0; number < total; number++) {
                const struct model_range *segments[MODEL_RANGES];

                for (size_t i = 0, rest = number; i < count; i++, rest /= sweep->segment_count)
                    segments[i] = &sweep->segments[rest % sweep->segment_count];
                try(sweep, segments, count);
            }
        }
    }
}

static void map_all(struct sweep *sweep, const struct model_range *const *segments, size_t count)
{
    uint32_t permissions = (uint32_t)sweep->permissions++;

    for (size_t i = 0; i < count; i++)
        map(sweep, segments[i], permissions >> (3 * i));
}

static void try_build(struct sweep *sweep, const struct model_range *const *segments, size_t count)
{
    begin(sweep);
    map_all(sweep, segments, count);
    check(sweep);
    check_count(sweep);
    end(sweep);
}

static void test_two(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    for_each(sweep, MACHINES, 2, try_build);
    sweep_end(sweep, "all sequences of 2 of 42 + 20 + 20 ranges near borders, overlapping or not, 4 machines");
}

static void test_three(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    for_each(sweep, 2, 3, try_build);
    sweep_end(sweep, "all sequences of 3 of 42 + 20 + 20 ranges near borders, overlapping or not, 2 machines");
}

/* ---- taking back ---- */

/* Each of the two is taken back and mapped again: the same pages, and no more tables. */
static void try_unmap(struct sweep *sweep, const struct model_range *const *segments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t mapped;
        size_t used;

        begin(sweep);
        map_all(sweep, segments, count);
        mapped = sweep->model.range[i].mapped;
        used = sweep->model.used;
        unmap(sweep, i);
        check(sweep);
        if (mapped == segments[i]->size) {
            map(sweep, segments[i], 5);
            check(sweep);
            expect(sweep, sweep->model.range[count].mapped == mapped && sweep->tables.used == used, "not as before",
                   used);
        }
        end(sweep);
    }
}

static void test_unmap(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    for_each(sweep, MACHINES, 2, try_unmap);
    sweep_end(sweep, "all sequences of 2 of those ranges, either taken back and mapped again, 4 machines");
}

/* ---- too small a pool ---- */

/* Every pool is a block of its own, so that a table behind its end is seen. What there was no room for is taken back.
 */
static void try_pools(struct sweep *sweep, const struct model_range *const *segments, size_t count)
{
    size_t needed = 2;

    for (size_t capacity = 1; capacity <= needed; capacity++) {
        uint8_t *pool = aligned_alloc(PAGE, capacity * PAGE);

        assert_non_null(pool);
        memset(pool, 0, capacity * PAGE);
        begin_in(sweep, pool, capacity);
        map_all(sweep, segments, count);
        check(sweep);
        needed = sweep->model.used == capacity ? capacity + 1 : capacity;
        for (size_t i = count; i-- > 0;)
            unmap(sweep, i);
        check(sweep);
        sweep->cases++;
        free(pool);
    }
}

static void test_pools(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    for_each(sweep, MACHINES, 2, try_pools);
    sweep_end(sweep, "all sequences of 2 of those ranges, in pools of 1, 2, 3, ... pages until all fits, 4 machines");
}

/* ---- sharing ---- */

/* One range is mapped before, one after. The middle is between the first two chunks. */
static void try_share(struct sweep *sweep, const struct model_range *const *segments, size_t count)
{
    static const uint64_t targets[] = {0, MODEL_512G, 200 * MODEL_512G};

    (void)count;
    for (size_t i = 0; i < COUNT(targets); i++) {
        uint64_t from = sweep->middle - MODEL_512G, size = (i + 1) * MODEL_512G;

        begin(sweep);
        map(sweep, segments[0], 3);
        expect(sweep,
               page_tables_share(&sweep->tables, from, targets[i], size) ==
                   model_share(&sweep->model, from, targets[i], size),
               "shared or not", size);
        check(sweep);
        map(sweep, segments[1], 5);
        check(sweep);
        end(sweep);
    }
}

static void test_share(void **state)
{
    struct sweep *sweep = sweep_start();

    (void)state;
    for_each(sweep, MACHINES, 2, try_share);
    sweep_end(sweep, "all sequences of 2 of those ranges, 1 to 3 entries shared between them, 4 machines");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),   cmocka_unit_test(test_last),  cmocka_unit_test(test_two),
        cmocka_unit_test(test_three), cmocka_unit_test(test_unmap), cmocka_unit_test(test_pools),
        cmocka_unit_test(test_share),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
