/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "device_tree.h"
#include "device_tree_nodes.h"
#include "made_tree.h"

#define CELLS(...) ((uint32_t[]){__VA_ARGS__}), sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

static const char usual_text[] = "/\n"
                                 "/:compatible=made,board\n"
                                 "/:empty=<>\n"
                                 "/soc\n"
                                 "/soc:phandle=<00000007>\n"
                                 "/soc/serial@10\n"
                                 "/soc/serial@10:odd=<010203>\n"
                                 "/soc/serial@10:linux,phandle=<00000003>\n"
                                 "/soc/serial@1000\n"
                                 "/soc/serial@1000/deep\n"
                                 "/last@1@2\n"
                                 "/last@1@2:compatible=y\n";

static struct bytes usual_tree(void)
{
    struct made_tree tree = {0};

    made_tree_reserve(&tree, 0x12345678, 0x1000);
    made_tree_reserve(&tree, 0, 1);
    made_tree_reserve(&tree, 1, 0);
    made_tree_begin(&tree, "");
    made_tree_text(&tree, "compatible", "made,board");
    made_tree_token(&tree, 4);
    made_tree_property(&tree, "empty", NULL, 0);
    made_tree_begin(&tree, "soc");
    made_tree_cells(&tree, "phandle", CELLS(7));
    made_tree_begin(&tree, "serial@10");
    made_tree_property(&tree, "odd", "\1\2\3", 3);
    made_tree_cells(&tree, "linux,phandle", CELLS(3));
    made_tree_end(&tree);
    made_tree_token(&tree, 4);
    made_tree_begin(&tree, "serial@1000");
    made_tree_begin(&tree, "deep");
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "last@1@2");
    made_tree_text(&tree, "compatible", "y");
    made_tree_end(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

static void release(struct bytes bytes)
{
    free((void *)(uintptr_t)bytes.data);
}

/* Read in exactly the room that is promised to be enough. */
static bool read(struct bytes bytes, struct arena *arena, struct device_tree *tree)
{
    *arena = (struct arena){.size = DEVICE_TREE_ROOM * bytes.size + DEVICE_TREE_ROOM_MORE};
    arena->base = malloc(arena->size);
    assert_non_null(arena->base);
    return device_tree_read(bytes, 0, arena, tree);
}

/* Written in exactly the room that it says to need. */
static struct bytes written(const struct device_tree *tree)
{
    uint64_t size = device_tree_write(tree, NULL), total = 0;
    uint8_t *room = malloc(size);
    struct bytes bytes = {room, size};

    assert_non_null(room);
    memset(room, 0xaa, size);
    assert_int_equal(device_tree_write(tree, room), size);
    assert_true(device_tree_check(bytes, &total));
    assert_int_equal(total, size);
    return bytes;
}

static void check_text(struct bytes bytes, const char *expected)
{
    char *text = made_tree_tell(bytes);

    assert_string_equal(text, expected);
    free(text);
}

/* What is written says the same; reservations and the boot processor are there, and what fills up is left out. */
static void test_back(void **state)
{
    struct bytes bytes = usual_tree(), back;
    struct device_tree tree;
    struct arena arena;

    (void)state;
    put_cell((uint8_t *)(uintptr_t)bytes.data + 28, 0x1234);
    put_cell((uint8_t *)(uintptr_t)bytes.data + 20, 18);
    assert_true(read(bytes, &arena, &tree));
    assert_int_equal(tree.last_phandle, 7);
    back = written(&tree);
    check_text(back, usual_text);
    assert_int_equal(get_cell(back.data + 20), 17);
    assert_int_equal(get_cell(back.data + 24), 16);
    assert_int_equal(get_cell(back.data + 28), 0x1234);
    assert_int_equal(get_cell(back.data + 40 + 4), 0x12345678);
    assert_int_equal(get_cell(back.data + 40 + 12), 0x1000);
    assert_int_equal(back.size, bytes.size - 8); /* two tokens that say nothing */
    release(back);
    free(arena.base);
    release(bytes);
}

static void test_find(void **state)
{
    static const struct {
        const char *path, *found;
    } rows[] = {
        {"", ""},
        {"/", ""},
        {"/soc", "soc"},
        {"soc", "soc"},
        {"//soc/", "soc"},
        {"/soc/serial", "serial@10"},
        {"/soc/serial@10", "serial@10"},
        {"/soc/serial@1000/deep", "deep"},
        {"/soc/serial@1000", "serial@1000"},
        {"/soc/serial@100", NULL},
        {"/soc/serial@", NULL},
        {"/soc/seria", NULL},
        {"/so", NULL},
        {"/socs", NULL},
        {"/soc/soc", NULL},
        {"/last/deep", NULL},
        {"/last", "last@1@2"},
        {"/last@1", NULL},
    };
    struct bytes bytes = usual_tree();
    struct device_tree tree;
    struct arena arena;

    (void)state;
    assert_true(read(bytes, &arena, &tree));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct device_tree_node *node = device_tree_find(tree.root, text_of(rows[i].path));

        if ((node != NULL) != (rows[i].found != NULL) || (node && !text_is(node->name, rows[i].found)))
            fail_msg("row %zu", i);
    }
    free(arena.base);
    release(bytes);
}

