/* SPDX-License-Identifier: BSD-2-Clause */
/* What is on the console, and how much of it has to be written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_menu.h"
#include "menu_view.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *row_of(const struct made_menu *made, size_t row)
{
    return made_console_row(&made->console, row);
}

/* The row that begins so, but for blanks; fails when there is none. */
static size_t find(const struct made_menu *made, const char *begin)
{
    for (size_t i = 0; i < made->console.rows; i++) {
        const char *row = row_of(made, i);

        if (strncmp(row + strspn(row, " "), begin, strlen(begin)) == 0)
            return i;
    }
    fail_msg("no row begins with '%s'", begin);
    return 0;
}

static void save_second(struct menu_setup *setup, void *context)
{
    (void)context;
    setup->saved = 1;
}

static void count_from(struct menu_setup *setup, void *context)
{
    setup->timeout = *(const uint32_t *)context;
}

static void test_list(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 3, save_second, NULL);
    assert_string_equal(row_of(&made, 0), "");
    assert_string_equal(row_of(&made, 1), "  Baton " BATON_VERSION_STRING);
    assert_string_equal(row_of(&made, 2), "");
    assert_string_equal(row_of(&made, 3), "  > Item 1");
    assert_string_equal(row_of(&made, 4),
                        "    Item 2                                                            default");
    assert_string_equal(row_of(&made, 5), "    Item 3");
    assert_string_equal(row_of(&made, 6), "");
    assert_string_equal(row_of(&made, 22),
                        "  Boots in 5 s: Item 1                                          any key stops");
    assert_string_equal(row_of(&made, 23), "  Enter boot   e edit   d default   p status   f firmware setup   ? help");
    assert_string_equal(row_of(&made, 24), "");
    assert_int_equal(made_console_colour(&made.console, 3, 2), 'h');
    assert_int_equal(made_console_colour(&made.console, 3, 77), 'h');
    assert_int_equal(made_console_colour(&made.console, 3, 1), 'n');
    assert_int_equal(made_console_colour(&made.console, 3, 78), 'n');
    assert_int_equal(made_console_colour(&made.console, 4, 70), 'd');
    made_menu_end(&made);
}

static void test_after_a_failure(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 3, save_second, NULL);
    made_menu_press(&made, "j\r");
    menu_came_back(&made.menu,
                   text_of("/kernel: has 3 faults:\n  one\n  two, of which there is so much to be said that "
                           "it takes a second row"));
    made_menu_draw(&made);
    assert_string_equal(row_of(&made, 4),
                        "    Item 2                                                     default failed");
    assert_string_equal(row_of(&made, 5), "  > Item 3");
    assert_string_equal(row_of(&made, 6), "");
    assert_string_equal(row_of(&made, 7), "  /kernel: has 3 faults:");
    assert_string_equal(row_of(&made, 8), "    one");
    assert_string_equal(row_of(&made, 9), "    two, of which there is so much to be said that it takes a second row");
    assert_string_equal(row_of(&made, 22),
                        "  Boots in 10 s: Item 3                                         any key stops");
    assert_int_equal(made_console_colour(&made.console, 4, 71), 'e');
    assert_int_equal(made_console_colour(&made.console, 9, 5), 'e');
    made_menu_press(&made, "j"); /* stays, while somebody looks around */
    assert_string_equal(row_of(&made, 7), "  /kernel: has 3 faults:");
    made_menu_press(&made, "\r");
    menu_came_back(&made.menu, text_of(""));
    made_menu_draw(&made);
    assert_string_equal(row_of(&made, 7), "");
    assert_string_equal(row_of(&made, 5),
                        "  > Item 3                                                              ended");
    made_menu_hold(&made, "", 0, 2); /* the key that it was booted with is let go */
    made_menu_press(&made, "\r");
    menu_came_back(&made.menu, text_of("no"));
    made_menu_draw(&made);
    assert_string_equal(row_of(&made, 22),
                        "  Boots in 10 s: Item 1                                         any key stops");
    made_menu_end(&made);
}

/* Where there is little room, it is the title's. */
static void test_narrow_list(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 12, 20, 3, save_second, NULL);
    assert_string_equal(row_of(&made, 3), "   Item 2  default");
    made_menu_end(&made);
    made_menu_start(&made, 12, 19, 3, save_second, NULL);
    assert_string_equal(row_of(&made, 3), "   Item 2");
    made_menu_end(&made);
}

static void say_something(struct menu_setup *setup, void *context)
{
    setup->message = text_of(context);
}

