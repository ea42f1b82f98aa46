/* SPDX-License-Identifier: BSD-2-Clause */
/* Text of many lines in a window that moves over it; long lines are broken into rows. */
#ifndef BATON_MENU_PAGER_H
#define BATON_MENU_PAGER_H

#include <stdint.h>

#include "text_screen.h"

struct menu_pager {
    const char *heading;
    struct text text; /* the caller's, for as long as it is shown */
    size_t top;       /* the first row that is shown */
};

/* A place on the screen; all that is drawn there stays within. */
struct menu_window {
    size_t row, column, rows, columns; /* rows and columns are at least 1 */
};

/* Up, Down, pages, Home and End, and their kin, in a window of this size. Whether it was one of them. */
bool menu_pager_key(struct menu_pager *pager, uint32_t code, const struct menu_window *window);

/* Draws. Returns how many rows the text has. */
size_t menu_pager_draw(const struct menu_pager *pager, struct text_screen *screen, const struct menu_window *window);

#endif
