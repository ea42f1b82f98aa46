/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "device_tree.h"
#include "log.h"
#include "made_tables.h"
#include "made_tree.h"

#define CELLS(...)  ((uint32_t[]){__VA_ARGS__}), sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)
#define RANGES(...) ((struct table_range[]){__VA_ARGS__}), sizeof((struct table_range[]){__VA_ARGS__}) / 16

enum { ROOM = 64 };

static size_t reservations(struct bytes tree, struct table_range *ranges, size_t capacity)
{
    struct table_ranges reserved = {.range = ranges, .capacity = capacity};

    device_tree_reservations(tree, &reserved);
    return reserved.count;
}

/* The tree's reservations are these, and the log has these words; frees the tree. */
static void check(struct bytes tree, const struct table_range *expected, size_t count, const char *words)
{
    struct table_range ranges[ROOM];
    size_t found;

    log_reset();
    found = reservations(tree, ranges, ROOM);
    free((void *)(uintptr_t)tree.data);
    made_check_ranges(ranges, found);
    assert_int_equal(found, count);
    if (count > 0)
        assert_memory_equal(ranges, expected, count * sizeof(*expected));
    made_check_log(words);
}

static void begin_reserved_memory(struct made_tree *tree, uint32_t address_cells, uint32_t size_cells)
{
    made_tree_begin(tree, "reserved-memory");
    made_tree_cells(tree, "#address-cells", CELLS(address_cells));
    made_tree_cells(tree, "#size-cells", CELLS(size_cells));
    made_tree_property(tree, "ranges", NULL, 0);
}

static void end_all(struct made_tree *tree)
{
    made_tree_end(tree);
    made_tree_end(tree);
}

/* What a machine's firmware writes, and OpenSBI's node in it. */
static struct bytes usual_tree(void)
{
    struct made_tree tree = {0};

