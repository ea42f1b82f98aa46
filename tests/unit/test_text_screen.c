/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "made_console.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct made_screen {
    struct text_screen screen;
    struct made_console console;
    void *room;
};

/* The layers lie in room of exactly their size, but for what aligns them. */
static struct made_screen start(size_t rows, size_t columns)
{
    size_t size = 2 * ((rows * columns - 1) * sizeof(struct text_cell) + 15);
    struct made_screen made = {.room = malloc(size), .console = made_console_start(rows, columns)};
    struct arena arena = {made.room, size, 0};

    assert_non_null(made.room);
    assert_int_equal(text_screen_start(&made.screen, rows, columns, &arena), STATUS_OK);
    return made;
}

static void end(struct made_screen *made)
{
    made_console_end(&made->console);
    free(made->room);
}

static void put(struct made_screen *made, size_t row, size_t column, size_t width, const char *text)
{
    text_screen_put(&made->screen, row, column, width, TEXT_NORMAL, text_of(text));
}

static void draw(struct made_screen *made)
{
    made_console_draw(&made->console, &made->screen);
    assert_true(made_console_shows(&made->console, &made->screen));
}

/* A console of another size begins blank, and nothing is written outside of it. */
static void test_resize(void **state)
{
    static const size_t sizes[][2] = {{10, 40}, {1, 1}, {25, 3}, {25, 80}};
    struct made_screen made = start(25, 80);

    (void)state;
    put(&made, 24, 70, 10, "the end");
    draw(&made);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        made_console_end(&made.console);
        made.console = made_console_start(sizes[i][0], sizes[i][1]);
        text_screen_resize(&made.screen, sizes[i][0], sizes[i][1]);
        draw(&made);
        put(&made, 0, 0, 80, "one");
        put(&made, 24, 2, 80, "two");
        draw(&made);
    }
    end(&made);
}

static void test_start(void **state)
{
    static const size_t sizes[][4] = {
        {0, 0, 1, 1},
        {1, 1, 1, 1},
        {25, 80, 25, 80},
        {TEXT_SCREEN_ROWS, TEXT_SCREEN_COLUMNS, TEXT_SCREEN_ROWS, TEXT_SCREEN_COLUMNS},
        {SIZE_MAX, SIZE_MAX, TEXT_SCREEN_ROWS, TEXT_SCREEN_COLUMNS},
    };
    size_t size = TEXT_SCREEN_ROWS * TEXT_SCREEN_COLUMNS * 8 + 30;
    uint8_t *room = malloc(size);

    (void)state;
    for (size_t i = 0; i < COUNT(sizes); i++) {
        struct arena arena = {room, size, 0};
        struct text_screen screen;
        struct text_change change;

        assert_int_equal(text_screen_start(&screen, sizes[i][0], sizes[i][1], &arena), STATUS_OK);
        assert_int_equal(screen.rows, sizes[i][2]);
        assert_int_equal(screen.columns, sizes[i][3]);
        assert_false(text_screen_next_change(&screen, &change));
    }
    for (size_t small = 0; small < 2 * 4 * 9; small += 3) {
        struct arena arena = {room, small, 0};
        struct text_screen screen = {.rows = 77};

        assert_int_equal(text_screen_start(&screen, 2, 5, &arena), STATUS_NEED_ROOM);
        assert_int_equal(screen.rows, 77);
    }
    free(room);
}

