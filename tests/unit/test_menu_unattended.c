/* SPDX-License-Identifier: BSD-2-Clause */
/* The countdown: what it leads to, what stops it, and what does not. */
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
    const struct menu_setup *wanted = context;

    setup->timeout = wanted->timeout;
    setup->chosen = wanted->chosen;
    setup->held = wanted->held;
    setup->has_firmware_setup = wanted->has_firmware_setup;
}

static void start(struct made_menu *made, size_t count, uint32_t timeout, const char *held)
{
    struct menu_key key;
    struct menu_setup setup = {.timeout = timeout, .chosen = count > 1 ? 1 : 0};

    if (held) {
        assert_true(made_menu_take_key(&held, &key));
        setup.held = &key;
    }
    made_menu_start(made, 25, 80, count, make_setup, &setup);
}

/* Seconds without a key until something is to be done, `limit` at the most. */
static unsigned seconds_until(struct made_menu *made, enum menu_act *ret_act, unsigned limit)
{
    for (unsigned seconds = 1; seconds <= limit; seconds++) {
        *ret_act = made_menu_press(made, "<1s>");
        if (*ret_act != MENU_WAIT)
            return seconds;
    }
    return limit;
}

static void test_countdown(void **state)
{
    static const struct {
        size_t count;
        uint32_t timeout;
        unsigned seconds;
        enum menu_act act;
    } rows[] = {
        {3, 1, 1, MENU_BOOT},
        {3, 5, 5, MENU_BOOT},
        {1, 12, 12, MENU_BOOT},
        {0, 5, 5, MENU_QUIT},
        {3, MENU_TIMEOUT_HIDDEN, MENU_SECONDS, MENU_BOOT}, /* a key opened it */
        {3, MENU_TIMEOUT_UNSET, MENU_SECONDS, MENU_BOOT},
        {3, MENU_TIMEOUT_FORCE, 1000, MENU_WAIT},
        {3, MENU_TIMEOUT_MAX, 1000, MENU_WAIT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        enum menu_act act = MENU_WAIT;
        struct made_menu made;
        unsigned seconds;

        start(&made, rows[i].count, rows[i].timeout, NULL);
        seconds = seconds_until(&made, &act, 1000);
        if (seconds != rows[i].seconds || act != rows[i].act)
            fail_msg("row %zu: act %d after %u seconds", i, (int)act, seconds);
        assert_int_equal(made.menu.selected, rows[i].count > 1 ? 1 : 0);
        made_menu_end(&made);
    }
}

/* Any key at all, also one that does nothing; but not what is no key. */
static void test_keys_stop_it(void **state)
{
    static const char *const keys[] = {" ", "j", "<Down>", "<Esc>", "z", "d", "?", "<C-x>", "<A-x>", "\r"};
    struct made_menu made;

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        start(&made, 3, 5, NULL);
        made_menu_press(&made, "<1s><1s>");
        assert_true(made.menu.counting);
        made_menu_press(&made, keys[i]);
        assert_false(made.menu.counting);
        assert_int_equal(made_menu_hold(&made, "", 0, 1000), MENU_WAIT);
        made_menu_end(&made);
    }
    start(&made, 3, 5, NULL);
    assert_int_equal(menu_key(&made.menu, &(struct menu_key){.control = true}), MENU_WAIT);
    assert_true(made.menu.counting);
    made_menu_end(&made);
}

/* Every item once, from the chosen one on and around, then the firmware; the message stays. */
static void test_each_once(void **state)
{
    static const size_t expected[] = {1, 2, 3, 0};
    enum menu_act act = MENU_WAIT;
    struct made_menu made;

    (void)state;
    start(&made, 4, 3, NULL);
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(seconds_until(&made, &act, 1000), i == 0 ? 3 : MENU_SECONDS);
        assert_int_equal(act, MENU_BOOT);
        assert_int_equal(made.menu.selected, expected[i]);
        assert_string_equal(menu_command_line(&made.menu), made.items[expected[i]].options);
        menu_came_back(&made.menu, text_of("It failed."));
        assert_true(made.items[expected[i]].tried);
        assert_true(made.items[expected[i]].failed);
    }
    assert_int_equal(made.menu.selected, 0);
    assert_int_equal(seconds_until(&made, &act, 1000), MENU_SECONDS);
    assert_int_equal(act, MENU_QUIT);
    made_menu_end(&made);
}