    made_tree_reserve(&tree, 0x48000000, 0x2345);
    made_tree_reserve(&tree, 0x4000000fff, 2);
    made_tree_begin(&tree, "");
    made_tree_cells(&tree, "#address-cells", CELLS(2));
    made_tree_cells(&tree, "#size-cells", CELLS(2));
    made_tree_text(&tree, "compatible", "maker,machine");
    made_tree_begin(&tree, "chosen");
    made_tree_cells(&tree, "reg", CELLS(0, 0x11000, 0, 0x1000));
    made_tree_begin(&tree, "child");
    made_tree_cells(&tree, "reg", CELLS(0, 0x22000, 0, 0x1000));
    made_tree_end(&tree);
    made_tree_end(&tree);
    begin_reserved_memory(&tree, 2, 2);
    made_tree_begin(&tree, "mmode_resv0@80000000");
    made_tree_cells(&tree, "reg", CELLS(0, 0x80000000, 0, 0x40000));
    made_tree_property(&tree, "no-map", NULL, 0);
    made_tree_end(&tree);
    made_tree_begin(&tree, "mmode_resv1@80040000");
    made_tree_cells(&tree, "reg", CELLS(0, 0x80040000, 0, 0x20001));
    made_tree_end(&tree);
    made_tree_begin(&tree, "linux,cma");
    made_tree_cells(&tree, "size", CELLS(0, 0x4000000));
    made_tree_end(&tree);
    made_tree_begin(&tree, "two");
    made_tree_text(&tree, "status", "okay");
    made_tree_cells(&tree, "reg", CELLS(1, 0x123, 0, 1, 0, 0x60000000, 1, 0));
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "memory@40000000");
    made_tree_cells(&tree, "reg", CELLS(0, 0x40000000, 1, 0));
    made_tree_end(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

static void test_usual(void **state)
{
    struct bytes tree = usual_tree();
    uint64_t size = 0;

    (void)state;
    assert_true(device_tree_check(tree, &size));
    assert_int_equal(size, tree.size);
    assert_true(device_tree_check((struct bytes){tree.data, DEVICE_TREE_HEADER}, &size));
    /* 0x60000000-0x160000000 holds the firmware's own and the first of "two" */
    check(tree, RANGES({0x48000000, 0x3000}, {0x60000000, 0x100000000}, {0x4000000000, 0x2000}), NULL);
}

/* Adjacent ranges are one. */
static void test_firmware_memory(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_begin(&tree, "");
    begin_reserved_memory(&tree, 2, 2);
    made_tree_begin(&tree, "mmode_resv0@80000000");
    made_tree_cells(&tree, "reg", CELLS(0, 0x80000000, 0, 0x40000));
    made_tree_end(&tree);
    made_tree_begin(&tree, "mmode_resv1@80040000");
    made_tree_cells(&tree, "reg", CELLS(0, 0x80040000, 0, 0x20001));
    made_tree_end(&tree);
    made_tree_begin(&tree, "elsewhere");
    made_tree_cells(&tree, "reg", CELLS(0xfff, 0xfffff123, 0, 1));
    made_tree_end(&tree);
    end_all(&tree);
    check(made_tree_finish(&tree), RANGES({0x80000000, 0x61000}, {0xffffffff000, 0x1000}), NULL);
}

static void test_empty(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_begin(&tree, "");
    made_tree_end(&tree);
    check(made_tree_finish(&tree), NULL, 0, NULL);
    check(made_tree_finish(&tree), NULL, 0, "device tree: broken at byte 4 of its structure"); /* no root */
}

/* Only children of /reserved-memory itself count, and only with a property of exactly this name. */
static void test_places(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_begin(&tree, "");
    made_tree_cells(&tree, "reg", CELLS(0, 0x1000, 0x1000));
    made_tree_begin(&tree, "soc");
    made_tree_begin(&tree, "reserved-memory"); /* one level too deep */
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "reg", CELLS(0, 0x3000, 0x1000));
    made_tree_end(&tree);
    end_all(&tree);
    made_tree_begin(&tree, "reserved-memory2");
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "reg", CELLS(0, 0x5000, 0x1000));
    made_tree_end(&tree);
    made_tree_end(&tree);
    begin_reserved_memory(&tree, 2, 1);
    made_tree_cells(&tree, "reg", CELLS(0, 0x7000, 0x1000));
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "regs", CELLS(0, 0x9000, 0x1000));
    made_tree_cells(&tree, "re", CELLS(0, 0xb000, 0x1000));
    made_tree_cells(&tree, "reg", CELLS(0, 0xd000, 0x1000));
    made_tree_begin(&tree, "b");
    made_tree_cells(&tree, "reg", CELLS(0, 0xf000, 0x1000));
    made_tree_text(&tree, "status", "disabled");
    made_tree_cells(&tree, "#address-cells", CELLS(7));
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "c");
    made_tree_cells(&tree, "reg", CELLS(0, 0x13000, 0x1000));
    made_tree_begin(&tree, "b");
    made_tree_end(&tree);
    made_tree_text(&tree, "status", "disabled"); /* late, but it counts */
    made_tree_end(&tree);
    made_tree_begin(&tree, "d"); /* has none of its own, and not c's either */
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "behind");
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "reg", CELLS(0, 0x11000, 0x1000));
    made_tree_end(&tree);
    end_all(&tree);
    check(made_tree_finish(&tree), RANGES({0xd000, 0x1000}), NULL);
}

static void test_status(void **state)
{
    static const struct table_range expected = {0x3000, 0x1000};
    static const struct {
        const char *status;
        size_t size;
        bool counts;
    } rows[] = {
        {NULL, 0, true},
        {"okay", 5, true},
        {"ok", 3, true},
        {"disabled", 9, false},
        {"fail", 5, false},
        {"reserved", 9, false},
        {"okay!", 6, false},
        {"oka", 4, false},
        {"okay", 4, false},
        {"", 1, false},
        {"fail-sss\0okay", 14, false},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree tree = {0};

        made_tree_begin(&tree, "");
        begin_reserved_memory(&tree, 1, 1);
        made_tree_begin(&tree, "before");
        made_tree_text(&tree, "status", "disabled");
        made_tree_end(&tree);
        made_tree_begin(&tree, "a");
        if (i % 2 == 0)
            made_tree_cells(&tree, "reg", CELLS(0x3000, 0x1000));
        if (rows[i / 2].status)
            made_tree_property(&tree, "status", rows[i / 2].status, rows[i / 2].size);
        if (i % 2 != 0)
            made_tree_cells(&tree, "reg", CELLS(0x3000, 0x1000));
        made_tree_end(&tree);
        end_all(&tree);
        check(made_tree_finish(&tree), &expected, rows[i / 2].counts ? 1 : 0, NULL);
    }
}

