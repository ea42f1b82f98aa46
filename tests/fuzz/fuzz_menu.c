/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A menu of any size on a console of any size, and keys, seconds and failures. What is selected is an item and on the
 * screen; the console shows the same as one that is drawn from nothing; the edited line stays within its room, and
 * well-formed if it was so. In the end, after a failure, a key of any kind that never ends keeps nothing from being
 * booted.
 */
#include <string.h>

#include "fuzz.h"
#include "made_console.h"
#include "menu_titles.h"
#include "menu_view.h"
#include "utf.h"

#define TITLES    4
#define MOST_KEYS 200

struct made {
    struct menu menu;
    struct text_screen screen, again;
    struct made_console console;
};

static void start_screen(struct text_screen *screen, size_t rows, size_t columns)
{
    size_t size = 2 * (rows * columns * sizeof(struct text_cell) + 15);
    struct arena arena = {fuzz_room(size), size, 0};

    CHECK(text_screen_start(screen, rows, columns, &arena) == STATUS_OK);
}

static bool is_well_formed(const char *text)
{
    size_t length = strlen(text);
    uint16_t *units = fuzz_room((length + 3) * sizeof(uint16_t));
    char *back = fuzz_room(length + 4);
    size_t count = 0;

    CHECK(utf16_from_utf8(units, length + 3, text_of(text)) == length);
    while (units[count] != 0)
        count++;
    /* U+FFFD is longer than what it stands for, so that malformed text does not come back. */
    return utf8_from_utf16(back, length + 4, units, count) == length && memcmp(back, text, length) == 0;
}

static struct menu_item *make_items(struct input *input, size_t count)
{
    const char *titles[TITLES], *options[TITLES];
    struct menu_item *items = fuzz_room(count * sizeof(struct menu_item));
    size_t size = count * 1024 + 64;
    struct arena arena = {fuzz_room(size), size, 0};

    for (size_t i = 0; i < TITLES; i++) {
        titles[i] = input_string(input, 120);
        options[i] = input_string(input, 200);
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct menu_item){
            .title = i % 7 == 3 ? NULL : titles[i % TITLES],
            .version = i % 3 == 0 ? NULL : titles[(i + 1) % TITLES],
            .id = titles[(i / 2) % TITLES],
            .options = i % 5 == 4 ? NULL : options[i % TITLES],
            .key = titles[i % TITLES][0],
        };
    }
    CHECK(menu_make_titles(items, count, &arena) == STATUS_OK);
    return items;
}

static struct menu_key take_key(struct input *input)
{
    static const uint16_t scans[] = {1, 2, 3, 4, 5, 6, 8, 9, 10, 23};
    static const char letters[] = "\r\b ejkdtTpfMLq?+-19";
    uint64_t how = input_number(input, 1);

    if (how < 0x40)
        return (struct menu_key){.scan = scans[how % COUNT(scans)], .control = how >= 0x30};
    if (how < 0x80)
        return (struct menu_key){.unit = (uint8_t)letters[how % (sizeof(letters) - 1)]};
    if (how < 0xc0)
        return (struct menu_key){.unit = (uint16_t)input_number(input, 1), .control = how & 1, .alt = how & 2};
    return (struct menu_key){.scan = (uint16_t)input_number(input, 2), .unit = (uint16_t)input_number(input, 2)};
}

static void check_edit(const struct menu *menu)
{
    const struct menu_edit *edit = &menu->edit;

    if (menu->view != MENU_EDIT)
        return;
    CHECK(menu->edited == menu->selected && edit->length < MENU_EDIT_SIZE && edit->cursor <= edit->length);
    CHECK(strlen(edit->text) == edit->length && edit->first <= edit->cursor);
    if (is_well_formed(menu->items[menu->selected].options))
        CHECK(is_well_formed(edit->text) && (edit->text[edit->cursor] & 0xc0) != 0x80 &&
              (edit->text[edit->first] & 0xc0) != 0x80);
}

static void check_list(const struct menu *menu, const struct made_console *console)
{
    struct menu_layout layout = menu_lay_out(menu);
    size_t row = layout.body.row + menu->selected - menu->first;

    CHECK(layout.body.rows > 0 && layout.body.row + layout.body.rows <= console->rows);
    CHECK(layout.body.columns > 0 && layout.body.column + layout.body.columns <= console->columns);
    CHECK(layout.message.row + layout.message.rows <= console->rows);
    if (menu->view != MENU_LIST || menu->count == 0 || console->rows * console->columns == 1)
        return;
    CHECK(menu->selected >= menu->first && menu->selected - menu->first < layout.body.rows);
    CHECK(console->cells[row * console->columns + layout.body.column].unit == '>');
}