/* A message that is there from the start goes when an item was booted. */
static void test_first_message(void **state)
{
    static char message[] = "Something is wrong.";
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 12, 40, 2, say_something, message);
    assert_string_equal(row_of(&made, 3), "   Item 2");
    assert_string_equal(row_of(&made, 5), " Something is wrong.");
    menu_came_back(&made.menu, text_of(""));
    made_menu_draw(&made);
    assert_string_equal(row_of(&made, 5), "");
    made_menu_end(&made);
}

/* Half of the rows are the list's, whatever the message. */
static void test_long_message(void **state)
{
    char message[1000];
    struct made_menu made;

    (void)state;
    memset(message, 'x', sizeof(message));
    made_menu_start(&made, 12, 40, 30, NULL, NULL);
    menu_came_back(&made.menu, (struct text){message, sizeof(message)});
    made_menu_draw(&made);
    assert_string_equal(row_of(&made, 2), "   Item 1                       failed");
    assert_string_equal(row_of(&made, 3), " > Item 2");
    assert_string_equal(row_of(&made, 5), "   Item 4");
    assert_int_equal(strlen(row_of(&made, 6)), 39);
    assert_string_equal(row_of(&made, 8), " ... (the log, L, has all of it)");
    assert_string_equal(row_of(&made, 9), "");
    assert_string_equal(row_of(&made, 10), " Boots in 10 s: Item 2");
    made_menu_end(&made);
}

static void test_empty_list(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 0, NULL, NULL);
    assert_string_equal(row_of(&made, 3), "  There is nothing to boot.");
    assert_string_equal(row_of(&made, 22),
                        "  Back to the firmware in 5 s                                   any key stops");
    made_menu_end(&made);
}

static void test_scrolling(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 1000, NULL, NULL);
    assert_non_null(strstr(row_of(&made, 1), "  1-18 of 1000"));
    made_menu_press(&made, "jjjjjjjjjjjjjjjjj");
    assert_int_equal(made.menu.first, 0);
    assert_string_equal(row_of(&made, 20), "  > Item 18");
    made_menu_press(&made, "j"); /* by half a screen, so that the next ones are cheap */
    assert_int_equal(made.menu.first, 9);
    assert_string_equal(row_of(&made, 12), "  > Item 19");
    made_menu_press(&made, "<End>");
    assert_int_equal(made.menu.first, 982);
    assert_string_equal(row_of(&made, 20), "  > Item 1000");
    made_menu_press(&made, "<Home>");
    assert_int_equal(made.menu.first, 0);
    assert_string_equal(row_of(&made, 3), "  > Item 1");
    made_menu_end(&made);
}

/* Only what is different is written. */
static void test_differences(void **state)
{
    static const struct {
        const char *before, *key;
        size_t rows, changes;
    } rows[] = {
        {"k", "k", 0, 0},    {"k", "j", 2, 2},      {"<End>", "k", 2, 2}, {"", "<1s>", 1, 1},
        {"k", "<1s>", 0, 0}, {"e", "<Left>", 1, 2}, {"?", "<Up>", 0, 0},  {"k", "z", 0, 0},
    };
    struct made_menu made;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        made_menu_start(&made, 25, 80, 30, NULL, NULL);
        made_menu_press(&made, rows[i].before);
        made_menu_draw(&made);
        assert_int_equal(made.console.changes, 0);
        made_menu_press(&made, rows[i].key);
        if (made_console_touched(&made.console) != rows[i].rows || made.console.changes > rows[i].changes)
            fail_msg("'%s' after '%s': %zu changes in %zu rows", rows[i].key, rows[i].before, made.console.changes,
                     made_console_touched(&made.console));
        made_menu_end(&made);
    }
}

/* A second writes the digits that change, and nothing moves. */
static void test_countdown_cells(void **state)
{
    static const struct {
        uint32_t seconds;
        size_t written;
        const char *shown;
    } rows[] = {{5, 1, "Boots in 4 s: I"},   {10, 2, "Boots in  9 s: I"}, {100, 3, "Boots in  99 s: I"},
                {99, 1, "Boots in 98 s: I"}, {90, 2, "Boots in 89 s: I"}, {4294967293U, 1, "Boots in 4294967292 s: I"}};
    struct made_menu made;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint32_t seconds = rows[i].seconds;

        made_menu_start(&made, 25, 80, 2, count_from, &seconds);
        made_menu_press(&made, "<1s>");
        assert_int_equal(made.console.written, rows[i].written);
        find(&made, rows[i].shown);
        made_menu_end(&made);
    }
}

