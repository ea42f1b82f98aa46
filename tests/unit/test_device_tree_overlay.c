/* SPDX-License-Identifier: BSD-2-Clause */
/* Overlays token by token, sound and otherwise. test_device_tree_dtc.c has those that a compiler makes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "device_tree.h"
#include "device_tree_overlay.h"
#include "made_tree.h"

#define CELLS(...) ((uint32_t[]){__VA_ARGS__}), sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t)

/* A tree, and what was made of it. */
struct applied {
    struct bytes base;
    struct device_tree tree;
    struct arena arena[4];
    struct bytes overlays[4];
    size_t count;
    struct error error;
};

static struct arena arena_for(size_t size)
{
    struct arena arena = {.size = DEVICE_TREE_ROOM * size + DEVICE_TREE_ROOM_MORE};

    arena.base = malloc(arena.size);
    assert_non_null(arena.base);
    return arena;
}

static void start(struct applied *applied, struct bytes base)
{
    *applied = (struct applied){.base = base};
    applied->arena[0] = arena_for(base.size);
    assert_true(device_tree_read(base, 0, &applied->arena[0], &applied->tree));
}

/* In exactly the room that is promised to be enough. */
static enum status apply(struct applied *applied, struct bytes overlay)
{
    size_t i = applied->count++;

    applied->overlays[i] = overlay;
    applied->arena[i + 1] = arena_for(overlay.size);
    return device_tree_apply(&applied->tree, "/a.dtbo", (uint8_t *)(uintptr_t)overlay.data, overlay.size,
                             &applied->arena[i + 1], &applied->error);
}

static void end(struct applied *applied)
{
    for (size_t i = 0; i < applied->count; i++) {
        free((void *)(uintptr_t)applied->overlays[i].data);
        free(applied->arena[i + 1].base);
    }
    free((void *)(uintptr_t)applied->base.data);
    free(applied->arena[0].base);
}

static struct bytes written(const struct applied *applied)
{
    uint64_t size = device_tree_write(&applied->tree, NULL), total = 0;
    uint8_t *room = malloc(size);

    assert_non_null(room);
    assert_int_equal(device_tree_write(&applied->tree, room), size);
    assert_true(device_tree_check((struct bytes){room, size}, &total) && total == size);
    return (struct bytes){room, size};
}

/* The tree is that now; ends the case. */
static void expect(struct applied *applied, const char *expected)
{
    struct bytes bytes = written(applied);
    char *text = made_tree_tell(bytes);

    assert_string_equal(text, expected);
    free(text);
    free((void *)(uintptr_t)bytes.data);
    end(applied);
}

static void check_apply(struct applied *applied, struct bytes overlay)
{
    if (apply(applied, overlay) != STATUS_OK)
        fail_msg("%s", applied->error.text);
}

/* The overlay is refused on the board, with these words. */
static void refuse(struct bytes base, struct bytes overlay, const char *words)
{
    struct applied applied;

    start(&applied, base);
    assert_int_equal(apply(&applied, overlay), STATUS_INVALID);
    if (strncmp(applied.error.text, "/a.dtbo: ", 9) != 0 || !strstr(applied.error.text, words))
        fail_msg("%s", applied.error.text);
    end(&applied);
}

/* Two nodes with phandles and labels. */
static struct bytes board(void)
{
    struct made_tree tree = {0};

