/* SPDX-License-Identifier: BSD-2-Clause */
/* What keys do: scripts of them (made_menu.h), and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "made_menu.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void make_setup(struct menu_setup *setup, void *context)
{
    struct menu_setup *wanted = context;

    setup->timeout = wanted->timeout;
    setup->chosen = wanted->chosen;
    setup->saved = wanted->saved;
    setup->editor_off = wanted->editor_off;
    setup->has_firmware_setup = wanted->has_firmware_setup;
    setup->held = wanted->held;
}

static void start(struct made_menu *made, size_t count, const struct menu_setup *setup)
{
    made_menu_start(made, 25, 80, count, make_setup, (void *)setup);
}

static const struct menu_setup usual = {.timeout = 5, .saved = MENU_NONE, .has_firmware_setup = true};

struct row {
    size_t count;
    const char *script;
    enum menu_act act;
    size_t selected;
    enum menu_view view;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct made_menu made;
        enum menu_act act;

        start(&made, rows[i].count, &usual);
        act = made_menu_press(&made, rows[i].script);
        if (act != rows[i].act || made.menu.selected != rows[i].selected || made.menu.view != rows[i].view)
            fail_msg("%zu items, '%s': act %d, item %zu, view %d", rows[i].count, rows[i].script, (int)act,
                     made.menu.selected, (int)made.menu.view);
        made_menu_end(&made);
    }
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* The list has 18 rows here. */
static void test_moving(void **state)
{
    static const struct row rows[] = {
        {3, "", MENU_WAIT, 0, MENU_LIST},
        {3, "<Down>", MENU_WAIT, 1, MENU_LIST},
        {3, "jJ", MENU_WAIT, 2, MENU_LIST},
        {3, "jjjj", MENU_WAIT, 2, MENU_LIST},
        {3, "<C-n><C-N>\x0e", MENU_WAIT, 2, MENU_LIST},
        {3, "<VolDown>", MENU_WAIT, 1, MENU_LIST},
        {3, "<End>", MENU_WAIT, 2, MENU_LIST},
        {3, "<End><Up>", MENU_WAIT, 1, MENU_LIST},
        {3, "<End>kK", MENU_WAIT, 0, MENU_LIST},
        {3, "<End><C-p>\x10<VolUp>k", MENU_WAIT, 0, MENU_LIST},
        {3, "<End><Home>", MENU_WAIT, 0, MENU_LIST},
        {3, "<PageDown>", MENU_WAIT, 2, MENU_LIST},
        {3, "<End><PageUp>", MENU_WAIT, 0, MENU_LIST},
        {1000, "<PageDown>", MENU_WAIT, 18, MENU_LIST},
        {1000, "<PageDown><PageDown><PageUp>", MENU_WAIT, 18, MENU_LIST},
        {1000, "<End>", MENU_WAIT, 999, MENU_LIST},
        {1000, "<End><PageUp>", MENU_WAIT, 981, MENU_LIST},
        {1, "j<End><PageDown>", MENU_WAIT, 0, MENU_LIST},
        {0, "jk<End><Home><PageDown><PageUp>19x", MENU_WAIT, 0, MENU_LIST},
        {12, "3", MENU_WAIT, 2, MENU_LIST},
        {12, "91", MENU_WAIT, 0, MENU_LIST},
        {3, "9", MENU_WAIT, 2, MENU_LIST},
        {3, "20", MENU_WAIT, 1, MENU_LIST},
        {3, "j xyz<F3", MENU_WAIT, 1, MENU_LIST}, /* what is no command does nothing */
    };

    (void)state;
    CHECK(rows);
}