/* How many cells addresses and sizes have: the node's own say, else two and one, whatever the root has. */
static void test_cells(void **state)
{
    static const uint32_t cells[] = {0, 0x5000, 0x2000, 0x1000, 0, 0x7000};
    static const char passed_over[] = "cells: passed over";
    struct table_range two_one[] = {{0x5000, 0x2000}, {0x100000000000, 0x7000}};

    (void)state;
    for (uint32_t address_cells = 0; address_cells <= 4; address_cells++) {
        for (uint32_t size_cells = 0; size_cells <= 4; size_cells++) {
            bool is_known = address_cells >= 1 && address_cells <= 2 && size_cells >= 1 && size_cells <= 2;
            struct table_range expected[3];
            struct made_tree tree = {0};
            size_t count = 0;

            made_tree_begin(&tree, "");
            begin_reserved_memory(&tree, address_cells, size_cells);
            made_tree_begin(&tree, "a");
            made_tree_cells(&tree, "reg", cells, 6);
            made_tree_end(&tree);
            end_all(&tree);
            if (address_cells == 1 && size_cells == 1) { /* 0+0x5000, 0x2000+0x1000, 0+0x7000 */
                expected[count++] = (struct table_range){0, 0x7000};
            } else if (address_cells == 1 && size_cells == 2) { /* 0+0x5000'00002000, 0x1000+0x7000 */
                expected[count++] = (struct table_range){0, 0x500000002000};
            } else if (address_cells == 2 && size_cells == 1) {
                expected[count++] = two_one[0];
                expected[count++] = two_one[1];
            } else if (address_cells == 2 && size_cells == 2) { /* 0x5000+0x2000'00001000, and two cells */
                expected[count++] = (struct table_range){0x5000, 0x200000001000};
            }
            check(made_tree_finish(&tree), expected, count, is_known ? NULL : passed_over);
        }
    }
    for (unsigned size = 0; size < 4; size++) { /* cells that are none */
        struct made_tree tree = {0};

        made_tree_begin(&tree, "");
        made_tree_cells(&tree, "#address-cells", CELLS(1));
        made_tree_cells(&tree, "#size-cells", CELLS(1));
        made_tree_begin(&tree, "reserved-memory");
        if (size > 0) {
            made_tree_property(&tree, "#address-cells", "\0\0\0\1", size);
            made_tree_property(&tree, "#size-cells", "\0\0\0\2", size);
        }
        made_tree_begin(&tree, "a");
        made_tree_cells(&tree, "reg", cells, 6);
        made_tree_end(&tree);
        end_all(&tree);
        check(made_tree_finish(&tree), two_one, 2, NULL);
    }
}

/* `reg` of every size: what is no whole pair does not count. */
static void test_reg_sizes(void **state)
{
    (void)state;
    for (size_t size = 0; size <= 36; size++) {
        struct table_range expected[] = {{0x100000000, 0x1000}, {0x300000000, 0x2000}, {0x500000000, 0x3000}};
        uint8_t reg[36] = {0};
        struct made_tree tree = {0};

        for (unsigned i = 0; i < 3; i++) {
            reg[12 * i + 3] = (uint8_t)(2 * i + 1);
            reg[12 * i + 10] = (uint8_t)(16 * i + 1);
        }
        made_tree_begin(&tree, "");
        begin_reserved_memory(&tree, 2, 1);
        made_tree_begin(&tree, "a");
        made_tree_property(&tree, "reg", reg, size);
        made_tree_end(&tree);
        end_all(&tree);
        check(made_tree_finish(&tree), expected, size / 12, NULL);
    }
}

/* Sizes of 0, ends beyond all memory. */
static void test_extremes(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_reserve(&tree, 0x9000, 0);
    made_tree_reserve(&tree, 0, 1); /* not the end */
    made_tree_reserve(&tree, UINT64_MAX, UINT64_MAX);
    made_tree_begin(&tree, "");
    begin_reserved_memory(&tree, 2, 2);
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "reg", CELLS(0, 0x5000, 0, 0, 0xfffff, 0xfffff001, 0xffffffff, 0xffffffff));
    made_tree_end(&tree);
    end_all(&tree);
    check(made_tree_finish(&tree), RANGES({0, 0x1000}, {0xffffffffff000, 0x1000}), NULL);
}

