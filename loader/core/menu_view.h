/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the parts of the menu are on a screen of any size. menu.h has the function that draws them. */
#ifndef BATON_MENU_VIEW_H
#define BATON_MENU_VIEW_H

#include "menu.h"

/* Rows from 0; a part that the screen has no room for has no rows, or is in row MENU_NONE. */
struct menu_layout {
    size_t heading, status, keys;
    struct menu_window body;    /* the list, the text or the editor */
    struct menu_window message; /* below the items of the list */
};

struct menu_layout menu_lay_out(const struct menu *menu);

#endif