static void test_acts(void **state)
{
    static const struct row rows[] = {
        {3, "j\r", MENU_BOOT, 1, MENU_LIST},
        {3, "j\n", MENU_BOOT, 1, MENU_LIST},
        {3, "<Right>", MENU_BOOT, 0, MENU_LIST},
        {3, "<F3>", MENU_BOOT, 0, MENU_LIST},
        {3, "<Suspend>", MENU_BOOT, 0, MENU_LIST},
        {3, "B", MENU_REBOOT, 0, MENU_LIST},
        {3, "O", MENU_POWER_OFF, 0, MENU_LIST},
        {3, "q", MENU_QUIT, 0, MENU_LIST},
        {3, "Q", MENU_QUIT, 0, MENU_LIST},
        {3, "bo", MENU_WAIT, 0, MENU_LIST}, /* nothing drastic in small letters */
        {3, "<C-l>", MENU_REDRAW, 0, MENU_LIST},
        {3, "e\x0c", MENU_REDRAW, 0, MENU_EDIT},
        {3, "p", MENU_SHOW_STATUS, 0, MENU_PAGER},
        {3, "P", MENU_SHOW_STATUS, 0, MENU_PAGER},
        {3, "M", MENU_SHOW_MAP, 0, MENU_PAGER},
        {3, "L", MENU_SHOW_LOG, 0, MENU_PAGER},
        {3, "LM", MENU_SHOW_MAP, 0, MENU_PAGER},
        {3, "?", MENU_WAIT, 0, MENU_PAGER},
        {3, "h", MENU_WAIT, 0, MENU_PAGER},
        {3, "H", MENU_WAIT, 0, MENU_PAGER},
        {3, "<F1>", MENU_WAIT, 0, MENU_PAGER},
        {3, "?q", MENU_WAIT, 0, MENU_LIST},
        {3, "pQ", MENU_WAIT, 0, MENU_LIST},
        {3, "p<Esc>", MENU_WAIT, 0, MENU_LIST},
        {3, "p<Left>", MENU_WAIT, 0, MENU_LIST},
        {3, "p\r", MENU_WAIT, 0, MENU_LIST},
        {3, "p\x1b", MENU_WAIT, 0, MENU_LIST},
        {3, "jpjjOB", MENU_WAIT, 1, MENU_PAGER}, /* the list's keys are not a text's */
        {0, "\r", MENU_WAIT, 0, MENU_LIST},
        {0, "e", MENU_WAIT, 0, MENU_LIST},
        {0, "d", MENU_WAIT, 0, MENU_LIST},
        {0, "O", MENU_POWER_OFF, 0, MENU_LIST},
    };

    (void)state;
    CHECK(rows);
}

static void test_firmware_setup(void **state)
{
    static const struct row rows[] = {
        {3, "f", MENU_WAIT, 0, MENU_LIST},
        {3, "f\r", MENU_FIRMWARE_SETUP, 0, MENU_LIST},
        {3, "F\n", MENU_FIRMWARE_SETUP, 0, MENU_LIST},
        {3, "<F2>\r", MENU_FIRMWARE_SETUP, 0, MENU_LIST},
        {3, "<F10>\r", MENU_FIRMWARE_SETUP, 0, MENU_LIST},
        {3, "<Delete>\r", MENU_FIRMWARE_SETUP, 0, MENU_LIST},
        {3, "<Esc>\r", MENU_FIRMWARE_SETUP, 0, MENU_LIST},
        {3, "fj", MENU_WAIT, 0, MENU_LIST}, /* any other key only says no */
        {3, "fq", MENU_WAIT, 0, MENU_LIST},
        {3, "fj\r", MENU_BOOT, 0, MENU_LIST},
        {3, "ff\r", MENU_BOOT, 0, MENU_LIST},
    };
    struct menu_setup without = usual;
    struct made_menu made;

    (void)state;
    CHECK(rows);
    without.has_firmware_setup = false;
    start(&made, 3, &without);
    assert_int_equal(made_menu_press(&made, "f"), MENU_WAIT);
    assert_non_null(strstr(made.menu.notice, "cannot"));
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT);
    made_menu_end(&made);
}