    made_tree_begin(&tree, "");
    made_tree_begin(&tree, "bus@1");
    made_tree_cells(&tree, "phandle", CELLS(5));
    made_tree_text(&tree, "status", "disabled");
    made_tree_begin(&tree, "dev");
    made_tree_cells(&tree, "linux,phandle", CELLS(2));
    made_tree_cells(&tree, "on", CELLS(5));
    made_tree_end(&tree);
    made_tree_begin(&tree, "plain");
    made_tree_end(&tree);
    made_tree_end(&tree);
    made_tree_begin(&tree, "__symbols__");
    made_tree_text(&tree, "bus", "/bus@1");
    made_tree_text(&tree, "dev", "/bus@1/dev");
    made_tree_text(&tree, "plain", "/bus@1/plain");
    made_tree_text(&tree, "lost", "/nowhere");
    made_tree_property(&tree, "open", "/bus@1", 6);
    made_tree_end(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

#define BOARD_BUS "/bus@1/dev\n/bus@1/dev:linux,phandle=<00000002>\n/bus@1/dev:on=<00000005>\n"
#define BOARD_LABELS                                                                                                   \
    "/__symbols__\n/__symbols__:bus=/bus@1\n/__symbols__:dev=/bus@1/dev\n/__symbols__:plain=/bus@1/plain\n"            \
    "/__symbols__:lost=/nowhere\n/__symbols__:open=<2f6275734031>\n"

static void begin_fragment(struct made_tree *tree, const char *name, const char *path)
{
    made_tree_begin(tree, name);
    made_tree_text(tree, "target-path", path);
    made_tree_begin(tree, "__overlay__");
}

static void ends(struct made_tree *tree, unsigned count)
{
    for (; count > 0; count--)
        made_tree_end(tree);
}

/* `__local_fixups__` for one place, in a node in fragment@0's __overlay__. */
static void add_local_fixup(struct made_tree *tree, const char *node, const char *property, uint32_t offset)
{
    made_tree_begin(tree, "__local_fixups__");
    made_tree_begin(tree, "fragment@0");
    made_tree_begin(tree, "__overlay__");
    made_tree_begin(tree, node);
    made_tree_cells(tree, property, CELLS(offset));
    ends(tree, 4);
}

/* ---- what is sound ---- */

static void test_merging(void **state)
{
    struct made_tree tree = {0};
    struct applied applied;

    (void)state;
    start(&applied, board());
    made_tree_begin(&tree, "");
    begin_fragment(&tree, "any-name", "/bus");
    made_tree_text(&tree, "status", "okay");
    made_tree_property(&tree, "new", NULL, 0);
    made_tree_begin(&tree, "dev");
    made_tree_text(&tree, "more", "here");
    made_tree_begin(&tree, "inner");
    made_tree_text(&tree, "x", "y");
    ends(&tree, 2);
    made_tree_begin(&tree, "last");
    ends(&tree, 1);
    made_tree_begin(&tree, "more");
    made_tree_text(&tree, "x", "y");
    made_tree_begin(&tree, "inner");
    ends(&tree, 4);
    begin_fragment(&tree, "fragment@1", "/bus@1/last"); /* which the other one brings */
    made_tree_text(&tree, "z", "there");
    ends(&tree, 3);
    check_apply(&applied, made_tree_finish(&tree));
    expect(&applied, "/\n/bus@1\n/bus@1:phandle=<00000005>\n/bus@1:status=okay\n/bus@1:new=<>\n" BOARD_BUS
                     "/bus@1/dev:more=here\n/bus@1/dev/inner\n/bus@1/dev/inner:x=y\n/bus@1/plain\n/bus@1/last\n"
                     "/bus@1/last:z=there\n/bus@1/more\n/bus@1/more:x=y\n/bus@1/more/inner\n" BOARD_LABELS);
}

/* Nodes beside fragments, and what a compiler leaves for the reader, go nowhere. */
static void test_nothing_else(void **state)
{
    struct made_tree tree = {0};
    struct applied applied;

    (void)state;
    start(&applied, board());
    made_tree_reserve(&tree, 0x1000, 0x1000);
    made_tree_begin(&tree, "");
    made_tree_text(&tree, "compatible", "made,overlay");
    made_tree_begin(&tree, "metadata");
    made_tree_text(&tree, "x", "y");
    made_tree_end(&tree);
    begin_fragment(&tree, "fragment@0", "/");
    made_tree_text(&tree, "a", "b");
    ends(&tree, 3);
    check_apply(&applied, made_tree_finish(&tree));
    expect(&applied, "/\n/:a=b\n/bus@1\n/bus@1:phandle=<00000005>\n/bus@1:status=disabled\n" BOARD_BUS
                     "/bus@1/plain\n" BOARD_LABELS);
}

/* Phandles of its own and of the tree's, at odd bytes; and a fragment for a node that another one brings. */
static struct bytes phandle_overlay(void)
{
    struct made_tree tree = {0};

    made_tree_begin(&tree, "");
    made_tree_begin(&tree, "fragment@0");
    made_tree_cells(&tree, "target", CELLS(0xffffffff));
    made_tree_begin(&tree, "__overlay__");
    made_tree_begin(&tree, "n");
    made_tree_cells(&tree, "phandle", CELLS(3));
    made_tree_cells(&tree, "linux,phandle", CELLS(3));
    made_tree_property(&tree, "odd", "\1\0\0\0\3\xff\xff\xff\xff\2", 10);
    ends(&tree, 3);
    made_tree_begin(&tree, "fragment@1");
    made_tree_cells(&tree, "target", CELLS(3));
    made_tree_begin(&tree, "__overlay__");
    made_tree_text(&tree, "late", "yes");
    ends(&tree, 2);
    made_tree_begin(&tree, "__symbols__");
    made_tree_text(&tree, "n", "/fragment@0/__overlay__/n");
    made_tree_end(&tree);
    made_tree_begin(&tree, "__fixups__");
    made_tree_property(&tree, "bus", "/fragment@0:target:0", 21);
    made_tree_property(&tree, "dev", "/fragment@0/__overlay__/n:odd:5", 32);
    made_tree_end(&tree);
    made_tree_begin(&tree, "__local_fixups__");
    made_tree_begin(&tree, "fragment@0");
    made_tree_begin(&tree, "__overlay__");
    made_tree_begin(&tree, "n");
    made_tree_cells(&tree, "odd", CELLS(1));
    ends(&tree, 3);
    made_tree_begin(&tree, "fragment@1");
    made_tree_cells(&tree, "target", CELLS(0));
    ends(&tree, 3);
    return made_tree_finish(&tree);
}

/* The overlay's phandles come behind the tree's. */
static void test_renumbered(void **state)
{
    struct applied applied;

    (void)state;
    start(&applied, board());
    check_apply(&applied, phandle_overlay());
    assert_int_equal(applied.tree.last_phandle, 8);
    expect(&applied,
           "/\n/bus@1\n/bus@1:phandle=<00000005>\n/bus@1:status=disabled\n" BOARD_BUS "/bus@1/plain\n"
           "/bus@1/n\n/bus@1/n:phandle=<00000008>\n/bus@1/n:linux,phandle=<00000008>\n"
           "/bus@1/n:odd=<01000000080000000202>\n/bus@1/n:late=yes\n" BOARD_LABELS "/__symbols__:n=/bus@1/n\n");
}

/* The same overlay again: a node that has a phandle keeps it, and what is for that node goes there. */
static void test_twice(void **state)
{
    struct applied applied;

    (void)state;
    start(&applied, board());
    check_apply(&applied, phandle_overlay());
    check_apply(&applied, phandle_overlay());
    expect(&applied,
           "/\n/bus@1\n/bus@1:phandle=<00000005>\n/bus@1:status=disabled\n" BOARD_BUS "/bus@1/plain\n"
           "/bus@1/n\n/bus@1/n:phandle=<00000008>\n/bus@1/n:linux,phandle=<00000008>\n"
           "/bus@1/n:odd=<01000000080000000202>\n/bus@1/n:late=yes\n" BOARD_LABELS "/__symbols__:n=/bus@1/n\n");
}

/* An overlay for /bus@1 with one node in it, which has a property. */
static void begin_small(struct made_tree *tree)
{
    made_tree_begin(tree, "");
    begin_fragment(tree, "fragment@0", "/bus@1");
    made_tree_begin(tree, "n");
    made_tree_cells(tree, "of", CELLS(1, 0xffffffff));
    ends(tree, 3);
}

static struct bytes small_with_label(const char *label)
{
    struct made_tree tree = {0};

    begin_small(&tree);
    made_tree_begin(&tree, "__fixups__");
    made_tree_text(&tree, label, "/fragment@0/__overlay__/n:of:4");
    ends(&tree, 2);
    return made_tree_finish(&tree);
}

/*
 * A label of the overlay's on nodes that the tree has: on the fragment itself, on one without phandle, which so gets
 * one, and on one with one.
 */
static void test_kept_phandles(void **state)
{
    struct made_tree tree = {0};
    struct applied applied;

    (void)state;
    start(&applied, board());
    made_tree_begin(&tree, "");
    begin_fragment(&tree, "fragment@0", "/bus@1");
    made_tree_cells(&tree, "phandle", CELLS(1));
    made_tree_begin(&tree, "dev");
    made_tree_cells(&tree, "phandle", CELLS(2));
    made_tree_end(&tree);
    made_tree_begin(&tree, "plain");
    made_tree_cells(&tree, "phandle", CELLS(4));
    made_tree_end(&tree);
    made_tree_begin(&tree, "n");
    made_tree_cells(&tree, "of", CELLS(1, 2, 4, 2));
    ends(&tree, 3);
    made_tree_begin(&tree, "__symbols__");
    made_tree_text(&tree, "mine", "/fragment@0/__overlay__");
    made_tree_text(&tree, "bus", "/fragment@0/__overlay__/n");
    made_tree_text(&tree, "outside", "/fragment@0");
    made_tree_text(&tree, "beside", "/fragment@1/__overlay__/n");
    made_tree_text(&tree, "missing", "/fragment@0/__overlay__/m");
    made_tree_text(&tree, "odd", "");
    made_tree_property(&tree, "nothing", NULL, 0);
    made_tree_end(&tree);
    made_tree_begin(&tree, "__local_fixups__");
    made_tree_begin(&tree, "fragment@0");
    made_tree_begin(&tree, "__overlay__");
    made_tree_begin(&tree, "n");
    made_tree_cells(&tree, "of", CELLS(0, 4, 8, 12));
    ends(&tree, 5);
    check_apply(&applied, made_tree_finish(&tree));
    assert_int_equal(applied.tree.last_phandle, 9);
    check_apply(&applied, small_with_label("plain"));
    assert_int_equal(device_tree_find(applied.tree.root, text_of("/bus@1/plain"))->phandle, 9);
    expect(&applied, "/\n/bus@1\n/bus@1:phandle=<00000005>\n/bus@1:status=disabled\n" BOARD_BUS
                     "/bus@1/plain\n/bus@1/plain:phandle=<00000009>\n/bus@1/n\n"
                     "/bus@1/n:of=<0000000100000009>\n"
                     "/__symbols__\n/__symbols__:bus=/bus@1/n\n/__symbols__:dev=/bus@1/dev\n"
                     "/__symbols__:plain=/bus@1/plain\n/__symbols__:lost=/nowhere\n"
                     "/__symbols__:open=<2f6275734031>\n/__symbols__:mine=/bus@1\n");
}

/* The root as target has no path but "/". A tree without labels gets some. */
static void test_first_labels(void **state)
{
    struct made_tree tree = {0};
    struct applied applied;

    (void)state;
    made_tree_begin(&tree, "");
    made_tree_end(&tree);
    start(&applied, made_tree_finish(&tree));
    made_tree_begin(&tree, "");
    made_tree_begin(&tree, "__symbols__"); /* before its nodes */
    made_tree_text(&tree, "top", "/f/__overlay__");
    made_tree_text(&tree, "n", "/f/__overlay__/n");
    made_tree_begin(&tree, "node");
    ends(&tree, 2);
    begin_fragment(&tree, "f", "/");
    made_tree_begin(&tree, "n");
    ends(&tree, 4);
    check_apply(&applied, made_tree_finish(&tree));
    expect(&applied, "/\n/n\n/__symbols__\n/__symbols__:top=/\n/__symbols__:n=/n\n");
}

/* ---- what is not ---- */

/* There is none, it leads nowhere, its node has no phandle; or the tree has no labels. */
static void test_labels_missing(void **state)
{
    struct made_tree bare = {0};

    (void)state;
    made_tree_begin(&bare, "");
    made_tree_end(&bare);
    refuse(board(), small_with_label("nobody"), "wants a node with the label 'nobody', which the device tree does not");
    refuse(board(), small_with_label("lost"), "the label 'lost', which");
    refuse(board(), small_with_label("plain"), "the label 'plain', which");
    refuse(made_tree_finish(&bare), small_with_label("bus"), "and was the tree compiled with dtc -@?");
}

/* The label's path need not have a NUL. */
static void test_open_label(void **state)
{
    struct applied applied;

    (void)state;
    start(&applied, board());
    check_apply(&applied, small_with_label("open"));
    end(&applied);
}

/* Places in __fixups__: which can be filled in. */
static void test_places(void **state)
{
    static const struct {
        const char *place;
        bool sound;
    } rows[] = {{"/fragment@0/__overlay__/n:of:4", true},
                {"/fragment@0/__overlay__/n:of:0", true},
                {"/fragment@0/__overlay__/n:of:5", false},
                {"/fragment@0/__overlay__/n:of:18446744073709551615", false},
                {"/fragment@0/__overlay__/n:of:0K", false},
                {"/fragment@0/__overlay__/n:of:", false},
                {"/fragment@0/__overlay__/n:of", false},
                {"/fragment@0/__overlay__/n:of:x", false},
                {"/fragment@0/__overlay__/n:of:4 ", false},
                {"/fragment@0/__overlay__/n:o:4", false},
                {"/fragment@0/__overlay__/n::4", false},
                {"/fragment@0/__overlay__/m:of:4", false},
                {"/fragment@0/__overlay__/n", false},
                {":", false},
                {"", false},
                {"/fragment@0/__overlay__/n:of:4:4", false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree tree = {0};
        struct applied applied;

        begin_small(&tree);
        made_tree_begin(&tree, "__fixups__");
        made_tree_text(&tree, "bus", rows[i].place);
        ends(&tree, 2);
        if (!rows[i].sound) {
            refuse(board(), made_tree_finish(&tree), "is a damaged overlay: its '__fixups__' makes no sense.");
            continue;
        }
        start(&applied, board());
        check_apply(&applied, made_tree_finish(&tree));
        end(&applied);
    }
}

/* Several places of one label, and one that has no end. */
static void test_several_places(void **state)
{
    static const char places[] = "/fragment@0/__overlay__/n:of:4\0/fragment@0/__overlay__/n:of:0";
    struct made_tree tree = {0};
    struct applied applied;
    struct bytes bytes, value;

    (void)state;
    begin_small(&tree);
    made_tree_begin(&tree, "__fixups__");
    made_tree_property(&tree, "dev", places, sizeof(places) - 1);
    made_tree_property(&tree, "bus", NULL, 0);
    ends(&tree, 2);
    start(&applied, board());
    check_apply(&applied, made_tree_finish(&tree));
    bytes = written(&applied);
    assert_true(made_tree_find(bytes, "/bus@1/n", "of", &value));
    assert_memory_equal(value.data, "\0\0\0\2\0\0\0\2", 8);
    free((void *)(uintptr_t)bytes.data);
    end(&applied);
}

static void test_local_fixups(void **state)
{
    static const struct {
        const char *node, *property;
        uint32_t offset;
        bool sound;
    } rows[] = {{"n", "of", 0, true},  {"n", "of", 4, false}, /* no phandle */
                {"n", "of", 5, false}, {"n", "of", 0xffffffff, false}, {"n", "off", 0, false},
                {"m", "of", 0, false}, {"n", "__overlay__", 0, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree tree = {0};
        struct applied applied;

        begin_small(&tree);
        add_local_fixup(&tree, rows[i].node, rows[i].property, rows[i].offset);
        made_tree_end(&tree);
        if (!rows[i].sound) {
            refuse(board(), made_tree_finish(&tree), "is a damaged overlay: its '__local_fixups__' makes no sense.");
            continue;
        }
        start(&applied, board());
        check_apply(&applied, made_tree_finish(&tree));
        end(&applied);
    }
}

/* A list that is no whole number of cells. */
static void test_odd_local_fixups(void **state)
{
    struct made_tree tree = {0};

    (void)state;
    begin_small(&tree);
    made_tree_begin(&tree, "__local_fixups__");
    made_tree_begin(&tree, "fragment@0");
    made_tree_begin(&tree, "__overlay__");
    made_tree_begin(&tree, "n");
    made_tree_property(&tree, "of", "\0\0\0\0\0\0\0", 7);
    ends(&tree, 5);
    refuse(board(), made_tree_finish(&tree), "its '__local_fixups__' makes no sense.");
}

static void test_odd_phandles(void **state)
{
    static const struct {
        uint32_t last; /* of the tree */
        uint32_t phandle;
        size_t size;
        bool sound;
    } rows[] = {{5, 1, 4, true},           {5, 0, 4, false},          {5, 1, 3, false},
                {5, 1, 0, false},          {5, 0xfffffff9, 4, true},  {5, 0xfffffffa, 4, false},
                {5, 0xffffffff, 4, false}, {0xfffffffe, 1, 4, false}, {0xfffffffd, 1, 4, true},
                {5, 0x01020304, 4, true}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree base = {0}, tree = {0};
        struct applied applied;
        uint8_t phandle[4];

        made_tree_begin(&base, "");
        made_tree_begin(&base, "bus@1");
        made_tree_cells(&base, "phandle", &rows[i].last, 1);
        ends(&base, 2);
        put_cell(phandle, rows[i].phandle);
        made_tree_begin(&tree, "");
        begin_fragment(&tree, "fragment@0", "/bus@1");
        made_tree_begin(&tree, "n");
        made_tree_property(&tree, "phandle", phandle, rows[i].size);
        ends(&tree, 4);
        if (!rows[i].sound) {
            refuse(made_tree_finish(&base), made_tree_finish(&tree), "its 'phandle' makes no sense.");
            continue;
        }
        start(&applied, made_tree_finish(&base));
        check_apply(&applied, made_tree_finish(&tree));
        assert_int_equal(applied.tree.last_phandle, rows[i].last + rows[i].phandle);
        end(&applied);
    }
}

/* What a fragment is for. */
static void test_targets(void **state)
{
    static const struct {
        const char *path; /* NULL: no target-path */
        size_t size;      /* of target; 0: none */
        uint32_t target;
        const char *words; /* of the refusal; NULL: it is found */
    } rows[] = {
        {"/bus@1/dev", 0, 0, NULL},
        {"/bus@1/none", 0, 0, "its f is for a node that the device tree does not have: /bus@1/none. Is it for this"},
        {NULL, 4, 2, NULL},
        {NULL, 4, 3, "its f is for a node that the device tree does not have. Is it for this machine?"},
        {"/bus@1", 4, 3, "its f is for a node that the device tree does not have. Is it for this machine?"},
        {NULL, 4, 0, "its 'f' makes no sense"},
        {NULL, 3, 0, "its 'f' makes no sense"},
        {NULL, 8, 2, "its 'f' makes no sense"},
        {NULL, 0, 0, "its 'f' makes no sense"},
        {"", 0, 0, "its 'f' makes no sense"},
        {"/bus@1\n", 0, 0, "its 'f' makes no sense"},
        {"/bus@1/a-node-with-a-name-that-is-so-long-that-nobody-wants-to-read-it-in-a-message", 0, 0,
         "have: /bus@1/a-node-with-a-name-that-is-so-long-that-nobody-wants-to-r. Is it"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct made_tree tree = {0};
        struct applied applied;
        uint8_t target[8] = {0};

        put_cell(target, rows[i].target);
        made_tree_begin(&tree, "");
        made_tree_begin(&tree, "f");
        if (rows[i].path)
            made_tree_text(&tree, "target-path", rows[i].path);
        if (rows[i].size > 0)
            made_tree_property(&tree, "target", target, rows[i].size);
        made_tree_begin(&tree, "__overlay__");
        made_tree_text(&tree, "on", "me");
        ends(&tree, 3);
        if (rows[i].words) {
            refuse(board(), made_tree_finish(&tree), rows[i].words);
            continue;
        }
        start(&applied, board());
        check_apply(&applied, made_tree_finish(&tree));
        expect(&applied, "/\n/bus@1\n/bus@1:phandle=<00000005>\n/bus@1:status=disabled\n/bus@1/dev\n"
                         "/bus@1/dev:linux,phandle=<00000002>\n/bus@1/dev:on=me\n/bus@1/plain\n" BOARD_LABELS);
    }
}

static void test_no_overlay(void **state)
{
    uint8_t *junk = calloc(1, 100);

    (void)state;
    refuse(board(), board(), "has no '__overlay__', and so is no overlay. Is it the right file?");
    refuse(board(), (struct bytes){junk, 100}, "is no device tree overlay that can be read, or truncated.");
}

/* Cut off anywhere it is refused, and with too little room as well. */
static void test_truncations(void **state)
{
    struct bytes overlay = phandle_overlay();
    size_t whole = DEVICE_TREE_ROOM * overlay.size, needed = whole;

    (void)state;
    for (size_t cut = 0; cut < overlay.size; cut++) {
        uint8_t *part = malloc(cut + 1);

        assert_non_null(part);
        memcpy(part, overlay.data, cut);
        refuse(board(), (struct bytes){part, cut}, "is no device tree overlay that can be read, or truncated.");
    }
    for (size_t size = 0; size < whole; size++) {
        struct arena arena = {.base = malloc(size + 1), .size = size};
        struct bytes again = phandle_overlay();
        struct applied applied;
        enum status status;

        assert_non_null(arena.base);
        start(&applied, board());
        status = device_tree_apply(&applied.tree, "/a.dtbo", (uint8_t *)(uintptr_t)again.data, again.size, &arena,
                                   &applied.error);
        assert_true(status == STATUS_OK || (status == STATUS_INVALID && needed == whole));
        if (status == STATUS_OK && needed == whole)
            needed = size;
        free(arena.base);
        free((void *)(uintptr_t)again.data);
        end(&applied);
    }
    assert_true(needed < whole && needed > 10 * 64);
    free((void *)(uintptr_t)overlay.data);
}

/* Any bytes changed: what is not refused is written, and sound. */
static void test_corruption(void **state)
{
    size_t sound = 0;

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        struct bytes overlay = phandle_overlay();
        uint8_t *bytes = (uint8_t *)(uintptr_t)overlay.data;
        struct applied applied;

        for (uint64_t changes = chance_between(&chance, 1, 3); changes > 0; changes--) {
            uint64_t at = chance_below(&chance, overlay.size / 4) * 4;

            if (at < 40 && !chance_one_in(&chance, 8))
                continue;
            if (chance_one_in(&chance, 2))
                put_cell(bytes + at, (uint32_t)chance_size(&chance, UINT32_MAX));
            else
                bytes[at + chance_below(&chance, 4)] = (uint8_t)chance_bits(&chance);
        }
        start(&applied, board());
        if (apply(&applied, overlay) == STATUS_OK) {
            struct bytes result = written(&applied);

            free(made_tree_tell(result));
            free((void *)(uintptr_t)result.data);
            sound++;
        } else if (strncmp(applied.error.text, "/a.dtbo: ", 9) != 0) {
            CHANCE_FAIL(&chance, "%s", applied.error.text);
        }
        end(&applied);
    }
    assert_true(sound > 1000 && sound < 18000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merging),        cmocka_unit_test(test_nothing_else),
        cmocka_unit_test(test_renumbered),     cmocka_unit_test(test_twice),
        cmocka_unit_test(test_kept_phandles),  cmocka_unit_test(test_first_labels),
        cmocka_unit_test(test_labels_missing), cmocka_unit_test(test_open_label),
        cmocka_unit_test(test_places),         cmocka_unit_test(test_several_places),
        cmocka_unit_test(test_local_fixups),   cmocka_unit_test(test_odd_local_fixups),
        cmocka_unit_test(test_odd_phandles),   cmocka_unit_test(test_targets),
        cmocka_unit_test(test_no_overlay),     cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_corruption),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