static void test_put(void **state)
{
    static const struct {
        size_t column, width;
        const char *text, *row;
    } rows[] = {
        {0, 5, "abc", "abc"},
        {3, 5, "abc", "   abc"},
        {0, 3, "abc", "abc"},
        {0, 2, "abc", "ab"}, /* too narrow for dots */
        {0, 7, "abcdefgh", "abcdefg"},
        {0, 8, "abcdefgh", "abcdefgh"},
        {0, 8, "abcdefghi", "abcde..."},
        {15, 99, "abcdefgh", "               abcde"},
        {10, 99, "abcdefghijklm", "          abcdefg..."},
        {20, 5, "abc", ""},
        {SIZE_MAX, 5, "abc", ""},
        {0, SIZE_MAX, "abc", "abc"},
        {0, 0, "abc", ""},
        {0, 9, "a\tb\nc\x1b\x7f", "a b?c??"},
        {0, 9, "\xc3\xa4\xe2\x82\xac", "\xc3\xa4\xe2\x82\xac"},
        {0, 9, "\xe6\x97\xa5\xf0\x9f\x98\x80\xff.", "???."}, /* wide, beyond 16 bits, malformed */
        {0, 9, "e\xcc\x81\xd7\x90\xc2\xad", "e???"},         /* combining, from right to left, soft hyphen */
        {0, 9, "\xe2\x94\x80\xe2\x96\xba", "\xe2\x94\x80\xe2\x96\xba"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made_screen made = start(2, 20);

        put(&made, 0, rows[i].column, rows[i].width, rows[i].text);
        draw(&made);
        assert_string_equal(made_console_row(&made.console, 0), rows[i].row);
        assert_string_equal(made_console_row(&made.console, 1), "");
        end(&made);
    }
}

/* The last cell is left alone, and so is what lies outside. */
static void test_last_cell(void **state)
{
    struct made_screen made = start(2, 4);

    (void)state;
    put(&made, 0, 0, 4, "abcd");
    put(&made, 1, 0, 4, "efgh");
    put(&made, 2, 0, 4, "ijkl");
    draw(&made);
    assert_string_equal(made_console_row(&made.console, 0), "abcd");
    assert_string_equal(made_console_row(&made.console, 1), "efg");
    put(&made, 1, 3, 4, "x");
    draw(&made);
    assert_int_equal(made.console.changes, 0);
    end(&made);
    made = start(1, 1);
    put(&made, 0, 0, 1, "x");
    text_screen_invalidate(&made.screen);
    draw(&made);
    assert_int_equal(made.console.changes, 0);
    end(&made);
}

/* What was shown, what is wanted, and how many calls and cells it takes. */
static void test_differences(void **state)
{
    static const struct {
        const char *before, *after;
        size_t changes, written;
    } rows[] = {
        {"", "", 0, 0},
        {"abc", "abc", 0, 0},
        {"abc", "abd", 1, 1},
        {"abc", "xbc", 1, 1},
        {"abc", "", 1, 3},
        {"abcdefgh", "xbcdefgx", 1, 8},   /* a gap of 6 is joined */
        {"abcdefghi", "xbcdefghx", 2, 2}, /* of 7 is not */
        {"Boots in 10 s", "Boots in  9 s", 1, 2},
        {"Boots in  9 s", "Boots in  8 s", 1, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made_screen made = start(3, 40);

        put(&made, 1, 2, 20, rows[i].before);
        draw(&made);
        text_screen_clear(&made.screen);
        put(&made, 1, 2, 20, rows[i].after);
        draw(&made);
        if (made.console.changes != rows[i].changes || made.console.written != rows[i].written)
            fail_msg("'%s' to '%s': %zu changes of %zu cells", rows[i].before, rows[i].after, made.console.changes,
                     made.console.written);
        end(&made);
    }
}

/* Runs end with their colour and their row, but blanks are of any colour, save the highlighted ones. */
static void test_colours(void **state)
{
    static const struct {
        enum text_colour colours[3];
        const char *texts[3];
        size_t changes;
        const char *colour; /* of the first cells */
    } rows[] = {
        {{TEXT_NORMAL, TEXT_NORMAL, TEXT_NORMAL}, {"a", "b", "c"}, 1, "nnn"},
        {{TEXT_NORMAL, TEXT_ERROR, TEXT_DIM}, {"a", "b", "c"}, 3, "ned"},
        {{TEXT_ERROR, TEXT_NORMAL, TEXT_ERROR}, {"a", " ", "c"}, 1, "eee"},
        {{TEXT_HIGHLIGHT, TEXT_HIGHLIGHT, TEXT_HIGHLIGHT}, {"a", " ", "c"}, 1, "hhh"},
        {{TEXT_HIGHLIGHT, TEXT_NORMAL, TEXT_HIGHLIGHT}, {"a", " ", "c"}, 2, "hnh"},
        {{TEXT_HIGHLIGHT, TEXT_DIM, TEXT_NORMAL}, {" ", " ", "c"}, 2, "hnn"},
        {{TEXT_NORMAL, TEXT_HIGHLIGHT, TEXT_DIM}, {"a", " ", "c"}, 3, "nhd"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made_screen made = start(2, 10);

        for (size_t k = 0; k < 3; k++)
            text_screen_put(&made.screen, 0, k, 1, rows[i].colours[k], text_of(rows[i].texts[k]));
        draw(&made);
        assert_int_equal(made.console.changes, rows[i].changes);
        for (size_t k = 0; k < 3; k++)
            assert_int_equal(made_console_colour(&made.console, 0, k), rows[i].colour[k]);
        end(&made);
    }
}

/* Nobody sees the colour of a blank, so that it is no difference. */
static void test_colour_of_blanks(void **state)
{
    struct made_screen made = start(2, 10);

    (void)state;
    text_screen_put(&made.screen, 0, 0, 5, TEXT_DIM, text_of("a"));
    text_screen_put(&made.screen, 1, 0, 5, TEXT_ERROR, text_of(""));
    draw(&made);
    assert_int_equal(made.console.written, 1);
    text_screen_put(&made.screen, 1, 0, 2, TEXT_HIGHLIGHT, text_of(""));
    draw(&made);
    assert_int_equal(made.console.written, 2);
    end(&made);
}

/* A run that begins with what is erased takes the colour of what follows. */
static void test_blank_first(void **state)
{
    struct made_screen made = start(2, 10);

    (void)state;
    put(&made, 0, 0, 3, "abc");
    draw(&made);
    text_screen_put(&made.screen, 0, 0, 3, TEXT_ERROR, text_of(" bc"));
    draw(&made);
    assert_int_equal(made.console.changes, 1);
    assert_int_equal(made_console_colour(&made.console, 0, 0), 'e');
    end(&made);
}

static void test_console_is_spoiled(void **state)
{
    struct made_screen made = start(3, 300);

    (void)state;
    put(&made, 0, 0, 300, "one");
    put(&made, 2, 290, 10, "two");
    draw(&made);
    text_screen_invalidate(&made.screen);
    draw(&made);
    assert_int_equal(made.console.written, 3 * 300 - 1);
    assert_int_equal(made.console.changes, 9); /* three to a row, of at most 128 */
    text_screen_cleared(&made.screen);
    draw(&made);
    assert_int_equal(made.console.written, 6);
    assert_int_equal(made.console.changes, 2);
    end(&made);
}

static void test_rows(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *rows[5]; /* up to NULL */
    } rows[] = {
        {"", 5, {NULL}},
        {"short", 5, {"short"}},
        {"short\n", 5, {"short"}},
        {"a\r\n\nb", 5, {"a", "", "b"}},
        {"two words", 8, {"two", "words"}},
        {"two words", 9, {"two words"}},
        {"aaa bbb ccc", 7, {"aaa bbb", "ccc"}},
        {"aaa bbb ccc", 6, {"aaa", "bbb", "ccc"}},
        {"abcdefgh", 3, {"abc", "def", "gh"}},
        {"ab      \nc", 3, {"ab", "c"}},
        {"ab      c", 3, {"ab", "c"}},
        {"  abc de", 5, {"  abc", "de"}}, /* no row of nothing but blanks */
        {"   abc", 3, {"   ", "abc"}},
        {"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 3, {"\xc3\xa4\xc3\xb6\xc3\xbc", "\xc3\x9f"}},
        {"\xc3\xa4 \xc3\xb6\xc3\xbc", 3, {"\xc3\xa4", "\xc3\xb6\xc3\xbc"}},
        {"abc", 1, {"a", "b", "c"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t length = strlen(rows[i].text);
        char *copy = malloc(length + 1);
        struct text rest = {copy, length}, row;

        memcpy(copy, rows[i].text, length);
        for (const char *const *expected = rows[i].rows; *expected; expected++) {
            if (!text_screen_take_row(&rest, rows[i].columns, &row) || !text_is(row, *expected))
                fail_msg("row %zu: no '%s'", i, *expected);
        }
        row = (struct text){"untouched", 9};
        assert_false(text_screen_take_row(&rest, rows[i].columns, &row));
        assert_true(text_is(row, "untouched"));
        free(copy);
    }
    assert_int_equal(text_screen_width(text_of("a\xc3\xa4\xf0\x9f\x98\x80\xff")), 4);
}

/* Whatever is put, the console comes to show it, with few cells twice. */
static void test_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 2000; i++) {
        struct chance chance = chance_case(i);
        size_t rows = chance_between(&chance, 1, 6), columns = chance_between(&chance, 1, 30);
        struct made_screen made = start(rows, columns);

        for (unsigned round = 0; round < 6; round++) {
            if (chance_one_in(&chance, 2))
                text_screen_clear(&made.screen);
            if (chance_one_in(&chance, 6))
                text_screen_invalidate(&made.screen);
            for (uint64_t k = chance_below(&chance, 8); k > 0; k--)
                text_screen_put(&made.screen, chance_below(&chance, rows + 1), chance_below(&chance, columns + 1),
                                chance_below(&chance, columns + 1), (enum text_colour)chance_below(&chance, 4),
                                text_of(&"a  b c \xc3\xa4  "[chance_below(&chance, 10)]));
            made_console_draw(&made.console, &made.screen);
            if (!made_console_shows(&made.console, &made.screen))
                CHANCE_FAIL(&chance, "%zux%zu: round %u is not shown", columns, rows, round);
            made_console_draw(&made.console, &made.screen);
            if (made.console.changes != 0)
                CHANCE_FAIL(&chance, "%zux%zu: round %u changes twice", columns, rows, round);
        }
        end(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),       cmocka_unit_test(test_resize),
        cmocka_unit_test(test_put),         cmocka_unit_test(test_last_cell),
        cmocka_unit_test(test_differences), cmocka_unit_test(test_colours),
        cmocka_unit_test(test_blank_first), cmocka_unit_test(test_colour_of_blanks),
        cmocka_unit_test(test_rows),        cmocka_unit_test(test_console_is_spoiled),
        cmocka_unit_test(test_by_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