/* Who has had a program run is waited for, and stays where that is. */
static void test_after_an_end(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 3, 5, NULL);
    assert_int_equal(made_menu_press(&made, "<End>\r"), MENU_BOOT);
    menu_came_back(&made.menu, text_of(""));
    assert_true(made.items[2].tried);
    assert_false(made.items[2].failed);
    assert_int_equal(made.menu.selected, 2);
    assert_int_equal(made_menu_hold(&made, "", 0, 1000), MENU_WAIT);
    assert_int_equal(made_menu_press(&made, "k\r"), MENU_BOOT);
    menu_came_back(&made.menu, text_of("no")); /* and then as ever */
    assert_true(made.menu.counting);
    made_menu_end(&made);
}

/* Also where the menu waited without end before; and what a person tried counts. */
static void test_after_a_choice(void **state)
{
    enum menu_act act = MENU_WAIT;
    struct made_menu made;

    (void)state;
    start(&made, 3, MENU_TIMEOUT_FORCE, NULL);
    assert_int_equal(made_menu_press(&made, "<End>\r"), MENU_BOOT);
    menu_came_back(&made.menu, text_of("no"));
    assert_int_equal(made.menu.selected, 0);
    assert_int_equal(seconds_until(&made, &act, 1000), MENU_SECONDS);
    assert_int_equal(act, MENU_BOOT);
    menu_came_back(&made.menu, text_of("no"));
    assert_int_equal(made.menu.selected, 1);
    made_menu_press(&made, "j"); /* somebody is there */
    assert_int_equal(made_menu_hold(&made, "", 0, 1000), MENU_WAIT);
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT); /* once more */
    menu_came_back(&made.menu, text_of(""));
    assert_false(made.items[2].failed);
    assert_int_equal(made.menu.selected, 2);
    made_menu_end(&made);
}

/* The key that opened the menu does nothing until it is let go, whatever it is. */
static void test_held_key(void **state)
{
    static const char *const keys[] = {" ", "\r", "O", "B", "q", "e", "j", "f", "<Esc>", "<F2>", "<Down>"};

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct made_menu made;

        start(&made, 3, 0, keys[i]);
        assert_int_equal(made_menu_hold(&made, keys[i], 20, MENU_SECONDS), MENU_BOOT);
        assert_int_equal(made.menu.selected, 1);
        assert_int_equal(made.menu.view, MENU_LIST);
        menu_came_back(&made.menu, text_of("no")); /* is still held */
        assert_int_equal(made_menu_hold(&made, keys[i], 20, MENU_SECONDS), MENU_BOOT);
        assert_int_equal(made.menu.selected, 2);
        made_menu_end(&made);
    }
}

static void test_held_key_is_let_go(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 3, 0, "j");
    made_menu_press(&made, "j<1s>j<1s>");
    assert_true(made.menu.counting);
    made_menu_press(&made, "<1s>");
    assert_true(made.menu.counting); /* letting go is no key */
    made_menu_press(&made, "j");
    assert_false(made.menu.counting);
    assert_int_equal(made.menu.selected, 2);
    made_menu_end(&made);
    start(&made, 3, 0, "j"); /* the second that was under way is not a whole one */
    made_menu_press(&made, "<1s>j");
    assert_true(made.menu.counting);
    made_menu_end(&made);
    start(&made, 3, 0, "j"); /* another key counts at once */
    made_menu_press(&made, "jkj");
    assert_false(made.menu.counting);
    assert_int_equal(made.menu.selected, 0);
    made_menu_end(&made);
}

/* A key that never ends, pressed when the menu is there: what it does is undone, and the machine boots. */
static void test_stuck_key(void **state)
{
    static const char *const keys[] = {" ", "j", "<Up>", "<PageDown>", "e", "f", "?", "p", "L", "t", "-", "d", "<C-l>"};

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        enum menu_act act;
        struct made_menu made;

        start(&made, 40, 5, NULL);
        act = made_menu_hold(&made, keys[i], 7, MENU_STUCK_SECONDS - 1);
        assert_int_equal(act, MENU_WAIT);
        assert_false(made.menu.counting);
        made_menu_hold(&made, keys[i], 7, 1);
        assert_true(made.menu.counting);
        assert_int_equal(made.menu.view, MENU_LIST);
        assert_int_equal(made.menu.selected, 1);
        assert_int_equal(made.menu.timeout, 5);
        assert_true(made.menu.saved == MENU_NONE);
        assert_int_equal(made_menu_hold(&made, keys[i], 7, MENU_SECONDS), MENU_BOOT);
        assert_int_equal(made.menu.selected, 1);
        assert_string_equal(menu_command_line(&made.menu), "options 2");
        menu_came_back(&made.menu, text_of("no"));
        assert_int_equal(made_menu_hold(&made, keys[i], 7, MENU_SECONDS), MENU_BOOT);
        assert_int_equal(made.menu.selected, 2);
        made_menu_end(&made);
    }
}

