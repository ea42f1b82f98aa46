/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A screen of characters in two layers: what is wanted, which is put together anew for every picture, and what the
 * console shows. Consoles are slow, so only the difference is written to them: runs of cells, one after the other.
 *
 * The last cell of the last row belongs to neither layer: a console scrolls when it is written.
 */
#ifndef BATON_TEXT_SCREEN_H
#define BATON_TEXT_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "status.h"
#include "text.h"

#define TEXT_SCREEN_COLUMNS 512U /* of a larger console the left and upper part is used */
#define TEXT_SCREEN_ROWS    200U
#define TEXT_CHANGE_UNITS   128U /* cells of one change */

enum text_colour {
    TEXT_NORMAL,
    TEXT_HIGHLIGHT, /* of which blanks are seen, too */
    TEXT_DIM,
    TEXT_ERROR,
};

struct text_cell {
    uint16_t unit; /* UCS-2, one column wide; 0 when nobody knows what is shown */
    uint16_t colour;
};

struct text_screen {
    size_t rows, columns;
    size_t cells; /* those that are written: all but the last one */
    struct text_cell *wanted, *shown;
    size_t searched; /* before this cell the layers are the same */
};

/* Cells of one row that the console has to get. */
struct text_change {
    size_t row, column, length; /* from 0; `length` is at least 1, and the end is within the row */
    enum text_colour colour;
    uint16_t units[TEXT_CHANGE_UNITS + 1]; /* with the NUL that ends them */
};

/*
 * A screen for a console of this size, which counts as cleared. The layers are taken from the arena: 8 bytes for each
 * cell. STATUS_NEED_ROOM when they do not fit.
 */
MUST_CHECK enum status text_screen_start(struct text_screen *screen, size_t rows, size_t columns, struct arena *arena);

/* The console has another size, at least 1 × 1, with neither more rows nor more columns than at the start. It counts as
 * cleared. */
void text_screen_resize(struct text_screen *screen, size_t rows, size_t columns);

/* The console was cleared: it shows blanks. */
void text_screen_cleared(struct text_screen *screen);

/* Something else wrote on the console: all of it is written anew. */
void text_screen_invalidate(struct text_screen *screen);

/* Nothing but blanks are wanted from here on. */
void text_screen_clear(struct text_screen *screen);

/*
 * Wants `text`, UTF-8, from this cell on, and blanks of that colour behind it up to `width` cells. What lies outside of
 * the screen is left out; a text that is longer than `width` ends in dots if there is some room. Each character takes
 * one cell: those that consoles do not have or draw in two columns or none, and what is malformed, are shown as '?'.
 */
void text_screen_put(struct text_screen *screen, size_t row, size_t column, size_t width, enum text_colour colour,
                     struct text text);

/* How many cells a text takes. */
size_t text_screen_width(struct text text);

/*
 * Takes what fits into `columns` cells (at least 1) off `rest`: up to the end of the line, or ended between words where
 * there are any. The line's end, and the blanks at a break, belong to no row. false at the end of the text.
 */
bool text_screen_take_row(struct text *rest, size_t columns, struct text *ret_row);

/*
 * Gives the next run of cells that the console has to get, row by row, and counts it as shown. A few cells in between
 * that are right already are written once more where that is cheaper than moving the cursor. false, and the result left
 * alone, when the console shows what is wanted.
 */
MUST_CHECK bool text_screen_next_change(struct text_screen *screen, struct text_change *ret_change);

#endif