/* The next item that has the letter, around the end; commands come first. */
static void test_letters(void **state)
{
    static const struct {
        const char *script;
        size_t selected;
    } rows[] = {{"w", 1}, {"ww", 3}, {"www", 1}, {"jw", 3}, {"W", 0}, {"s", 4}, {"s1", 0}, {"sl", 4}, {"ws", 4}};
    struct made_menu made;

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        start(&made, 5, &usual);
        made.items[1].key = made.items[3].key = 'w';
        made.items[2].key = 'd';
        made.items[4].key = 's';
        made_menu_press(&made, rows[i].script);
        if (made.menu.selected != rows[i].selected)
            fail_msg("'%s': item %zu", rows[i].script, made.menu.selected);
        made_menu_end(&made);
    }
    start(&made, 3, &usual);
    made.items[2].key = 'd';
    assert_int_equal(made_menu_press(&made, "d"), MENU_SAVE_DEFAULT);
    assert_int_equal(made.menu.selected, 0);
    made_menu_end(&made);
}

static void test_default(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 3, &usual);
    assert_int_equal(made_menu_press(&made, "jd"), MENU_SAVE_DEFAULT);
    assert_int_equal(made.menu.saved, 1);
    assert_string_equal(made.menu.notice, "The default is Item 2.");
    assert_int_equal(made_menu_press(&made, "jD"), MENU_SAVE_DEFAULT);
    assert_int_equal(made.menu.saved, 2);
    assert_int_equal(made_menu_press(&made, "d"), MENU_SAVE_DEFAULT);
    assert_true(made.menu.saved == MENU_NONE);
    assert_int_equal(made_menu_press(&made, "k"), MENU_WAIT);
    assert_string_equal(made.menu.notice, "");
    made_menu_end(&made);
}

static void test_timeout(void **state)
{
    static const struct {
        uint32_t before;
        char key;
        uint32_t after;
        const char *notice;
    } rows[] = {
        {5, 't', 6, "Timeout: 6 s."},
        {5, '+', 6, "Timeout: 6 s."},
        {5, 'T', 4, "Timeout: 4 s."},
        {5, '-', 4, "Timeout: 4 s."},
        {1, '-', MENU_TIMEOUT_HIDDEN, "Timeout: 0 s, a key that is held opens the menu."},
        {MENU_TIMEOUT_HIDDEN, '-', MENU_TIMEOUT_FORCE, "Timeout: none, the menu waits for a key."},
        {MENU_TIMEOUT_FORCE, '-', MENU_TIMEOUT_UNSET, "Timeout: as loader.conf has it."},
        {MENU_TIMEOUT_UNSET, '-', MENU_TIMEOUT_UNSET, "Timeout: as loader.conf has it."},
        {MENU_TIMEOUT_UNSET, '+', MENU_TIMEOUT_FORCE, "Timeout: none, the menu waits for a key."},
        {MENU_TIMEOUT_FORCE, '+', MENU_TIMEOUT_HIDDEN, "Timeout: 0 s, a key that is held opens the menu."},
        {MENU_TIMEOUT_HIDDEN, '+', 1, "Timeout: 1 s."},
        {MENU_TIMEOUT_MAX - 1, '+', MENU_TIMEOUT_MAX, "Timeout: 4294967293 s."},
        {MENU_TIMEOUT_MAX, '+', MENU_TIMEOUT_MAX, "Timeout: 4294967293 s."},
        {MENU_TIMEOUT_MAX, '-', MENU_TIMEOUT_MAX - 1, "Timeout: 4294967292 s."},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct menu_setup setup = usual;
        char script[2] = {rows[i].key, '\0'};
        struct made_menu made;

        setup.timeout = rows[i].before;
        start(&made, 1, &setup);
        assert_int_equal(made_menu_press(&made, script), MENU_SAVE_TIMEOUT);
        assert_int_equal(made.menu.timeout, rows[i].after);
        assert_string_equal(made.menu.notice, rows[i].notice);
        made_menu_end(&made);
    }
}