static void test_texts(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 2, NULL, NULL);
    made_menu_press(&made, "p");
    assert_string_equal(row_of(&made, 1), "  Baton " BATON_VERSION_STRING "   Status");
    assert_string_equal(row_of(&made, 3), "  one");
    assert_string_equal(row_of(&made, 5), "  three");
    assert_string_equal(row_of(&made, 6), "");
    made_menu_press(&made, "M");
    assert_string_equal(row_of(&made, 1), "  Baton " BATON_VERSION_STRING "   Memory map");
    made_menu_press(&made, "?");
    assert_string_equal(row_of(&made, 1), "  Baton " BATON_VERSION_STRING "   Keys"); /* all of it on this screen */
    for (size_t row = 3; row < 21; row++)                                             /* no line is broken */
        assert_true(strncmp(row_of(&made, row), "    ", 4) == 0 || strncmp(row_of(&made, row), "  In ", 5) == 0);
    find(&made, "e                    edit");
    find(&made, "Ctrl-K");
    find(&made, "Ctrl-Del");
    made_menu_press(&made, "q");
    assert_string_equal(row_of(&made, 3), "  > Item 1");
    made_menu_end(&made);
}

static void test_paging(void **state)
{
    static const struct {
        const char *script;
        size_t first;
    } rows[] = {
        {"", 82},
        {"j<Down><PageDown><End>", 82},
        {"k", 81},
        {"<Up>k", 80},
        {"<PageUp>", 65},
        {"b", 65},
        {"<Home>", 0},
        {"<Home>kb", 0},
        {"<Home> ", 17},
        {"<Home>  j", 35},
        {"<Home>j", 1},
        {"<Home><C-n><C-p>", 0},
        {"<Home><C-e>", 82},
    };
    char text[100 * 8 + 1], expected[8];

    (void)state;
    for (size_t i = 0; i < 100; i++)
        snprintf(text + 8 * i, 9, "line %02zu\n", i);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made_menu made;

        made_menu_start(&made, 25, 80, 2, NULL, NULL);
        made_menu_press(&made, "L");
        menu_show(&made.menu, text_of(text)); /* a log is shown from its end */
        made_menu_draw(&made);
        made_menu_press(&made, rows[i].script);
        snprintf(expected, sizeof(expected), "line %02zu", rows[i].first);
        assert_string_equal(row_of(&made, 3) + 2, expected);
        snprintf(expected, sizeof(expected), "line %02zu", rows[i].first + 17);
        assert_string_equal(row_of(&made, 20) + 2, expected);
        assert_string_equal(row_of(&made, 21), "");
        made_menu_end(&made);
    }
}

static void test_editor(void **state)
{
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 2, NULL, NULL);
    made_menu_press(&made, "je");
    assert_string_equal(row_of(&made, 1), "  Baton " BATON_VERSION_STRING "   Command line");
    assert_string_equal(row_of(&made, 3), "  Item 2");
    assert_string_equal(row_of(&made, 5), "   options 2");
    assert_int_equal(made_console_colour(&made.console, 5, 12), 'h');
    made_menu_press(&made, "<Left>");
    assert_int_equal(made_console_colour(&made.console, 5, 11), 'h');
    assert_int_equal(made_console_colour(&made.console, 5, 12), 'n');
    made_menu_end(&made);
}

/* On any screen every view can be drawn, and what is selected is seen. */
static void test_all_sizes(void **state)
{
    static const char *const scripts[] = {"", "<End>", "e", "?", "f", "\r"};

    (void)state;
    for (size_t rows = 1; rows < 30; rows++) {
        for (size_t columns = 1; columns < 130; columns += columns < 12 ? 1 : 13) {
            for (size_t i = 0; i < COUNT(scripts); i++) {
                struct menu_layout layout;
                struct made_menu made;

                made_menu_start(&made, rows, columns, 40, save_second, NULL);
                if (made_menu_press(&made, scripts[i]) == MENU_BOOT) {
                    menu_came_back(&made.menu, text_of("one of two\nand two of two"));
                    made_menu_draw(&made);
                }
                layout = menu_lay_out(&made.menu);
                assert_true(made_console_shows(&made.console, &made.screen));
                assert_in_range(layout.body.rows, 1, rows);
                assert_in_range(layout.body.columns, 1, columns);
                assert_in_range(made.menu.selected - made.menu.first, 0, layout.body.rows - 1);
                if (made.menu.view == MENU_LIST && rows * columns > 1)
                    assert_int_equal(
                        row_of(&made, layout.body.row + made.menu.selected - made.menu.first)[layout.body.column], '>');
                made_menu_end(&made);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_after_a_failure),
        cmocka_unit_test(test_long_message),
        cmocka_unit_test(test_first_message),
        cmocka_unit_test(test_empty_list),
        cmocka_unit_test(test_narrow_list),
        cmocka_unit_test(test_scrolling),
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_countdown_cells),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_paging),
        cmocka_unit_test(test_editor),
        cmocka_unit_test(test_all_sizes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
