/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_menu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_TEXT 32

static const struct {
    const char *name;
    uint16_t scan;
} names[] = {
    {"Up", 0x01},     {"Down", 0x02},   {"Right", 0x03},    {"Left", 0x04},    {"Home", 0x05},     {"End", 0x06},
    {"Delete", 0x08}, {"PageUp", 0x09}, {"PageDown", 0x0a}, {"F1", 0x0b},      {"F2", 0x0c},       {"F3", 0x0d},
    {"F10", 0x14},    {"Esc", 0x17},    {"VolUp", 0x80},    {"VolDown", 0x81}, {"Suspend", 0x102},
};

static void *take(size_t count, size_t size)
{
    void *room = calloc(count > 0 ? count : 1, size);

    if (!room)
        abort();
    return room;
}

void made_menu_start(struct made_menu *made, size_t rows, size_t columns, size_t count,
                     void (*change)(struct menu_setup *setup, void *context), void *context)
{
    size_t size = rows * columns * 2 * sizeof(struct text_cell) + MENU_EDIT_SIZE + 48;
    char *texts = take(count, 2 * ITEM_TEXT);
    struct arena arena = {take(size, 1), size, 0};
    struct menu_setup setup = {.screen = &made->screen, .count = count, .saved = MENU_NONE, .timeout = 5};

    *made = (struct made_menu){.room = arena.base, .texts = texts, .console = made_console_start(rows, columns)};
    setup.items = made->items = take(count, sizeof(struct menu_item));
    for (size_t i = 0; i < count; i++, texts += 2 * ITEM_TEXT) {
        snprintf(texts, ITEM_TEXT, "Item %zu", i + 1);
        snprintf(texts + ITEM_TEXT, ITEM_TEXT, "options %zu", i + 1);
        made->items[i] = (struct menu_item){.title = texts, .id = texts, .shown = texts, .options = texts + ITEM_TEXT};
    }
    if (change)
        change(&setup, context);
    if (text_screen_start(&made->screen, rows, columns, &arena) != STATUS_OK ||
        menu_start(&made->menu, &setup, &arena) != STATUS_OK)
        abort();
    made_menu_draw(made);
}

void made_menu_end(struct made_menu *made)
{
    free(made->texts);
    free(made->items);
    free(made->room);
    made_console_end(&made->console);
}

void made_menu_draw(struct made_menu *made)
{
    menu_draw(&made->menu);
    made_console_draw(&made->console, &made->screen);
}

bool made_menu_take_key(const char **script, struct menu_key *ret_key)
{
    const char *name = *script + 1, *end = strchr(name, '>');

    *ret_key = (struct menu_key){.unit = (uint8_t) * *script};
    if (**script != '<' || !end) {
        ++*script;
        return true;
    }
    *script = end + 1;
    if (strncmp(name, "1s", 2) == 0)
        return false;
    *ret_key = (struct menu_key){.control = name[0] == 'C' && name[1] == '-', .alt = name[0] == 'A' && name[1] == '-'};
    if (ret_key->control || ret_key->alt)
        name += 2;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strlen(names[i].name) == (size_t)(end - name) && memcmp(names[i].name, name, (size_t)(end - name)) == 0)
            ret_key->scan = names[i].scan;
    }
    if (ret_key->scan == 0)
        ret_key->unit = (uint8_t)name[0];
    return true;
}

static enum menu_act press(struct made_menu *made, const char **script)
{
    struct menu_key key;
    enum menu_act act = made_menu_take_key(script, &key) ? menu_key(&made->menu, &key) : menu_second(&made->menu);

    if (act >= MENU_SHOW_STATUS && act <= MENU_SHOW_LOG)
        menu_show(&made->menu, text_of("one\ntwo\nthree"));
    made_menu_draw(made);
    return act;
}

enum menu_act made_menu_press(struct made_menu *made, const char *script)
{
    enum menu_act act = MENU_WAIT;

    while (*script != '\0') {
        act = press(made, &script);
        if (*script != '\0' && act != MENU_WAIT && (act < MENU_SAVE_DEFAULT || act > MENU_REDRAW)) {
            fprintf(stderr, "act %d before '%s'\n", (int)act, script);
            abort();
        }
    }
    return act;
}

enum menu_act made_menu_hold(struct made_menu *made, const char *key, unsigned times, unsigned seconds)
{
    for (unsigned second = 0; second < seconds; second++) {
        for (unsigned i = 0; i <= times; i++) {
            const char *script = i < times ? key : "<1s>";
            enum menu_act act = press(made, &script);

            if (act != MENU_WAIT && (act < MENU_SAVE_DEFAULT || act > MENU_REDRAW))
                return act;
        }
    }
    return MENU_WAIT;
}
