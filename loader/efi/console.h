/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's console. It is slow, and may be absent: say little on it. */
#ifndef BATON_EFI_CONSOLE_H
#define BATON_EFI_CONSOLE_H

#include <stdbool.h>

#include "firmware.h"
#include "log.h"

#define CONSOLE_ROW 79U /* bytes, at the most, of a row that is shown for a while */

#define CONSOLE_USUAL_ROWS    25
#define CONSOLE_USUAL_COLUMNS 80

struct console {
    const struct firmware *firmware;
    size_t columns; /* of a row */
    size_t colours; /* the attribute that the firmware had set */
    bool cleared;   /* the firmware's logo and chatter are gone from the screen */
    size_t shown;   /* bytes that console_show_row has left in the present row */
};

/* The console's size in cells, at least 1 × 2; the usual one where nobody says. */
void console_size(const struct firmware *firmware, size_t *ret_rows, size_t *ret_columns);

void console_start(struct console *console, const struct firmware *firmware);

/* Sets the colours back. */
void console_stop(const struct console *console);

/* Prints; "\n" starts a new line. */
void console_print(const struct console *console, struct text text);

/* How many bytes a row that is shown for a while may have: CONSOLE_ROW, or what the console has room for. */
size_t console_row(const struct console *console);

/* Shows a text of no more than console_row bytes in the present row, in place of the one that was shown there. It stays
 * until the next one, or until something is written, or console_clear_row. A row has no more columns than bytes. */
void console_show_row(struct console *console, struct text text);

/* Blanks the row, if there is one that is shown: what is written next begins where it did. */
void console_clear_row(struct console *console);

/*
 * A log sink; `context` is the struct console. Breaks lines between words, makes errors stand out, and shows the first
 * one on a clean screen.
 */
void console_write(void *context, enum log_level level, struct text text);

/* Whether ConOut leads to a serial port too (the ConOut variable names a UART), so that nobody need say it twice. Logs
 * it when the firmware does not tell: then lines may be seen twice. */
bool console_is_serial(const struct firmware *firmware);

#endif
