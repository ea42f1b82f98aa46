/* SPDX-License-Identifier: BSD-2-Clause */
#include "text_screen.h"

#include "checked.h"
#include "utf.h"

#define GAP          6 /* a terminal moves its cursor with 6 to 8 bytes */
#define DOTS         3
#define DOTTED_WIDTH 8 /* narrower texts are just cut off */

/*
 * What consoles have and draw one column wide, first and last: Latin, Greek, Cyrillic, punctuation, currencies,
 * arrows and mathematics, boxes and blocks. No combining marks, nothing that is written from right to left.
 */
static const uint16_t plain[][2] = {
    {0x0020, 0x007e}, {0x00a0, 0x00ac}, {0x00ae, 0x02ff}, {0x0370, 0x0482}, {0x048a, 0x0556}, {0x1e00, 0x1fff},
    {0x2010, 0x2027}, {0x2030, 0x205e}, {0x20a0, 0x20bf}, {0x2190, 0x22ff}, {0x2500, 0x25fc},
};

enum status text_screen_start(struct text_screen *screen, size_t rows, size_t columns, struct arena *arena)
{
    struct text_screen made = {
        .rows = (size_t)max_u64(1, min_u64(rows, TEXT_SCREEN_ROWS)),
        .columns = (size_t)max_u64(1, min_u64(columns, TEXT_SCREEN_COLUMNS)),
    };

    made.cells = made.rows * made.columns - 1;
    made.wanted = arena_take(arena, made.cells, sizeof(struct text_cell));
    made.shown = arena_take(arena, made.cells, sizeof(struct text_cell));
    if (!made.wanted || !made.shown)
        return STATUS_NEED_ROOM;
    *screen = made;
    text_screen_clear(screen);
    text_screen_cleared(screen);
    return STATUS_OK;
}

static void fill(struct text_screen *screen, struct text_cell *layer, uint16_t unit)
{
    for (size_t i = 0; i < screen->cells; i++)
        layer[i] = (struct text_cell){unit, TEXT_NORMAL};
    screen->searched = 0;
}

void text_screen_resize(struct text_screen *screen, size_t rows, size_t columns)
{
    screen->rows = rows;
    screen->columns = columns;
    screen->cells = rows * columns - 1;
    text_screen_clear(screen);
    text_screen_cleared(screen);
}

void text_screen_cleared(struct text_screen *screen)
{
    fill(screen, screen->shown, ' ');
}

void text_screen_invalidate(struct text_screen *screen)
{
    fill(screen, screen->shown, 0);
}

void text_screen_clear(struct text_screen *screen)
{
    fill(screen, screen->wanted, ' ');
}

/* Takes one character off a text that is not empty, as it is shown. */
static uint16_t take_unit(struct text *text)
{
    uint32_t point = utf8_take(text);

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (point >= plain[i][0] && point <= plain[i][1])
            return (uint16_t)point;
    }
    return point == '\t' ? ' ' : '?';
}

size_t text_screen_width(struct text text)
{
    size_t width = 0;

    for (; text.length > 0; width++)
        (void)utf8_take(&text); /* each is one cell, whatever it is */
    return width;
}

void text_screen_put(struct text_screen *screen, size_t row, size_t column, size_t width, enum text_colour colour,
                     struct text text)
{
    size_t dots, start;

    if (row >= screen->rows || column >= screen->columns)
        return;
    width = (size_t)min_u64(width, screen->columns - column);
    start = row * screen->columns + column;
    if (start + width > screen->cells)
        width = screen->cells - start;
    dots = width >= DOTTED_WIDTH && text_screen_width(text) > width ? width - DOTS : width;
    screen->searched = 0;
    for (size_t i = 0; i < width; i++) {
        uint16_t unit = i >= dots ? '.' : text.length > 0 ? take_unit(&text) : ' ';

        /* A blank looks the same in all colours but one. */
        screen->wanted[start + i] =
            (struct text_cell){unit, (uint16_t)(unit == ' ' && colour != TEXT_HIGHLIGHT ? TEXT_NORMAL : colour)};
    }
}

static void drop(struct text *text, size_t length)
{
    text->data += length;
    text->length -= length;
}

bool text_screen_take_row(struct text *rest, size_t columns, struct text *ret_row)
{
    struct text row = {rest->data, 0}, left = *rest, line;
    size_t end_of_word = 0; /* before the last blank that follows a word */

    if (!text_take_line(&left, &line))
        return false;
    for (struct text more = line; more.length > 0;) {
        size_t at = line.length - more.length;

        if (line.data[at] == ' ' && at > 0 && line.data[at - 1] != ' ')
            end_of_word = at;
        if (columns-- == 0) {
            row.length = end_of_word > 0 ? end_of_word : at;
            drop(rest, row.length);
            while (rest->data < line.data + line.length && rest->data[0] == ' ')
                drop(rest, 1);
            if (rest->data == line.data + line.length) /* blanks at the end of a line make no row */
                *rest = left;
            *ret_row = row;
            return true;
        }
        (void)utf8_take(&more);
    }
    *rest = left;
    *ret_row = line;
    return true;
}

static bool is_shown(const struct text_screen *screen, size_t cell)
{
    const struct text_cell *wanted = &screen->wanted[cell], *shown = &screen->shown[cell];

    return wanted->unit == shown->unit && wanted->colour == shown->colour;
}

static bool has_colour(const struct text_cell *cell)
{
    return cell->unit != ' ' || cell->colour == TEXT_HIGHLIGHT;
}

/* Whether a cell can be written in the colour of those before it, which becomes its own where they have none. */
static bool suits(const struct text_cell *cell, bool *has, enum text_colour *colour)
{
    if (!has_colour(cell))
        return *colour != TEXT_HIGHLIGHT;
    if (*has || cell->colour == TEXT_HIGHLIGHT)
        return cell->colour == *colour;
    *has = true;
    *colour = (enum text_colour)cell->colour;
    return true;
}

/* The run of cells from `start` on, which is not shown, up to `end` at the most. */
static void take_change(struct text_screen *screen, size_t start, size_t end, struct text_change *ret_change)
{
    struct text_change *change = ret_change;
    enum text_colour colour = (enum text_colour)screen->wanted[start].colour;
    bool has = has_colour(&screen->wanted[start]);

    change->length = 0;
    for (size_t i = start; i < end && i <= start + change->length + GAP; i++) {
        if (!suits(&screen->wanted[i], &has, &colour))
            break;
        if (is_shown(screen, i))
            continue;
        change->length = i + 1 - start;
        change->colour = colour;
    }
    for (size_t i = 0; i < change->length; i++) {
        change->units[i] = screen->wanted[start + i].unit;
        screen->shown[start + i] = screen->wanted[start + i];
    }
    change->units[change->length] = 0;
}

bool text_screen_next_change(struct text_screen *screen, struct text_change *ret_change)
{
    size_t start = screen->searched, end;

    while (start < screen->cells && is_shown(screen, start))
        start++;
    screen->searched = start;
    if (start == screen->cells)
        return false;
    ret_change->row = start / screen->columns;
    ret_change->column = start % screen->columns;
    end = (ret_change->row + 1) * screen->columns;
    take_change(screen, start, (size_t)min_u64(min_u64(end, screen->cells), start + TEXT_CHANGE_UNITS), ret_change);
    return true;
}
