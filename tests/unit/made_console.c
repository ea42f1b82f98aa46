/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf.h"

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "made_console: %s\n", what);
    abort();
}

struct made_console made_console_start(size_t rows, size_t columns)
{
    struct made_console console = {.rows = rows, .columns = columns};

    console.cells = calloc(rows * columns, sizeof(struct text_cell));
    console.touched = calloc(rows, sizeof(bool));
    require(console.cells && console.touched, "no memory");
    for (size_t i = 0; i < rows * columns; i++)
        console.cells[i].unit = ' ';
    return console;
}

void made_console_end(struct made_console *console)
{
    free(console->cells);
    free(console->touched);
}

void made_console_draw(struct made_console *console, struct text_screen *screen)
{
    struct text_change change;

    memset(console->touched, 0, console->rows * sizeof(bool));
    console->changes = console->written = 0;
    while (text_screen_next_change(screen, &change)) {
        size_t start = change.row * console->columns + change.column;

        require(change.row < console->rows && change.length > 0 && change.length <= TEXT_CHANGE_UNITS &&
                    change.column + change.length <= console->columns,
                "a change is out of bounds");
        require(start + change.length < console->rows * console->columns, "the last cell was written");
        require(change.units[change.length] == 0, "no NUL");
        for (size_t i = 0; i < change.length; i++) {
            require(change.units[i] >= ' ', "a control character");
            console->cells[start + i] = (struct text_cell){change.units[i], (uint16_t)change.colour};
        }
        console->touched[change.row] = true;
        console->changes++;
        console->written += change.length;
        require(console->written <= console->rows * console->columns, "changes without end");
    }
}

size_t made_console_touched(const struct made_console *console)
{
    size_t count = 0;

    for (size_t i = 0; i < console->rows; i++)
        count += console->touched[i];
    return count;
}

static bool looks_alike(const struct text_cell *a, const struct text_cell *b)
{
    return a->unit == b->unit &&
           (a->colour == b->colour || (a->unit == ' ' && a->colour != TEXT_HIGHLIGHT && b->colour != TEXT_HIGHLIGHT));
}

bool made_console_shows(const struct made_console *console, const struct text_screen *screen)
{
    for (size_t i = 0; i + 1 < console->rows * console->columns; i++) {
        if (!looks_alike(&console->cells[i], &screen->wanted[i]))
            return false;
    }
    return true;
}

const char *made_console_row(const struct made_console *console, size_t row)
{
    static char text[3 * TEXT_SCREEN_COLUMNS + 1];
    uint16_t units[TEXT_SCREEN_COLUMNS];
    size_t length = console->columns;

    for (size_t i = 0; i < length; i++)
        units[i] = console->cells[row * length + i].unit;
    while (length > 0 && units[length - 1] == ' ')
        length--;
    utf8_from_utf16(text, sizeof(text), units, length);
    return text;
}

char made_console_colour(const struct made_console *console, size_t row, size_t column)
{
    return "nhde"[console->cells[row * console->columns + column].colour];
}