static void test_order(void **state)
{
    static const char *const names[] = {"", "soc", "serial@10", "serial@1000", "deep", "last@1@2"};
    struct bytes bytes = usual_tree();
    struct device_tree tree;
    struct arena arena;
    size_t i = 0;

    (void)state;
    assert_true(read(bytes, &arena, &tree));
    for (const struct device_tree_node *node = tree.root; node; node = device_tree_next(node))
        assert_true(text_is(node->name, names[i++]));
    assert_int_equal(i, sizeof(names) / sizeof(names[0]));
    free(arena.base);
    release(bytes);
}

/* Numbers that no phandle may have are none. */
static void test_phandles(void **state)
{
    static const struct {
        const char *name;
        uint32_t cells[2];
        size_t count;
        uint32_t expected;
    } rows[] = {
        {"phandle", {1}, 1, 1},       {"linux,phandle", {0xfffffffe}, 1, 0xfffffffe},
        {"phandle", {0}, 1, 0},       {"phandle", {0xffffffff}, 1, 0},
        {"phandle", {1, 2}, 2, 0},    {"phandle", {0}, 0, 0},
        {"linux_phandle", {1}, 1, 0}, {"phandles", {1}, 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree made = {0};
        struct device_tree tree;
        struct arena arena;
        struct bytes bytes;

        made_tree_begin(&made, "");
        made_tree_cells(&made, rows[i].name, rows[i].cells, rows[i].count);
        made_tree_end(&made);
        bytes = made_tree_finish(&made);
        assert_true(read(bytes, &arena, &tree));
        if (tree.root->phandle != rows[i].expected || tree.last_phandle != rows[i].expected)
            fail_msg("row %zu", i);
        free(arena.base);
        release(bytes);
    }
}

/* A path as a value, of the root and of others. */
static void test_paths(void **state)
{
    struct bytes bytes = usual_tree(), back, value;
    struct device_tree tree;
    struct arena arena;

    (void)state;
    assert_true(read(bytes, &arena, &tree));
    tree.root->properties->path_of = tree.root;
    tree.root->properties->next->path_of = device_tree_find(tree.root, text_of("/soc/serial@1000/deep"));
    back = written(&tree);
    assert_true(made_tree_find(back, "/", "compatible", &value));
    assert_int_equal(value.size, 2);
    assert_memory_equal(value.data, "/", 2);
    assert_true(made_tree_find(back, "/", "empty", &value));
    assert_int_equal(value.size, sizeof("/soc/serial@1000/deep"));
    assert_memory_equal(value.data, "/soc/serial@1000/deep", value.size);
    release(back);
    free(arena.base);
    release(bytes);
}

static void check_unreadable(struct bytes bytes)
{
    struct device_tree tree = {.last_phandle = 77};
    struct arena arena;

    assert_false(read(bytes, &arena, &tree));
    assert_int_equal(tree.last_phandle, 77);
    free(arena.base);
    release(bytes);
}

static void test_broken(void **state)
{
    struct made_tree made = {0};

    (void)state;
    check_unreadable(made_tree_finish(&made)); /* no root */
    made_tree_begin(&made, "");
    check_unreadable(made_tree_finish(&made)); /* without an end */
    made_tree_end(&made);
    check_unreadable(made_tree_finish(&made)); /* with nothing but that */
    made_tree_text(&made, "before", "the root");
    check_unreadable(made_tree_finish(&made));
    made_tree_begin(&made, "");
    made_tree_begin(&made, "a");
    made_tree_end(&made);
    made_tree_text(&made, "behind", "a node");
    made_tree_end(&made);
    check_unreadable(made_tree_finish(&made));
    made_tree_begin(&made, "");
    made_tree_token(&made, 5);
    made_tree_end(&made);
    check_unreadable(made_tree_finish(&made));
    made_tree_begin(&made, "");
    made_tree_token(&made, 3);
    made_tree_token(&made, 0);
    made_tree_token(&made, 1); /* a name behind the strings */
    made_tree_end(&made);
    check_unreadable(made_tree_finish(&made));
}

/* Names are shown on consoles. */
static void test_plain_names(void **state)
{
    static const struct {
        const char *name;
        bool sound;
    } rows[] = {{"#a,b.c_d+e-f?", true}, {"~!", true},        {"a b", false}, {"a\x7f", false},
                {"\x1b", false},         {"\xc3\xbc", false}, {"a\n", false}};

    (void)state;
    for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree made = {0};
        struct device_tree tree;
        struct arena arena;
        struct bytes bytes;

        made_tree_begin(&made, "");
        if (i % 2 == 0)
            made_tree_text(&made, rows[i / 2].name, "x");
        made_tree_begin(&made, i % 2 == 0 ? "node" : rows[i / 2].name);
        made_tree_end(&made);
        made_tree_end(&made);
        bytes = made_tree_finish(&made);
        if (read(bytes, &arena, &tree) != rows[i / 2].sound)
            fail_msg("row %zu", i / 2);
        free(arena.base);
        release(bytes);
    }
}