static void test_editor(void **state)
{
    struct menu_setup off = usual;
    struct made_menu made;

    (void)state;
    start(&made, 3, &usual);
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT);
    assert_string_equal(menu_command_line(&made.menu), "options 1");
    assert_int_equal(made_menu_press(&made, "jeBOq?<Esc>"), MENU_WAIT);
    assert_int_equal(made.menu.view, MENU_LIST);
    assert_int_equal(made_menu_press(&made, "E !"), MENU_WAIT); /* what was left is forgotten */
    assert_int_equal(made.menu.view, MENU_EDIT);
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT);
    assert_int_equal(made.menu.selected, 1);
    assert_string_equal(menu_command_line(&made.menu), "options 2 !");
    /* It failed: the edited line is kept for this item only, and only Enter in the editor boots with it. */
    menu_came_back(&made.menu, text_of("no"));
    assert_int_equal(made_menu_press(&made, "<1s><1s>k\r"), MENU_BOOT);
    assert_string_equal(menu_command_line(&made.menu), "options 2");
    menu_came_back(&made.menu, text_of("no"));
    assert_int_equal(made_menu_press(&made, "<1s><1s>ke!\r"), MENU_BOOT);
    assert_string_equal(menu_command_line(&made.menu), "options 2 !!");
    menu_came_back(&made.menu, text_of("no"));
    assert_int_equal(made_menu_press(&made, "<1s><1s>ke<C-c>e\r"), MENU_BOOT);
    assert_string_equal(menu_command_line(&made.menu), "options 2");
    made_menu_end(&made);

    off.editor_off = "Because.";
    start(&made, 3, &off);
    assert_int_equal(made_menu_press(&made, "e"), MENU_WAIT);
    assert_int_equal(made.menu.view, MENU_LIST);
    assert_string_equal(made.menu.notice, "Because.");
    made_menu_end(&made);
}

static void test_no_command_line(void **state)
{
    char long_line[MENU_EDIT_SIZE + 1];
    struct made_menu made;

    (void)state;
    memset(long_line, 'x', MENU_EDIT_SIZE);
    long_line[MENU_EDIT_SIZE] = '\0';
    start(&made, 2, &usual);
    made.items[0].options = NULL;
    made.items[1].options = long_line;
    assert_int_equal(made_menu_press(&made, "e"), MENU_WAIT);
    assert_int_equal(made.menu.view, MENU_LIST);
    assert_string_equal(made.menu.notice, "There is no command line to edit.");
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT);
    assert_null(menu_command_line(&made.menu));
    assert_int_equal(made_menu_press(&made, "je"), MENU_WAIT);
    assert_int_equal(made.menu.view, MENU_LIST);
    assert_string_equal(made.menu.notice, "The command line is too long to edit it here.");
    long_line[MENU_EDIT_SIZE - 1] = '\0';
    assert_int_equal(made_menu_press(&made, "eyy\r"), MENU_BOOT);
    assert_string_equal(menu_command_line(&made.menu), long_line);
    made_menu_end(&made);
    start(&made, 0, &usual);
    assert_null(menu_command_line(&made.menu));
    made_menu_end(&made);
}

static void test_room(void **state)
{
    uint8_t room[MENU_EDIT_SIZE - 1];
    struct arena arena = {room, sizeof(room), 0};
    struct menu_setup setup = usual;
    struct menu menu;

    (void)state;
    assert_int_equal(menu_start(&menu, &setup, &arena), STATUS_NEED_ROOM);
}

static void test_notice(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 1, &usual);
    menu_notice(&made.menu, "%0200d", 7);
    assert_int_equal(strlen(made.menu.notice), MENU_NOTICE - 1);
    made_menu_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_moving),  cmocka_unit_test(test_acts),    cmocka_unit_test(test_firmware_setup),
        cmocka_unit_test(test_letters), cmocka_unit_test(test_default), cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_editor),  cmocka_unit_test(test_room),    cmocka_unit_test(test_no_command_line),
        cmocka_unit_test(test_notice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