static void test_nops(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_token(&tree, 4);
    made_tree_begin(&tree, "");
    made_tree_token(&tree, 4);
    begin_reserved_memory(&tree, 1, 1);
    made_tree_token(&tree, 4);
    made_tree_begin(&tree, "a");
    made_tree_token(&tree, 4);
    made_tree_cells(&tree, "reg", CELLS(0x3000, 0x1000));
    made_tree_token(&tree, 4);
    made_tree_end(&tree);
    made_tree_token(&tree, 4);
    end_all(&tree);
    made_tree_token(&tree, 4);
    check(made_tree_finish(&tree), RANGES({0x3000, 0x1000}), NULL);
}

/* Deeper than any stack, and more ends than begins. */
static void test_depth(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_begin(&tree, "");
    begin_reserved_memory(&tree, 1, 1);
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "reg", CELLS(0x3000, 0x1000));
    for (unsigned i = 0; i < 200000; i++)
        made_tree_begin(&tree, "n");
    for (unsigned i = 0; i < 200000; i++)
        made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "b");
    made_tree_cells(&tree, "reg", CELLS(0x5000, 0x1000));
    made_tree_end(&tree);
    end_all(&tree);
    made_tree_end(&tree);
    made_tree_end(&tree);
    check(made_tree_finish(&tree), RANGES({0x3000, 0x1000}, {0x5000, 0x1000}), NULL);
    made_tree_end(&tree);
    check(made_tree_finish(&tree), NULL, 0, NULL);
}

/* What was read before the tree breaks off still counts, the child too that breaks off. */
static void test_unknown_token(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    made_tree_begin(&tree, "");
    begin_reserved_memory(&tree, 1, 1);
    made_tree_begin(&tree, "a");
    made_tree_cells(&tree, "reg", CELLS(0x3000, 0x1000));
    made_tree_token(&tree, 5);
    made_tree_end(&tree);
    end_all(&tree);
    check(made_tree_finish(&tree), RANGES({0x3000, 0x1000}), "device tree: broken at byte");
}

static void test_capacity(void **state)
{
    enum { COUNT = 10 };
    struct made_tree tree = {0};
    struct bytes made;

    (void)state;
    for (uint64_t i = 0; i < COUNT; i++)
        made_tree_reserve(&tree, 0x100000 - 0x2000 * i, 0x1000);
    made_tree_begin(&tree, "");
    made_tree_end(&tree);
    made = made_tree_finish(&tree);
    for (size_t capacity = 0; capacity <= COUNT; capacity++) {
        struct table_range *ranges = calloc(capacity + 1, sizeof(*ranges));

        assert_non_null(ranges);
        log_reset();
        assert_int_equal(reservations(made, ranges, capacity), capacity);
        made_check_ranges(ranges, capacity);
        assert_int_equal(ranges[capacity].size, 0);
        for (uint64_t i = 0; i < capacity; i++)
            assert_true(made_is_in(ranges, capacity, 0x100000 - 0x2000 * i, 0x1000));
        made_check_log(capacity < COUNT ? "memory reservations" : NULL);
        free(ranges);
    }
    free((void *)(uintptr_t)made.data);
}

/* What two trees reserve is one list; what there is no room for is said of each tree. */
static void test_two_trees(void **state)
{
    static const struct table_range expected[] = {{0x1000, 0x3000}, {0x6000, 0x1000}, {0x8000, 0x1000}};
    struct table_range range[4] = {{0}};
    struct table_ranges reserved = {.range = range, .capacity = 3};
    struct made_tree first = {0}, second = {0};
    struct bytes trees[2];

    (void)state;
    made_tree_reserve(&first, 0x6000, 0x1000);
    made_tree_reserve(&first, 0x1000, 0x2000);
    made_tree_begin(&first, "");
    made_tree_end(&first);
    made_tree_reserve(&second, 0x2000, 0x2000); /* merges only once all are there */
    made_tree_reserve(&second, 0x8000, 0x1000);
    made_tree_begin(&second, "");
    made_tree_end(&second);
    trees[0] = made_tree_finish(&first);
    trees[1] = made_tree_finish(&second);
    log_reset();
    device_tree_reservations(trees[0], &reserved);
    made_check_log(NULL);
    device_tree_reservations(trees[1], &reserved);
    made_check_log("device tree: no room for 1 memory reservations");
    assert_int_equal(reserved.count, 2);
    log_reset();
    reserved = (struct table_ranges){.range = range, .capacity = 4};
    device_tree_reservations(trees[0], &reserved);
    device_tree_reservations(trees[1], &reserved);
    made_check_log(NULL);
    assert_int_equal(reserved.count, 3);
    assert_memory_equal(range, expected, sizeof(expected));
    for (size_t i = 0; i < 2; i++)
        free((void *)(uintptr_t)trees[i].data);
}

