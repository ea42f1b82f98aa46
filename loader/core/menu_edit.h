/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of UTF-8 that is edited. The cursor stands between characters: text that was well-formed stays so. What is
 * malformed in the text that was there before is kept as it is.
 */
#ifndef BATON_MENU_EDIT_H
#define BATON_MENU_EDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text_screen.h"

struct menu_edit {
    char *text;            /* ends with a NUL */
    size_t size;           /* bytes, with the NUL */
    size_t length, cursor; /* bytes */
    size_t first;          /* the first byte that is shown */
};

/* Begins with `text` and the cursor at its end, in a room of `size` bytes (at least 1). false, and nothing changed,
 * when the text does not fit. */
bool menu_edit_start(struct menu_edit *edit, char *room, size_t size, struct text text);

/*
 * A key (menu_keys.h): a character is put in where there is room for it; Left, Right, Home, End and words move; Delete,
 * Backspace, Ctrl-K, Ctrl-U and Ctrl-W delete. Others do nothing.
 */
void menu_edit_key(struct menu_edit *edit, uint32_t code);

/* Draws the line into `width` cells (at least 3), so that the cursor is among them; '<' and '>' stand for more. */
void menu_edit_draw(struct menu_edit *edit, struct text_screen *screen, size_t row, size_t column, size_t width);

#endif