/* The question that it has asked is gone, too. */
static void test_stuck_question(void **state)
{
    struct menu_setup setup = {.timeout = 5, .has_firmware_setup = true};
    struct made_menu made;

    (void)state;
    made_menu_start(&made, 25, 80, 3, make_setup, &setup);
    made_menu_hold(&made, "f", 7, MENU_STUCK_SECONDS);
    assert_true(made.menu.counting);
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT);
    made_menu_end(&made);
}

/* Enter boots the same item again and again, unless it is let go. */
static void test_stuck_enter(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 3, 5, NULL);
    assert_int_equal(made_menu_press(&made, "\r"), MENU_BOOT);
    for (size_t expected = 2; expected != 1; expected = (expected + 1) % 3) {
        menu_came_back(&made.menu, text_of("no"));
        assert_int_equal(made_menu_hold(&made, "\r", 30, MENU_SECONDS), MENU_BOOT);
        assert_int_equal(made.menu.selected, expected);
    }
    menu_came_back(&made.menu, text_of("no"));
    assert_int_equal(made_menu_hold(&made, "\r", 30, MENU_SECONDS), MENU_QUIT);
    made_menu_end(&made);
}

/* Where somebody is there, too, a stuck key is only ignored. */
static void test_stuck_key_and_a_person(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 40, 5, NULL);
    made_menu_press(&made, "<Down>");
    assert_int_equal(made_menu_hold(&made, "k", 3, MENU_STUCK_SECONDS), MENU_WAIT);
    assert_false(made.menu.counting);
    assert_non_null(strstr(made.menu.notice, "stuck"));
    made_menu_press(&made, "k<Down>k<Down>k<1s>kk");
    assert_int_equal(made.menu.selected, 2);
    assert_int_equal(made_menu_hold(&made, "k", 3, 1000), MENU_WAIT);
    assert_int_equal(made.menu.selected, 2);
    made_menu_press(&made, "<1s><1s>k"); /* it was let go */
    assert_int_equal(made.menu.selected, 1);
    made_menu_end(&made);
}

/* Not a key that is held for long, nor one that is pressed often, nor one beside others. */
static void test_not_stuck(void **state)
{
    static const struct {
        const char *script;
        unsigned times;
    } rows[] = {{"j<1s>", MENU_STUCK_SECONDS - 1}, {"j<1s>j<1s><1s>", 50}, {"j<1s>j<1s>k<1s>", 50}, {"jkj<1s>", 100}};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct made_menu made;

        start(&made, 200, 5, NULL);
        for (unsigned k = 0; k < rows[i].times; k++) {
            assert_int_equal(made_menu_press(&made, rows[i].script), MENU_WAIT);
            assert_false(made.menu.counting);
            assert_string_equal(made.menu.notice, "");
        }
        assert_int_not_equal(made.menu.selected, 1);
        made_menu_end(&made);
    }
}

/* A menu that waits without end goes on to do so. */
static void test_stuck_key_without_timeout(void **state)
{
    struct made_menu made;

    (void)state;
    start(&made, 3, MENU_TIMEOUT_FORCE, NULL);
    assert_int_equal(made_menu_hold(&made, "p", 9, 1000), MENU_WAIT);
    assert_false(made.menu.counting);
    assert_int_equal(made.menu.view, MENU_LIST);
    made_menu_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_countdown),
        cmocka_unit_test(test_keys_stop_it),
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_after_an_end),
        cmocka_unit_test(test_after_a_choice),
        cmocka_unit_test(test_held_key),
        cmocka_unit_test(test_held_key_is_let_go),
        cmocka_unit_test(test_stuck_key),
        cmocka_unit_test(test_stuck_question),
        cmocka_unit_test(test_stuck_enter),
        cmocka_unit_test(test_stuck_key_and_a_person),
        cmocka_unit_test(test_not_stuck),
        cmocka_unit_test(test_stuck_key_without_timeout),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