static void draw(struct made *made)
{
    struct menu again;

    menu_draw(&made->menu);
    made_console_draw(&made->console, &made->screen);
    CHECK(made_console_shows(&made->console, &made->screen));
    again = made->menu;
    again.screen = &made->again;
    menu_draw(&again);
    CHECK(memcmp(made->again.wanted, made->screen.wanted, made->screen.cells * sizeof(struct text_cell)) == 0);
    CHECK(made->menu.count == 0 ? made->menu.selected == 0 : made->menu.selected < made->menu.count);
    CHECK(made->menu.planned == MENU_NONE || made->menu.planned < made->menu.count);
    CHECK(made->menu.seconds > 0 || !made->menu.counting);
    CHECK(strlen(made->menu.notice) < MENU_NOTICE);
    check_edit(&made->menu);
    check_list(&made->menu, &made->console);
}

static void obey(struct made *made, enum menu_act act, struct text text)
{
    const char *line;

    switch (act) {
    case MENU_BOOT:
        CHECK(made->menu.count > 0);
        line = menu_command_line(&made->menu);
        CHECK(!line == !made->menu.items[made->menu.selected].options);
        CHECK(!line || strlen(line) < MENU_EDIT_SIZE);
        menu_came_back(&made->menu, text);
        CHECK(text.length == 0 || made->menu.items[made->menu.selected].tried == (made->menu.planned == MENU_NONE));
        break;
    case MENU_SHOW_STATUS:
    case MENU_SHOW_MAP:
    case MENU_SHOW_LOG:
        menu_show(&made->menu, text);
        break;
    case MENU_REDRAW:
        text_screen_invalidate(&made->screen);
        break;
    default:
        break;
    }
}

static bool is_end(enum menu_act act)
{
    return act == MENU_BOOT || act >= MENU_FIRMWARE_SETUP;
}

/* Nobody is there, but a key may be down. */
static void check_unattended(struct made *made, const struct menu_key *key, unsigned times)
{
    for (unsigned second = 0; second < MENU_STUCK_SECONDS + MENU_SECONDS + 1; second++) {
        for (unsigned i = 0; i < times; i++) {
            enum menu_act act = menu_key(&made->menu, key);

            if (is_end(act))
                return;
            obey(made, act, text_of("text"));
        }
        if (is_end(menu_second(&made->menu)))
            return;
    }
    CHECK(!"nothing is booted");
}

void fuzz(struct input *input)
{
    size_t rows = 1 + input_below(input, 20), columns = 1 + input_below(input, 70);
    size_t count = input_number(input, 1) % 16 == 1 ? input_below(input, 1025) : input_below(input, 40);
    struct menu_key key = take_key(input);
    struct made *made = fuzz_room(sizeof(*made));
    uint8_t *room = fuzz_room(MENU_EDIT_SIZE + 15);
    struct arena arena = {room, MENU_EDIT_SIZE + 15, 0};
    struct menu_setup setup = {.screen = &made->screen, .count = count, .has_firmware_setup = input_flag(input)};
    struct text text;

    setup.items = make_items(input, count);
    setup.timeout = (uint32_t)input_number(input, 1) - 3;
    setup.chosen = count > 0 ? input_below(input, count) : MENU_NONE;
    setup.saved = input_flag(input) ? setup.chosen : MENU_NONE;
    setup.editor_off = input_number(input, 1) == 1 ? "It is off." : NULL;
    setup.held = input_flag(input) ? &key : NULL;
    text = input_text(input, input_number(input, 2) % 1000);
    made->console = made_console_start(rows, columns);
    start_screen(&made->screen, rows, columns);
    start_screen(&made->again, rows, columns);
    CHECK(menu_start(&made->menu, &setup, &arena) == STATUS_OK);
    draw(made);
    for (unsigned keys = 0; input->size > 0 && keys < MOST_KEYS; keys++) {
        bool second = input->data[0] == 0x3f;

        key = take_key(input);
        obey(made, second ? menu_second(&made->menu) : menu_key(&made->menu, &key), text);
        draw(made);
    }
    if (count > 0) {
        menu_came_back(&made->menu, text_of("It failed."));
        check_unattended(made, &key, columns % 4);
        draw(made);
    }
    made_console_end(&made->console);
}
