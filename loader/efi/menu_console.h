/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's console while a menu is on it: keys, seconds, and what has changed on the screen (UEFI 2.10, sections
 * 12.3 and 12.4). Nothing here fails for good: a console that cannot do a thing goes without. */
#ifndef BATON_MENU_CONSOLE_H
#define BATON_MENU_CONSOLE_H

#include "config.h"
#include "firmware.h"
#include "menu_keys.h"
#include "text_screen.h"

struct menu_console {
    const struct firmware *firmware;
    EFI_EVENT timer; /* comes each second; NULL when there is none, and time is what is slept away */
    unsigned looks;  /* at the keyboard since the last second, without a timer */
    bool had_cursor; /* the cursor was to be seen */
};

/* Sets the console to the mode that loader.conf asks for; where that is not there it stays as it is, with a line in the
 * log. Whether it has another mode now, and with it maybe the screen. */
bool menu_console_set_mode(const struct firmware *firmware, enum config_console how, uint32_t number);

/* Clears the console, hides the cursor and starts the clock. menu_console_stop ends it. */
void menu_console_start(struct menu_console *console, const struct firmware *firmware);

/* Clears it again, with colours and cursor as they are outside of a menu, and takes the clock's event back. */
void menu_console_stop(struct menu_console *console);

/* Makes the console blank. */
void menu_console_clear(const struct menu_console *console);

/* Writes what has changed. */
void menu_console_draw(const struct menu_console *console, struct text_screen *screen);

/*
 * Waits for a key or for the end of a second. True: it was a key. Seconds come on time, or late, whatever the keyboard
 * does: keys without end do not hold them up.
 */
MUST_CHECK bool menu_console_wait(struct menu_console *console, struct menu_key *ret_key);

#endif
