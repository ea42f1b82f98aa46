/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's console. It is slow, and may be absent: say little on it. */
#ifndef BATON_EFI_CONSOLE_H
#define BATON_EFI_CONSOLE_H

#include <stdbool.h>

#include "firmware.h"
#include "log.h"

struct console {
    const struct firmware *firmware;
    size_t columns; /* of a row */
    bool cleared;   /* the firmware's logo and chatter are gone from the screen */
};

void console_start(struct console *console, const struct firmware *firmware);

/* Prints; "\n" starts a new line, and lines that are too long are broken between words. */
void console_print(const struct console *console, struct text text);

/* A log sink; `context` is the struct console. Clears the screen the first time, and makes errors stand out. */
void console_write(void *context, enum log_level level, struct text line);

/* Whether ConOut leads to a serial port too (the ConOut variable names a UART), so that nobody need say it twice. */
bool console_is_serial(const struct firmware *firmware);

/* Throws away the keys that were pressed until now. */
void console_forget_keys(const struct firmware *firmware);

/* Waits for a key, `seconds` at the most. True when there was one. */
bool console_wait_for_key(const struct firmware *firmware, unsigned seconds);

#endif
