/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu_view.h"

#include "checked.h"
#include "format.h"
#include "version_string.h"

#define WIDEST         100U /* lines that are longer are hard to read */
#define ROOMY_ROWS     16U  /* from here on the first and the last row stay empty */
#define SPARE_ROWS     8U   /* from here on there are a heading and empty rows */
#define KEYS_ROWS      6U   /* from here on there is a row that names keys */
#define NARROW_COLUMNS 60U
#define MARK_COLUMNS   2U /* "> " */
#define LINE           (WIDEST + 1)
#define DIGITS         10U /* of a number of 32 bits */

/*
 *     Baton 0.1.0                                       1-18 of 20    heading
 *
 *     > The selected item                                  default    body
 *       Another item                                        failed
 *
 *     /boot/kernel.elf: why it failed                                 message
 *
 *     Boots in 5 s: The selected item                any key stops    status
 *     Enter boot   e edit   ? help                                    keys
 */
static void lay_out_message(const struct menu *menu, struct menu_layout *layout)
{
    struct text rest = menu->message, row;
    size_t room = layout->body.rows / 2, rows = 0, above;

    while (rows < room && text_screen_take_row(&rest, layout->body.columns, &row))
        rows++;
    above = rows > 0 && rows < room; /* an empty row */
    layout->body.rows -= rows + above;
    layout->message = layout->body;
    layout->message.row += (size_t)min_u64(menu->count, layout->body.rows) + above;
    layout->message.rows = rows;
}

struct menu_layout menu_lay_out(const struct menu *menu)
{
    size_t rows = menu->screen->rows, columns = menu->screen->columns;
    size_t roomy = rows >= ROOMY_ROWS, spare = rows >= SPARE_ROWS, end = rows - roomy;
    size_t margin = columns >= NARROW_COLUMNS ? 2 : columns > MARK_COLUMNS;
    struct menu_layout layout = {.heading = spare ? roomy : MENU_NONE, .status = MENU_NONE, .keys = MENU_NONE};

    if (rows >= KEYS_ROWS)
        layout.keys = --end;
    if (rows > 1)
        layout.status = --end;
    layout.body.row = spare ? roomy + 2 : 0;
    layout.body.rows = end - spare - layout.body.row;
    layout.body.columns = (size_t)max_u64(1, min_u64(columns - 2 * margin, WIDEST));
    layout.body.column = (columns - layout.body.columns) / 2;
    if (menu->view == MENU_LIST)
        lay_out_message(menu, &layout);
    return layout;
}

static size_t less(size_t a, size_t b)
{
    return a > b ? a - b : 0;
}

static void put(const struct menu *menu, const struct menu_window *window, size_t row, enum text_colour colour,
                const char *string)
{
    text_screen_put(menu->screen, row, window->column, window->columns, colour, text_of(string));
}

/* At the right end of a row, over what is there. */
static void put_right(const struct menu *menu, const struct menu_window *window, size_t row, enum text_colour colour,
                      const char *string)
{
    size_t width = text_length(string);

    if (width < window->columns)
        text_screen_put(menu->screen, row, window->column + window->columns - width, width, colour, text_of(string));
}

/* `first` is the first of `count` rows that are shown, of items or of text. */
static void draw_heading(const struct menu *menu, const struct menu_layout *layout, size_t first, size_t count)
{
    const struct menu_window *body = &layout->body;
    const char *what = menu->view == MENU_PAGER ? menu->pager.heading : menu->view == MENU_EDIT ? "Command line" : "";
    char line[LINE];

    (void)format_text(line, sizeof(line), "Baton " BATON_VERSION_STRING "   %s", what); /* is short */
    put(menu, body, layout->heading, TEXT_NORMAL, line);
    if (count <= body->rows)
        return;
    (void)format_text(line, sizeof(line), "%zu-%zu of %zu", first + 1, (size_t)min_u64(first + body->rows, count),
                      count);
    put_right(menu, body, layout->heading, TEXT_DIM, line);
}

static void draw_item(const struct menu *menu, const struct menu_window *body, size_t index)
{
    const struct menu_item *item = &menu->items[index];
    const char *end = item->failed ? "failed " : item->tried ? "ended " : "";
    bool is_selected = index == menu->selected;
    enum text_colour colour = is_selected ? TEXT_HIGHLIGHT : TEXT_NORMAL;
    enum text_colour note_colour = is_selected ? TEXT_HIGHLIGHT : item->failed ? TEXT_ERROR : TEXT_DIM;
    size_t row = body->row + index - menu->first, note;
    char line[LINE];

    note = format_text(line, sizeof(line), " %s%s", index == menu->saved ? "default " : "", end);
    put(menu, body, row, colour, is_selected ? ">" : "");
    if (note == 1 || note > body->columns / 2)
        note = 0;
    text_screen_put(menu->screen, row, body->column + MARK_COLUMNS, less(body->columns, MARK_COLUMNS + note), colour,
                    text_of(item->shown));
    if (note > 0)
        put_right(menu, body, row, note_colour, line);
}