/* Each field of the header. */
static void test_header(void **state)
{
    struct bytes tree = usual_tree();
    uint32_t total = (uint32_t)tree.size;
    const struct {
        unsigned field;
        uint32_t value;
        bool sound;
    } rows[] = {
        {0, 0xd00dfeee, false}, {0, 0xedfe0dd0, false}, {1, 39, false},
        {1, 0, false},          {1, total - 1, false},  {1, (16 << 20) + 1, false},
        {1, 16 << 20, true},    {1, UINT32_MAX, false}, {2, 39, false},
        {2, total, false},      {2, UINT32_MAX, false}, {3, 39, false},
        {3, total, false},      {3, UINT32_MAX, false}, {4, 39, false},
        {4, total - 15, false}, {4, total - 16, true},  {4, UINT32_MAX, false},
        {5, 16, false},         {5, 17, true},          {5, 18, true},
        {6, 17, true},          {6, 18, false},         {6, 1, true},
        {7, UINT32_MAX, true},  {8, 0, true},           {8, total, false},
        {8, UINT32_MAX, false}, {9, 0, true},           {9, total, false},
        {9, UINT32_MAX, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint8_t header[DEVICE_TREE_HEADER];
        uint64_t size = 77;

        memcpy(header, tree.data, sizeof(header));
        put_cell(header + 4 * rows[i].field, rows[i].value);
        if (device_tree_check((struct bytes){header, sizeof(header)}, &size) != rows[i].sound)
            fail_msg("row %zu", i);
        assert_int_equal(size, !rows[i].sound ? 77 : rows[i].field == 1 ? rows[i].value : total);
    }
    for (size_t size = 0; size < DEVICE_TREE_HEADER; size++) {
        uint8_t *header = malloc(size + 1);
        uint64_t untouched = 77;

        assert_non_null(header);
        memcpy(header, tree.data, size);
        assert_false(device_tree_check((struct bytes){header, size}, &untouched));
        assert_int_equal(untouched, 77);
        free(header);
    }
    free((void *)(uintptr_t)tree.data);
}

/* Cut off at each byte: without a word of it in the header, there is no tree; else it is read up to there. */
static void test_truncations(void **state)
{
    struct bytes tree = usual_tree();
    uint32_t structure = 40 + 3 * 16, size = (uint32_t)tree.data[38] << 8 | tree.data[39];
    size_t last = 0;

    (void)state;
    for (size_t cut = 0; cut < tree.size; cut++) {
        struct table_range ranges[ROOM];
        uint8_t *bytes = malloc(cut + 1);

        assert_non_null(bytes);
        memcpy(bytes, tree.data, cut);
        assert_int_equal(reservations((struct bytes){bytes, cut}, ranges, ROOM), 0);
        free(bytes);
    }
    for (uint32_t cut = 0; cut < size; cut++) {
        struct table_range ranges[ROOM];
        uint8_t *bytes = malloc(structure + cut); /* no strings: they would be behind */
        uint8_t *whole = malloc(tree.size);
        size_t count;

        assert_non_null(bytes);
        assert_non_null(whole);
        memcpy(bytes, tree.data, structure + cut);
        put_cell(bytes + 4, structure + cut);
        put_cell(bytes + 12, 40);
        put_cell(bytes + 32, 0);
        put_cell(bytes + 36, cut);
        log_reset();
        assert_int_equal(reservations((struct bytes){bytes, structure + cut}, ranges, ROOM), 2);
        if (cut < size - 4) /* the last token says that this is the end */
            made_check_log("device tree: broken at byte");
        memcpy(whole, tree.data, tree.size);
        put_cell(whole + 36, cut);
        count = reservations((struct bytes){whole, tree.size}, ranges, ROOM);
        assert_true(count >= 2);
        assert_true(count >= last);
        last = count;
        free(bytes);
        free(whole);
    }
    assert_int_equal(last, 3);
    log_reset();
    free((void *)(uintptr_t)tree.data);
}

/* Reservations without an end, up to the tree's. */
static void test_endless_reservations(void **state)
{
    struct made_tree made = {0};
    struct bytes tree;
    uint8_t *bytes;

    (void)state;
    made_tree_begin(&made, "");
    made_tree_end(&made);
    tree = made_tree_finish(&made);
    bytes = realloc((void *)(uintptr_t)tree.data, 200);
    assert_non_null(bytes);
    memset(bytes + tree.size, 0, 200 - tree.size);
    put_cell(bytes + 4, 200);
    put_cell(bytes + 16, 200 - 24); /* one, and half of one */
    put_cell(bytes + 200 - 24 + 4, 0x3000);
    put_cell(bytes + 200 - 24 + 12, 1);
    check((struct bytes){bytes, 200}, RANGES({0x3000, 0x1000}), "reservation block has no end");
}

/* Any bytes changed: the sanitizers see to the rest. */
static void test_corruption(void **state)
{
    struct bytes tree = usual_tree();
    size_t sound = 0;

    (void)state;
    for (uint64_t i = 0; i < 40000; i++) {
        struct chance chance = chance_case(i);
        uint8_t *bytes = malloc(tree.size);
        struct table_range ranges[4];
        uint64_t size;

        assert_non_null(bytes);
        memcpy(bytes, tree.data, tree.size);
        for (uint64_t changes = chance_between(&chance, 1, 8); changes > 0; changes--) {
            uint64_t at = chance_below(&chance, tree.size / 4) * 4;

            if (at < 28 && !chance_one_in(&chance, 8))
                continue;
            if (chance_one_in(&chance, 2))
                put_cell(bytes + at, (uint32_t)chance_size(&chance, UINT32_MAX));
            else
                bytes[at + 3] = (uint8_t)chance_bits(&chance);
        }
        sound += device_tree_check((struct bytes){bytes, tree.size}, &size);
        made_check_ranges(ranges, reservations((struct bytes){bytes, tree.size}, ranges, 4));
        free(bytes);
    }
    assert_true(sound > 20000);
    log_reset();
    free((void *)(uintptr_t)tree.data);
}

/* Ten times the nodes, properties and strings take ten times as long, not a hundred. */
static void test_cost(void **state)
{
    static const unsigned counts[] = {2000, 200000};
    double seconds[2];

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct table_range ranges[ROOM];
        struct made_tree made = {0};
        struct bytes tree;

        made_tree_begin(&made, "");
        begin_reserved_memory(&made, 1, 1);
        for (unsigned j = 0; j < counts[i]; j++) {
            made_tree_begin(&made, "a");
            made_tree_cells(&made, "reg", CELLS(0x1000 * (2 * (counts[i] - j) % 1000), 0x1000));
            made_tree_end(&made);
        }
        end_all(&made);
        tree = made_tree_finish(&made);
        seconds[i] = cpu_seconds();
        assert_int_equal(reservations(tree, ranges, ROOM), ROOM);
        seconds[i] = cpu_seconds() - seconds[i];
        free((void *)(uintptr_t)tree.data);
    }
    if (seconds[1] > 1000 * seconds[0] + 1)
        fail_msg("%u nodes took %f s, %u took %f s", counts[0], seconds[0], counts[1], seconds[1]);
    log_reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),         cmocka_unit_test(test_firmware_memory),
        cmocka_unit_test(test_empty),         cmocka_unit_test(test_places),
        cmocka_unit_test(test_status),        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_reg_sizes),     cmocka_unit_test(test_extremes),
        cmocka_unit_test(test_nops),          cmocka_unit_test(test_depth),
        cmocka_unit_test(test_unknown_token), cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_two_trees),     cmocka_unit_test(test_header),
        cmocka_unit_test(test_truncations),   cmocka_unit_test(test_endless_reservations),
        cmocka_unit_test(test_corruption),    cmocka_unit_test(test_cost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
