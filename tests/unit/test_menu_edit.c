/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "made_menu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Presses keys, written as in made_menu.h. */
static void press(struct menu_edit *edit, const char *script)
{
    struct menu_key key;

    while (*script != '\0') {
        assert_true(made_menu_take_key(&script, &key));
        menu_edit_key(edit, menu_key_code(&key));
    }
}

/* The text with a '|' where the cursor is. */
static const char *shown(const struct menu_edit *edit)
{
    static char text[100];

    memcpy(text, edit->text, edit->cursor);
    text[edit->cursor] = '|';
    strcpy(text + edit->cursor + 1, edit->text + edit->cursor);
    return text;
}

static void test_keys(void **state)
{
    static const struct {
        const char *text, *script, *result;
    } rows[] = {
        {"", "", "|"},
        {"abc", "", "abc|"},
        {"abc", "d", "abcd|"},
        {"abc", "<Left>d", "abd|c"},
        {"abc", "<Home>d", "d|abc"},
        {"abc", "<C-a>d<C-e>e", "dabce|"},
        {"abc",
         "\x01"
         "d\x05"
         "e",
         "dabce|"},
        {"abc", "<C-b><C-b><C-f>", "ab|c"},
        {"abc", "<Left><Left><Left><Left>", "|abc"},
        {"abc", "<Right>", "abc|"},
        {"abc", "\b", "ab|"},
        {"abc", "\x7f", "ab|"},
        {"abc", "<C-h>", "ab|"},
        {"abc", "<Home>\b", "|abc"},
        {"abc", "<Home><Delete>", "|bc"},
        {"abc", "<Home><C-d>", "|bc"},
        {"abc", "<Delete>", "abc|"},
        {"abc", "<Left><C-k>", "ab|"},
        {"abc", "<Left><C-u>", "|c"},
        {"abc", "\x15", "|"},
        {"", "\b<Delete><C-k><C-u><C-w><C-Left><C-Right><C-Delete>", "|"},
        {"one two", "<C-w>", "one |"},
        {"one two  ", "<C-w>", "one |"},
        {"one two", "\x17\x17", "|"},
        {"one two", "<A-\b>", "one |"},
        {"one two", "<C-Left>", "one |two"},
        {"one two", "<A-b><A-b>", "|one two"},
        {"one two", "<Up><Up><Down>", "one| two"},
        {"one two", "<Home><C-Right><C-Right>", "one two|"},
        {"one two", "<Home><A-f>", "one| two"},
        {"one two", "<Home><C-Delete>", "| two"},
        {"one two", "<Home><A-d><A-d>", "|"},
        {"a\xc3\xa4\xe2\x82\xac", "\b", "a\xc3\xa4|"},
        {"a\xc3\xa4\xe2\x82\xac", "<Left><Left>", "a|\xc3\xa4\xe2\x82\xac"},
        {"a\xc3\xa4\xe2\x82\xac", "<Left><Left><Delete>", "a|\xe2\x82\xac"},
        {"a\xc3\xa4\xe2\x82\xac", "<Home><Right><Right>", "a\xc3\xa4|\xe2\x82\xac"},
        {"\xf0\x9f\x98\x80", "\b", "|"},
        {"a\x80\x80\xff", "\b\b", "|"}, /* what is malformed goes in pieces */
        {"abc", "\t<F1><PageUp><C-x><A-x><C-c>", "abc|"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char room[32];
        struct menu_edit edit;

        assert_true(menu_edit_start(&edit, room, sizeof(room), text_of(rows[i].text)));
        press(&edit, rows[i].script);
        if (strcmp(shown(&edit), rows[i].result) != 0 || edit.length != strlen(edit.text))
            fail_msg("'%s' after '%s': '%s'", rows[i].text, rows[i].script, shown(&edit));
    }
}

static void test_characters(void **state)
{
    static const struct {
        uint32_t code;
        const char *text;
    } rows[] = {
        {' ', " "},
        {'~', "~"},
        {0x1f, ""},
        {0x7f, ""},
        {0x80, ""},
        {0x9f, ""},
        {0xa0, "\xc2\xa0"},
        {0xe4, "\xc3\xa4"},
        {0x20ac, "\xe2\x82\xac"},
        {0xd7ff, "\xed\x9f\xbf"},
        {0xd800, ""},
        {0xdfff, ""},
        {0xe000, "\xee\x80\x80"},
        {0xffff, "\xef\xbf\xbf"},
        {0x10001, ""},
        {MENU_CODE_ALT | 'x', ""},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char room[8];
        struct menu_edit edit;

        assert_true(menu_edit_start(&edit, room, sizeof(room), text_of("")));
        menu_edit_key(&edit, rows[i].code);
        assert_string_equal(edit.text, rows[i].text);
    }
}

static void test_room(void **state)
{
    char *room = malloc(6);
    struct menu_edit edit = {.size = 77};

    (void)state;
    assert_non_null(room);
    assert_false(menu_edit_start(&edit, room, 6, text_of("abcdef")));
    assert_int_equal(edit.size, 77);
    assert_true(menu_edit_start(&edit, room, 6, text_of("abcd")));
    menu_edit_key(&edit, 0xe4); /* has no room */
    assert_string_equal(edit.text, "abcd");
    press(&edit, "<Home>xyz");
    assert_string_equal(edit.text, "xabcd");
    press(&edit, "<C-k>");
    menu_edit_key(&edit, 0x20ac);
    assert_string_equal(edit.text, "x\xe2\x82\xac");
    free(room);
    room = malloc(1);
    assert_non_null(room);
    assert_true(menu_edit_start(&edit, room, 1, (struct text){NULL, 0}));
    press(&edit, "a\b<Delete>");
    assert_string_equal(edit.text, "");
    free(room);
}

/* A window of ten cells, of which eight show text. */
static void test_drawing(void **state)
{
    static const struct {
        const char *text, *script, *row;
        size_t cursor; /* where it is seen */
    } rows[] = {
        {"", "", "", 1},
        {"abc", "", " abc", 4},
        {"abc", "<Left>", " abc", 3},
        {"abcdefg", "", " abcdefg", 8},
        {"abcdefgh", "", "<bcdefgh", 8},
        {"abcdefghijkl", "", "<fghijkl", 8},
        {"abcdefghijkl", "<Left>", "<fghijkl", 7},
        {"abcdefghijkl", "<Home>", " abcdefgh>", 1},
        {"abcdefghijkl", "<Home><Right>", "<bcdefghi>", 1}, /* as little as may be */
        {"abcdefghijkl", "<C-u>", "", 1},
        {"abcdefghijkl", "\b\b\b\b\b", " abcdefg", 8}, /* no room stays empty */
        {"abcdefgh", "<Home>", " abcdefgh", 1},
        {"abcdefgh", "<Left>", "<bcdefgh", 7},
        {"\xc3\xa4\xc3\xb6\xc3\xbc", "<Left>", " \xc3\xa4\xc3\xb6\xc3\xbc", 3},
        {"\x80\x80z", "<Home>", " ?z", 1},
        {"a\xff\x80z", "", " a?z", 4}, /* malformed: a cell for what one key deletes */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made_console console = made_console_start(1, 12);
        uint8_t memory[2 * 12 * sizeof(struct text_cell) + 32];
        struct arena arena = {memory, sizeof(memory), 0};
        struct text_screen screen;
        struct menu_edit edit;
        char room[32];

        assert_int_equal(text_screen_start(&screen, 1, 12, &arena), STATUS_OK);
        assert_true(menu_edit_start(&edit, room, sizeof(room), text_of(rows[i].text)));
        menu_edit_draw(&edit, &screen, 0, 0, 10);
        press(&edit, rows[i].script);
        text_screen_clear(&screen);
        menu_edit_draw(&edit, &screen, 0, 0, 10);
        made_console_draw(&console, &screen);
        if (strcmp(made_console_row(&console, 0), rows[i].row) != 0 ||
            made_console_colour(&console, 0, rows[i].cursor) != 'h')
            fail_msg("'%s' after '%s': '%s'", rows[i].text, rows[i].script, made_console_row(&console, 0));
        made_console_end(&console);
    }
}

/* What the window begins with may move while nobody looks: it still begins with a character. */
static void test_window_between_characters(void **state)
{
    struct made_menu made;
    struct menu_edit *edit = &made.menu.edit;

    (void)state;
    made_menu_start(&made, 12, 13, 1, NULL, NULL); /* 9 cells for text */
    made.items[0].options =
        "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc";
    made_menu_press(&made, "e");
    assert_int_equal(edit->first, 8);
    press(edit, "<Home>x<End><Left><Left><Left>");
    made_menu_draw(&made);
    assert_int_equal(edit->first, 7);
    assert_string_equal(made_console_row(&made.console, 4),
                        " <\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc\xc3\xa4\xc3\xb6\xc3\xbc");
    made_menu_end(&made);
}

/* Going through a line that does not fit, the window stands still while the cursor is inside of it. */
static void test_window(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 12, 13, 1, NULL, NULL); /* 9 cells for text */
    made.items[0].options = "0123456789abcdefghijklmnopqrstuvwxyz";
    made_menu_press(&made, "e<Home><Right><Right><Right><Right><Right><Right><Right><Right>");
    assert_int_equal(made.menu.edit.first, 0);
    made_menu_press(&made, "<Right>");
    assert_int_equal(made.menu.edit.first, 1);
    made_menu_press(&made, "<Left><Left><Left><Left><Left><Left><Left><Left>");
    assert_int_equal(made.menu.edit.first, 1);
    made_menu_press(&made, "<Left>");
    assert_int_equal(made.menu.edit.first, 0);
    made_menu_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),   cmocka_unit_test(test_characters),
        cmocka_unit_test(test_room),   cmocka_unit_test(test_drawing),
        cmocka_unit_test(test_window), cmocka_unit_test(test_window_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