/* What is selected is among the items that are shown. When it leaves them, half of them change at once: moving all by
 * one row, again and again, takes a slow console long. */
static void scroll(struct menu *menu, size_t rows)
{
    if (menu->selected < menu->first || menu->selected - menu->first >= rows)
        menu->first = less(menu->selected, rows / 2);
    menu->first = (size_t)min_u64(menu->first, less(menu->count, rows));
}

static void draw_list(struct menu *menu, const struct menu_layout *layout)
{
    struct text rest = menu->message, row;

    scroll(menu, layout->body.rows);
    draw_heading(menu, layout, menu->first, menu->count);
    for (size_t i = menu->first; i < menu->count && i - menu->first < layout->body.rows; i++)
        draw_item(menu, &layout->body, i);
    if (menu->count == 0)
        put(menu, &layout->body, layout->body.row, TEXT_DIM, "There is nothing to boot.");
    for (size_t i = 0; i < layout->message.rows; i++) {
        if (!text_screen_take_row(&rest, layout->message.columns, &row))
            return;
        if (i + 1 == layout->message.rows && rest.length > 0)
            row = text_of("... (the log, L, has all of it)");
        text_screen_put(menu->screen, layout->message.row + i, layout->message.column, layout->message.columns,
                        TEXT_ERROR, row);
    }
}

static void draw_editor(struct menu *menu, const struct menu_layout *layout)
{
    const struct menu_window *body = &layout->body;
    size_t row = body->row;

    draw_heading(menu, layout, 0, 0);
    if (body->rows > 2) {
        put(menu, body, row, TEXT_DIM, menu->items[menu->selected].shown);
        row += 2;
    }
    if (body->columns > 2)
        menu_edit_draw(&menu->edit, menu->screen, row, body->column, body->columns);
}

static void draw_pager(struct menu *menu, const struct menu_layout *layout)
{
    size_t rows = menu_pager_draw(&menu->pager, menu->screen, &layout->body);

    draw_heading(menu, layout, menu->pager.top, rows);
}

static void draw_countdown(const struct menu *menu, const struct menu_window *body, size_t row)
{
    bool boots = menu->planned != MENU_NONE;
    char number[DIGITS + 1], line[LINE];
    size_t width;

    /* The number keeps the width that it began with, so that only the number changes. */
    (void)format_text(number, sizeof(number), "%10u", menu->seconds); /* never longer */
    width = format_text(line, sizeof(line), "%s in %s s%s", boots ? "Boots" : "Back to the firmware",
                        number + DIGITS - menu->digits, boots ? ": " : "");
    put(menu, body, row, TEXT_NORMAL, line);
    if (boots)
        text_screen_put(menu->screen, row, body->column + width, less(body->columns, width), TEXT_NORMAL,
                        text_of(menu->items[menu->planned].shown));
    if (body->columns >= NARROW_COLUMNS - 4)
        put_right(menu, body, row, TEXT_DIM, "   any key stops ");
}

static const char *keys_of(const struct menu *menu)
{
    if (menu->view == MENU_EDIT)
        return "Enter boot   Esc back   Ctrl-U, Ctrl-K delete before, behind the cursor";
    if (menu->view == MENU_PAGER)
        return "Esc back   Up, Down, PageUp, PageDown";
    if (menu->screen->columns < NARROW_COLUMNS)
        return "Enter boot   e edit   ? help";
    return "Enter boot   e edit   d default   p status   f firmware setup   ? help";
}

void menu_draw(struct menu *menu)
{
    struct menu_layout layout = menu_lay_out(menu);

    text_screen_clear(menu->screen);
    if (menu->view == MENU_LIST)
        draw_list(menu, &layout);
    else if (menu->view == MENU_EDIT)
        draw_editor(menu, &layout);
    else
        draw_pager(menu, &layout);
    if (menu->counting)
        draw_countdown(menu, &layout.body, layout.status);
    else
        put(menu, &layout.body, layout.status, TEXT_NORMAL, menu->notice);
    put(menu, &layout.body, layout.keys, TEXT_DIM, keys_of(menu));
}
