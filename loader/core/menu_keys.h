/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Keys as firmware gives them, and as one number that is the same on every keyboard and terminal: Ctrl-N and the arrow
 * are one key, as are CR and LF, and a control character with and without its modifier.
 */
#ifndef BATON_MENU_KEYS_H
#define BATON_MENU_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* EFI_KEY_DATA, or EFI_INPUT_KEY where there are no modifiers (UEFI 2.10, sections 12.2.3 and 12.3.3). */
struct menu_key {
    uint16_t scan;
    uint16_t unit;     /* the character */
    bool control, alt; /* either of the two keys; shift is in the character */
};

/* KeyShiftState; without the first one the others say nothing. */
#define MENU_SHIFTS_VALID   0x80000000U
#define MENU_SHIFTS_CONTROL 0x0000000cU
#define MENU_SHIFTS_ALT     0x00000030U

struct menu_key menu_key_make(uint16_t scan, uint16_t unit, uint32_t shifts);

#define MENU_CODE_SCAN    0x10000U /* added to a scan code; below are characters */
#define MENU_CODE_CONTROL 0x20000U /* for keys that are no letters */
#define MENU_CODE_ALT     0x40000U /* for letters, which are capital then */

/* 'A' to 'Z' */
#define MENU_CODE_CTRL(letter) ((letter) - '@')

enum menu_code {
    MENU_CODE_NONE = 0,
    MENU_CODE_BACKSPACE = '\b',
    MENU_CODE_ENTER = '\r',
    MENU_CODE_UP = MENU_CODE_SCAN | 0x01,
    MENU_CODE_DOWN = MENU_CODE_SCAN | 0x02,
    MENU_CODE_RIGHT = MENU_CODE_SCAN | 0x03,
    MENU_CODE_LEFT = MENU_CODE_SCAN | 0x04,
    MENU_CODE_HOME = MENU_CODE_SCAN | 0x05,
    MENU_CODE_END = MENU_CODE_SCAN | 0x06,
    MENU_CODE_DELETE = MENU_CODE_SCAN | 0x08,
    MENU_CODE_PAGE_UP = MENU_CODE_SCAN | 0x09,
    MENU_CODE_PAGE_DOWN = MENU_CODE_SCAN | 0x0a,
    MENU_CODE_F1 = MENU_CODE_SCAN | 0x0b,
    MENU_CODE_F2 = MENU_CODE_SCAN | 0x0c,
    MENU_CODE_F3 = MENU_CODE_SCAN | 0x0d,
    MENU_CODE_F10 = MENU_CODE_SCAN | 0x14,
    MENU_CODE_ESC = MENU_CODE_SCAN | 0x17,
    MENU_CODE_VOLUME_UP = MENU_CODE_SCAN | 0x80,
    MENU_CODE_VOLUME_DOWN = MENU_CODE_SCAN | 0x81,
    MENU_CODE_SUSPEND = MENU_CODE_SCAN | 0x102,
    MENU_CODE_WORD_RIGHT = MENU_CODE_CONTROL | MENU_CODE_RIGHT,
    MENU_CODE_WORD_LEFT = MENU_CODE_CONTROL | MENU_CODE_LEFT,
    MENU_CODE_WORD_DELETE = MENU_CODE_CONTROL | MENU_CODE_DELETE,
};

/* The key's number; MENU_CODE_NONE for what is no key, such as a modifier alone. */
uint32_t menu_key_code(const struct menu_key *key);

#endif
