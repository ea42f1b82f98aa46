/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's console while a menu is on it: what has changed on the screen (UEFI 2.10, section 12.4), and a clock
 * for keys and seconds. Nothing here fails for good: a console that cannot do a thing goes without. */
#ifndef BATON_MENU_CONSOLE_H
#define BATON_MENU_CONSOLE_H

#include "config.h"
#include "keyboard.h"
#include "text_screen.h"

struct menu_console {
    const struct firmware *firmware;
    struct keyboard_clock clock; /* of seconds */
    bool had_cursor;             /* the cursor was to be seen */
};

/* Sets the console to the mode that loader.conf asks for; where that is not there it stays as it is, with a line in the
 * log. Whether it has another mode now, and with it maybe the screen. */
bool menu_console_set_mode(const struct firmware *firmware, enum config_console how, uint32_t number);

/* Clears the console, hides the cursor and starts the clock. menu_console_stop ends it. */
void menu_console_start(struct menu_console *console, struct firmware *firmware);

/* Clears it again, with colours and cursor as they are outside of a menu, and takes the clock's event back. */
void menu_console_stop(struct menu_console *console);

/* Makes the console blank. */
void menu_console_clear(const struct menu_console *console);

/* Writes what has changed. */
void menu_console_draw(const struct menu_console *console, struct text_screen *screen);

#endif