/* A property's name has an end, and at most 1023 bytes. */
static void test_names(void **state)
{
    static const size_t lengths[] = {0, 1, 1022, 1023, 1024};

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        size_t length = lengths[i];
        struct made_tree made = {0};
        char name[1025] = "";
        struct device_tree tree;
        struct arena arena;
        struct bytes bytes;

        memset(name, 'x', length);
        made_tree_begin(&made, "");
        made_tree_text(&made, name, "y");
        made_tree_end(&made);
        bytes = made_tree_finish(&made);
        assert_int_equal(read(bytes, &arena, &tree), length < 1024);
        if (length < 1024)
            assert_int_equal(tree.root->properties->name.length, length);
        free(arena.base);
        ((uint8_t *)(uintptr_t)bytes.data)[bytes.size - 1] = 'x';
        check_unreadable(bytes);
    }
}

/* The structure and the strings may share no byte; the reservations have an end. */
static void test_blocks(void **state)
{
    static const struct {
        size_t field;
        int64_t by;
        bool sound;
    } rows[] = {{8, 0, true}, {8, -4, false}, {12, -1, false}, {12, -60, false}, {16, 16, false}, {36, 1, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bytes bytes = usual_tree();
        uint8_t *field = (uint8_t *)(uintptr_t)bytes.data + rows[i].field;
        struct device_tree tree;
        struct arena arena;

        put_cell(field, (uint32_t)(get_cell(field) + rows[i].by));
        if (rows[i].field == 16) /* where no zeros are */
            put_cell((uint8_t *)(uintptr_t)bytes.data + 16, get_cell(bytes.data + 4) - 16);
        if (read(bytes, &arena, &tree) != rows[i].sound)
            fail_msg("row %zu", i);
        free(arena.base);
        release(bytes);
    }
}

/* Which of them comes first does not matter. */
static void test_strings_first(void **state)
{
    struct bytes bytes = usual_tree(), turned;
    uint32_t structure = get_cell(bytes.data + 8), size = get_cell(bytes.data + 36),
             strings = get_cell(bytes.data + 32);
    uint8_t *made = malloc(bytes.size + 4);
    struct device_tree tree;
    struct arena arena;

    (void)state;
    assert_non_null(made);
    strings = (strings + 3) & ~3U;
    memcpy(made, bytes.data, structure);
    memset(made + structure, 0, strings);
    memcpy(made + structure, bytes.data + structure + size, get_cell(bytes.data + 32));
    memcpy(made + structure + strings, bytes.data + structure, size);
    put_cell(made + 4, structure + strings + size);
    put_cell(made + 8, structure + strings);
    put_cell(made + 12, structure);
    put_cell(made + 32, strings);
    turned = (struct bytes){made, structure + strings + size};
    assert_true(read(turned, &arena, &tree));
    free(arena.base);
    put_cell(made + 32, strings + 1);
    check_unreadable(turned);
    release(bytes);
}

/* With too little room nothing is read, and nothing is written behind it. */
static void test_room(void **state)
{
    struct bytes bytes = usual_tree();
    struct device_tree tree;
    struct arena whole;
    size_t needed;

    (void)state;
    assert_true(read(bytes, &whole, &tree));
    needed = whole.used;
    for (size_t size = 0; size <= needed; size++) {
        struct arena arena = {.base = malloc(size + 1), .size = size};

        assert_non_null(arena.base);
        if (device_tree_read(bytes, 0, &arena, &tree))
            assert_true(size + 16 >= needed); /* as the memory is aligned */
        else
            assert_true(size < needed + 16);
        free(arena.base);
    }
    free(whole.base);
    release(bytes);
}

/* Cut off anywhere, it is no tree. */
static void test_truncations(void **state)
{
    struct bytes bytes = usual_tree();

    (void)state;
    for (size_t cut = 0; cut < bytes.size; cut++) {
        uint8_t *part = malloc(cut + 1);

        assert_non_null(part);
        memcpy(part, bytes.data, cut);
        check_unreadable((struct bytes){part, cut});
    }
    release(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_back),          cmocka_unit_test(test_find),        cmocka_unit_test(test_order),
        cmocka_unit_test(test_phandles),      cmocka_unit_test(test_paths),       cmocka_unit_test(test_broken),
        cmocka_unit_test(test_names),         cmocka_unit_test(test_blocks),      cmocka_unit_test(test_room),
        cmocka_unit_test(test_strings_first), cmocka_unit_test(test_plain_names), cmocka_unit_test(test_truncations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
