/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_pager.h"

#include "checked.h"
#include "menu_keys.h"

/* The last row that may be the first one shown: no room stays empty that text could fill. */
static size_t last_top(const struct menu_pager *pager, const struct menu_window *window)
{
    struct text rest = pager->text, row;
    size_t rows = 0;

    while (text_screen_take_row(&rest, window->columns, &row))
        rows++;
    return rows > window->rows ? rows - window->rows : 0;
}

bool menu_pager_key(struct menu_pager *pager, uint32_t code, const struct menu_window *window)
{
    size_t page = window->rows > 1 ? window->rows - 1 : 1, top = pager->top;

    switch (code) {
    case MENU_CODE_UP:
    case 'k':
        top -= top > 0;
        break;
    case MENU_CODE_DOWN:
    case 'j':
        top++;
        break;
    case MENU_CODE_PAGE_UP:
    case 'b':
        top -= (size_t)min_u64(top, page);
        break;
    case MENU_CODE_PAGE_DOWN:
    case ' ':
        top += page;
        break;
    case MENU_CODE_HOME:
        top = 0;
        break;
    case MENU_CODE_END:
        top = SIZE_MAX;
        break;
    default:
        return false;
    }
    pager->top = (size_t)min_u64(top, last_top(pager, window));
    return true;
}

size_t menu_pager_draw(const struct menu_pager *pager, struct text_screen *screen, const struct menu_window *window)
{
    struct text rest = pager->text, row;
    size_t rows = 0;

    for (; text_screen_take_row(&rest, window->columns, &row); rows++) {
        if (rows >= pager->top && rows - pager->top < window->rows)
            text_screen_put(screen, window->row + rows - pager->top, window->column, window->columns, TEXT_NORMAL, row);
    }
    return rows;
}
