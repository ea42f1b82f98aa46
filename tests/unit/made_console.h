/* SPDX-License-Identifier: BSD-2-Clause */
/* A console that gets the changes of a text_screen, and ends the program when one is out of bounds. */
#ifndef BATON_TEST_MADE_CONSOLE_H
#define BATON_TEST_MADE_CONSOLE_H

#include "text_screen.h"

struct made_console {
    size_t rows, columns;
    struct text_cell *cells;
    bool *touched;           /* for each row: the last drawing changed it */
    size_t changes, written; /* of the last drawing: calls and cells */
};

/* A cleared console; made_console_end gives it back. */
struct made_console made_console_start(size_t rows, size_t columns);
void made_console_end(struct made_console *console);

/* Takes all changes of the screen, which has the same size. */
void made_console_draw(struct made_console *console, struct text_screen *screen);

/* How many rows the last drawing changed. */
size_t made_console_touched(const struct made_console *console);

/* Whether the console shows what is wanted, blanks of any colour but the highlighted one being alike. */
bool made_console_shows(const struct made_console *console, const struct text_screen *screen);

/* A row as UTF-8 without the blanks at its end; until the next call. */
const char *made_console_row(const struct made_console *console, size_t row);

/* The colour of a cell, as a letter of "nhde" (normal, highlighted, dim, error). */
char made_console_colour(const struct made_console *console, size_t row, size_t column);

#endif
