/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_keys.h"

#include <stddef.h>

/* Other names of keys: what serial terminals and tablets have instead, and what hands know from the shell. */
static const uint32_t others[][2] = {
    {'\n', MENU_CODE_ENTER},
    {0x1b, MENU_CODE_ESC},
    {0x7f, MENU_CODE_BACKSPACE},
    {MENU_CODE_CTRL('A'), MENU_CODE_HOME},
    {MENU_CODE_CTRL('B'), MENU_CODE_LEFT},
    {MENU_CODE_CTRL('C'), MENU_CODE_ESC},
    {MENU_CODE_CTRL('D'), MENU_CODE_DELETE},
    {MENU_CODE_CTRL('E'), MENU_CODE_END},
    {MENU_CODE_CTRL('F'), MENU_CODE_RIGHT},
    {MENU_CODE_CTRL('G'), MENU_CODE_ESC},
    {MENU_CODE_CTRL('N'), MENU_CODE_DOWN},
    {MENU_CODE_CTRL('P'), MENU_CODE_UP},
    {MENU_CODE_ALT | '<', MENU_CODE_HOME},
    {MENU_CODE_ALT | '>', MENU_CODE_END},
    {MENU_CODE_ALT | 'b', MENU_CODE_WORD_LEFT},
    {MENU_CODE_ALT | 'd', MENU_CODE_WORD_DELETE},
    {MENU_CODE_ALT | 'f', MENU_CODE_WORD_RIGHT},
    {MENU_CODE_ALT | '\b', MENU_CODE_CTRL('W')},
    {MENU_CODE_F3, MENU_CODE_ENTER}, /* so two tablets' firmware says Enter */
    {MENU_CODE_VOLUME_UP, MENU_CODE_UP},
    {MENU_CODE_VOLUME_DOWN, MENU_CODE_DOWN},
    {MENU_CODE_SUSPEND, MENU_CODE_ENTER}, /* the power button, where volume is the only other one */
};

uint32_t menu_key_code(const struct menu_key *key)
{
    uint32_t code = key->unit, letter = code & ~0x20U;

    if (key->scan != 0)
        code = MENU_CODE_SCAN | key->scan | (key->control ? MENU_CODE_CONTROL : 0);
    else if (key->control && letter > '@' && letter <= 'Z')
        code = MENU_CODE_CTRL(letter);
    else if (key->alt && code != 0)
        code |= MENU_CODE_ALT;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (others[i][0] == code)
            return others[i][1];
    }
    return code;
}
