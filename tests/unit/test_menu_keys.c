/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys as firmware gives them, and which ones they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "menu_keys.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* KeyShiftState (UEFI 2.10, 12.2.3). */
#define VALID       0x80000000U
#define SHIFT       0x00000003U
#define RIGHT_CTRL  0x00000004U
#define LEFT_CTRL   0x00000008U
#define RIGHT_ALT   0x00000010U
#define LEFT_ALT    0x00000020U
#define NO_MODIFIER 0x000003c3U /* shift, logo, menu, SysRq */

static void test_modifiers(void **state)
{
    static const struct {
        uint32_t shifts;
        bool control, alt;
    } rows[] = {
        {0, false, false},
        {VALID, false, false},
        {VALID | NO_MODIFIER, false, false},
        {VALID | RIGHT_CTRL, true, false},
        {VALID | LEFT_CTRL, true, false},
        {VALID | LEFT_CTRL | RIGHT_CTRL | NO_MODIFIER, true, false},
        {VALID | RIGHT_ALT, false, true},
        {VALID | LEFT_ALT, false, true},
        {VALID | LEFT_CTRL | LEFT_ALT, true, true},
        {LEFT_CTRL | LEFT_ALT, false, false}, /* they say nothing */
        {~VALID, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct menu_key key = menu_key_make(3, 4, rows[i].shifts);

        assert_int_equal(key.scan, 3);
        assert_int_equal(key.unit, 4);
        if (key.control != rows[i].control || key.alt != rows[i].alt)
            fail_msg("0x%x: control %d, alt %d", rows[i].shifts, key.control, key.alt);
    }
}

static void test_codes(void **state)
{
    static const struct {
        uint16_t scan, unit;
        uint32_t shifts, code;
    } rows[] = {
        {0, 0, 0, MENU_CODE_NONE},
        {0, 0, LEFT_CTRL, MENU_CODE_NONE}, /* a modifier alone */
        {0, 0, LEFT_ALT, MENU_CODE_NONE},
        {0, 'a', 0, 'a'},
        {0, 'A', SHIFT, 'A'},
        {0, 0x20ac, 0, 0x20ac},
        {1, 0, 0, MENU_CODE_UP},
        {1, 0, SHIFT, MENU_CODE_UP},

        /* Ctrl and a letter, as one firmware or another has it. */
        {0, 'x', LEFT_CTRL, MENU_CODE_CTRL('X')},
        {0, 'X', LEFT_CTRL | SHIFT, MENU_CODE_CTRL('X')},
        {0, 0x18, 0, MENU_CODE_CTRL('X')},
        {0, 0x18, RIGHT_CTRL, MENU_CODE_CTRL('X')},
        {0, 'n', RIGHT_CTRL, MENU_CODE_DOWN},
        {0, 0x0e, 0, MENU_CODE_DOWN},
        {0, 'z', LEFT_CTRL | LEFT_ALT, MENU_CODE_CTRL('Z')},
        {0, 'm', LEFT_CTRL, MENU_CODE_ENTER},
        {0, 'h', LEFT_CTRL, MENU_CODE_BACKSPACE},

        {3, 0, LEFT_CTRL, MENU_CODE_WORD_RIGHT},
        {4, 0, RIGHT_CTRL, MENU_CODE_WORD_LEFT},
        {8, 0, LEFT_CTRL, MENU_CODE_WORD_DELETE},
        {0, 'f', LEFT_ALT, MENU_CODE_WORD_RIGHT},
        {0, 'b', RIGHT_ALT, MENU_CODE_WORD_LEFT},
        {0, 'd', LEFT_ALT, MENU_CODE_WORD_DELETE},
        {0, 'D', LEFT_ALT, MENU_CODE_WORD_DELETE}, /* Caps Lock */
        {0, '\b', LEFT_ALT, MENU_CODE_CTRL('W')},
        {0, 'x', LEFT_ALT, MENU_CODE_ALT | 'X'},

        /* Modifiers that make no other key. */
        {1, 0, LEFT_CTRL, MENU_CODE_UP},
        {2, 0, LEFT_CTRL | LEFT_ALT, MENU_CODE_DOWN},
        {4, 0, LEFT_ALT, MENU_CODE_LEFT},
        {9, 0, RIGHT_CTRL, MENU_CODE_PAGE_UP},
        {0x17, 0, LEFT_CTRL, MENU_CODE_ESC},
        {0, '\r', LEFT_CTRL, MENU_CODE_ENTER},
        {0, '\r', LEFT_ALT, MENU_CODE_ENTER},
        {0, '\b', LEFT_CTRL, MENU_CODE_BACKSPACE},
        {0, 0x7f, LEFT_ALT, MENU_CODE_BACKSPACE},
        {0, '1', LEFT_CTRL, '1'},
        {0, ' ', LEFT_ALT, ' '},
        {0x80, 0, LEFT_CTRL, MENU_CODE_UP},

        /* AltGr, which may come as Alt, or as Ctrl and Alt. */
        {0, '@', RIGHT_ALT, '@'},
        {0, '{', RIGHT_ALT | LEFT_CTRL, '{'},
        {0, '|', RIGHT_ALT, '|'},
        {0, '~', RIGHT_ALT, '~'},
        {0, '<', RIGHT_ALT, '<'},
        {0, 0x20ac, RIGHT_ALT | LEFT_CTRL, 0x20ac},
        {0, 0x0105, RIGHT_ALT, 0x0105},

        /* Tablets. */
        {0x0d, 0, 0, MENU_CODE_ENTER},
        {0x0d, '\r', 0, MENU_CODE_ENTER},
        {0x102, 0, 0, MENU_CODE_ENTER},
        {0x81, 0, 0, MENU_CODE_DOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct menu_key key = menu_key_make(rows[i].scan, rows[i].unit, VALID | rows[i].shifts);

        if (menu_key_code(&key) != rows[i].code)
            fail_msg("scan 0x%x, unit 0x%x, shifts 0x%x: 0x%x instead of 0x%x", rows[i].scan, rows[i].unit,
                     rows[i].shifts, menu_key_code(&key), rows[i].code);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modifiers),
        cmocka_unit_test(test_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
