/* SPDX-License-Identifier: BSD-2-Clause */
/* A menu with a console, whose keys are written as text. */
#ifndef BATON_TEST_MADE_MENU_H
#define BATON_TEST_MADE_MENU_H

#include "made_console.h"
#include "menu.h"

struct made_menu {
    struct menu menu;
    struct text_screen screen;
    struct made_console console;
    struct menu_item *items;
    void *room, *texts;
};

/*
 * A menu of `count` items titled "Item 1", "Item 2", … whose command lines are "options 1", …, on a cleared console.
 * `change`, if not NULL, changes the setup before the menu begins. made_menu_end gives it back.
 */
void made_menu_start(struct made_menu *made, size_t rows, size_t columns, size_t count,
                     void (*change)(struct menu_setup *setup, void *context), void *context);
void made_menu_end(struct made_menu *made);

/*
 * Presses keys, each a character or a name in <>: Up, Down, PageUp, Esc, F2, …, C-x and A-x with control and alt, and
 * <1s> for a second that passes. Returns what the last one asked for, after drawing; those before may ask for nothing
 * but texts, which they get, and to save.
 */
enum menu_act made_menu_press(struct made_menu *made, const char *script);

/* The key at the front of a script, which is taken off; false for <1s>. */
bool made_menu_take_key(const char **script, struct menu_key *ret_key);

/* Lets that many seconds pass, with `key` so often in each of them. Returns the first act that is one. */
enum menu_act made_menu_hold(struct made_menu *made, const char *key, unsigned times, unsigned seconds);

void made_menu_draw(struct made_menu *made);

#endif
