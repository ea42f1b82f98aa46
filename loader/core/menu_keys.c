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
    {MENU_CODE_ALT | 'B', MENU_CODE_WORD_LEFT},
    {MENU_CODE_ALT | 'D', MENU_CODE_WORD_DELETE},
    {MENU_CODE_ALT | 'F', MENU_CODE_WORD_RIGHT},
    {MENU_CODE_ALT | '\b', MENU_CODE_CTRL('W')},
    {MENU_CODE_F3, MENU_CODE_ENTER}, /* so two tablets' firmware says Enter */
    {MENU_CODE_VOLUME_UP, MENU_CODE_UP},
    {MENU_CODE_VOLUME_DOWN, MENU_CODE_DOWN},
    {MENU_CODE_SUSPEND, MENU_CODE_ENTER}, /* the power button, where volume is the only other one */
};

struct menu_key menu_key_make(uint16_t scan, uint16_t unit, uint32_t shifts)
{
    bool valid = (shifts & MENU_SHIFTS_VALID) != 0;

    return (struct menu_key){
        .scan = scan,
        .unit = unit,
        .control = valid && (shifts & MENU_SHIFTS_CONTROL) != 0,
        .alt = valid && (shifts & MENU_SHIFTS_ALT) != 0,
    };
}

/* A key with the modifiers that make another one of it. A keyboard that believes that a modifier is down must leave the
 * rest, and what AltGr writes, which firmware may call Alt, is no letter. */
static uint32_t combine(const struct menu_key *key)
{
    uint32_t code = MENU_CODE_SCAN | key->scan, letter = key->unit & ~0x20U;
    bool is_letter = letter > '@' && letter <= 'Z';

    if (key->scan != 0)
        return key->control && (code == MENU_CODE_LEFT || code == MENU_CODE_RIGHT || code == MENU_CODE_DELETE)
                   ? MENU_CODE_CONTROL | code
                   : code;
    if (key->control && is_letter)
        return MENU_CODE_CTRL(letter);
    return key->alt && (is_letter || letter == '\b') ? MENU_CODE_ALT | letter : key->unit;
}

uint32_t menu_key_code(const struct menu_key *key)
{
    uint32_t code = combine(key);

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (others[i][0] == code)
            return others[i][1];
    }
    return code;
}
