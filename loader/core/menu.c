/* SPDX-License-Identifier: BSD-2-Clause */
#include "menu.h"

#include "checked.h"
#include "format.h"
#include "menu_view.h"

/* 18 rows of at most 76 columns: a screen of 80 × 25 has room for no more. */
static const char help[] = "In the list\n"
                           "  Up, Down, k, j       one entry up, down\n"
                           "  PageUp, PageDown     one screen up, down; Home, End: first, last\n"
                           "  1 to 9               that entry; some have a letter of their own\n"
                           "  Enter, Right         boot the entry\n"
                           "  e                    edit its command line, for this boot\n"
                           "  d                    make it the default; once more: as it was configured\n"
                           "  t or +, T or -       a longer, a shorter timeout from the next boot on\n"
                           "  p, M, L              status, the firmware's memory map, the loader's log\n"
                           "  f, F2, Del, Esc      restart into the firmware's setup\n"
                           "  B, O                 restart, power off\n"
                           "  q, Ctrl-L            back to the firmware; draw the screen anew\n"
                           "In the editor\n"
                           "  Enter, Esc           boot with this command line, or leave it as it was\n"
                           "  Home, End            also Ctrl-A, Ctrl-E; for the arrows Ctrl-B, Ctrl-F\n"
                           "  Up, Down             by words; also Ctrl-Left, Ctrl-Right, Alt-B, Alt-F\n"
                           "  Ctrl-K, -U, -W       delete to the end, to the start, the word before\n"
                           "  Ctrl-Del, Alt-D      delete the word behind\n";

/* The list as it is when nobody has touched it, with what the countdown leads to. */
static void begin_unattended(struct menu *menu, uint32_t seconds)
{
    menu->view = MENU_LIST;
    menu->asking = false;
    menu->notice[0] = '\0';
    if (menu->planned != MENU_NONE)
        menu->selected = menu->planned;
    menu->counting = menu->counts;
    menu->seconds = seconds;
    for (menu->digits = 1; seconds >= 10; menu->digits++)
        seconds /= 10;
}

/* From here on it is told who presses keys. */
static void begin(struct menu *menu, uint32_t held, uint32_t seconds)
{
    menu->watch = menu_watch_start(held);
    menu->saved_before = menu->saved;
    menu->timeout_before = menu->timeout;
    begin_unattended(menu, seconds);
}

enum status menu_start(struct menu *menu, const struct menu_setup *setup, struct arena *arena)
{
    char *room = arena_take(arena, MENU_EDIT_SIZE, 1);
    bool opened_by_key = setup->timeout == MENU_TIMEOUT_HIDDEN || setup->timeout == MENU_TIMEOUT_UNSET;

    if (!room)
        return STATUS_NEED_ROOM;
    *menu = (struct menu){
        .screen = setup->screen,
        .items = setup->items,
        .count = setup->count,
        .planned = setup->count > 0 ? setup->chosen : MENU_NONE,
        .saved = setup->saved,
        .timeout = setup->timeout,
        .message = setup->message,
        .editor_off = setup->editor_off,
        .has_firmware_setup = setup->has_firmware_setup,
        .counts = setup->timeout != MENU_TIMEOUT_FORCE,
        .edit_room = room,
        .edited = MENU_NONE,
    };
    begin(menu, setup->held ? menu_key_code(setup->held) : MENU_CODE_NONE,
          opened_by_key ? MENU_SECONDS : setup->timeout);
    return STATUS_OK;
}

void menu_notice(struct menu *menu, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)format_list(menu->notice, sizeof(menu->notice), format, arguments); /* cut where it is too long */
    va_end(arguments);
}

static void open_editor(struct menu *menu)
{
    const char *options = menu->count > 0 ? menu->items[menu->selected].options : NULL;

    if (menu->editor_off || !options) {
        menu_notice(menu, "%s", menu->editor_off ? menu->editor_off : "There is no command line to edit.");
        return;
    }
    /* What was booted so and failed is still there. */
    if (menu->edited != menu->selected &&
        !menu_edit_start(&menu->edit, menu->edit_room, MENU_EDIT_SIZE, text_of(options))) {
        menu_notice(menu, "The command line is too long to edit it here.");
        return;
    }
    menu->edited = menu->selected;
    menu->view = MENU_EDIT;
}

static enum menu_act toggle_default(struct menu *menu)
{
    if (menu->count == 0)
        return MENU_WAIT;
    menu->saved = menu->saved == menu->selected ? MENU_NONE : menu->selected;
    if (menu->saved == MENU_NONE)
        menu_notice(menu, "The default is the configured one.");
    else
        menu_notice(menu, "The default is %s.", menu->items[menu->saved].shown);
    return MENU_SAVE_DEFAULT;
}

/* In systemd-boot's order, which unsigned numbers have by themselves but at the ends: unset, force, hidden, 1, 2, … */
static enum menu_act change_timeout(struct menu *menu, bool longer)
{
    if (menu->timeout != (longer ? MENU_TIMEOUT_MAX : MENU_TIMEOUT_UNSET))
        menu->timeout += longer ? 1 : UINT32_MAX;
    if (menu->timeout == MENU_TIMEOUT_UNSET)
        menu_notice(menu, "Timeout: as loader.conf has it.");
    else if (menu->timeout == MENU_TIMEOUT_FORCE)
        menu_notice(menu, "Timeout: none, the menu waits for a key.");
    else if (menu->timeout == MENU_TIMEOUT_HIDDEN)
        menu_notice(menu, "Timeout: 0 s, a key that is held opens the menu.");
    else
        menu_notice(menu, "Timeout: %u s.", menu->timeout);
    return MENU_SAVE_TIMEOUT;
}

static enum menu_act boot(struct menu *menu, bool edited)
{
    if (menu->count == 0) {
        menu_notice(menu, "There is nothing to boot.");
        return MENU_WAIT;
    }
    menu->boot_edited = edited;
    return MENU_BOOT;
}

static void ask_for_setup(struct menu *menu)
{
    menu->asking = menu->has_firmware_setup;
    menu_notice(menu, menu->asking ? "Press Enter to restart into the firmware's setup, any other key to stay."
                                   : "This firmware cannot be asked for its setup; press its key while it starts.");
}

/* The keys that open a text, in the list and in another text. Whether it was one of them. */
static bool open_text(struct menu *menu, uint32_t code)
{
    switch (code) {
    case 'p':
    case 'P':
        menu->asked = MENU_SHOW_STATUS;
        return true;
    case 'M':
        menu->asked = MENU_SHOW_MAP;
        return true;
    case 'L':
        menu->asked = MENU_SHOW_LOG;
        return true;
    case '?':
    case 'h':
    case 'H':
    case MENU_CODE_F1:
        menu->asked = MENU_WAIT;
        menu_show(menu, text_of(help));
        return true;
    default:
        return false;
    }
}

void menu_show(struct menu *menu, struct text text)
{
    menu->view = MENU_PAGER;
    menu->pager = (struct menu_pager){.text = text};
    menu->pager.heading = menu->asked == MENU_SHOW_STATUS ? "Status"
                          : menu->asked == MENU_SHOW_MAP  ? "Memory map"
                          : menu->asked == MENU_SHOW_LOG  ? "Log"
                                                          : "Keys";
    if (menu->asked == MENU_SHOW_LOG) { /* the newest lines are the last ones */
        struct menu_layout layout = menu_lay_out(menu);

        (void)menu_pager_key(&menu->pager, MENU_CODE_END, &layout.body); /* is one of its keys */
    }
}

/* Whether it was a key that moves the selection. */
static bool move(struct menu *menu, uint32_t code)
{
    size_t last = menu->count > 0 ? menu->count - 1 : 0, page = menu_lay_out(menu).body.rows;

    switch (code) {
    case MENU_CODE_UP:
    case 'k':
    case 'K':
        menu->selected -= menu->selected > 0;
        return true;
    case MENU_CODE_DOWN:
    case 'j':
    case 'J':
        menu->selected += menu->selected < last;
        return true;
    case MENU_CODE_PAGE_UP:
        menu->selected -= (size_t)min_u64(menu->selected, page);
        return true;
    case MENU_CODE_PAGE_DOWN:
        menu->selected += (size_t)min_u64(last - menu->selected, page);
        return true;
    case MENU_CODE_HOME:
        menu->selected = 0;
        return true;
    case MENU_CODE_END:
        menu->selected = last;
        return true;
    default:
        return false;
    }
}

/* A digit chooses the item with that number, a letter the next one that has it. */
static void choose(struct menu *menu, uint32_t code)
{
    if (code >= '1' && code <= '9' && menu->count > 0)
        menu->selected = (size_t)min_u64(code - '1', menu->count - 1);
    for (size_t i = 1; code != 0 && i < menu->count; i++) {
        size_t index = (menu->selected + i) % menu->count;

        if ((uint8_t)menu->items[index].key == code) {
            menu->selected = index;
            return;
        }
    }
}

static enum menu_act list_key(struct menu *menu, uint32_t code)
{
    if (move(menu, code))
        return MENU_WAIT;
    if (open_text(menu, code))
        return menu->asked;
    switch (code) {
    case MENU_CODE_ENTER:
    case MENU_CODE_RIGHT:
        return boot(menu, false);
    case 'e':
    case 'E':
        open_editor(menu);
        return MENU_WAIT;
    case 'd':
    case 'D':
        return toggle_default(menu);
    case 't':
    case '+':
        return change_timeout(menu, true);
    case 'T':
    case '-':
        return change_timeout(menu, false);
    case 'f':
    case 'F':
    case MENU_CODE_F2: /* these keys are for the setup in one firmware or another */
    case MENU_CODE_F10:
    case MENU_CODE_DELETE:
    case MENU_CODE_ESC:
        ask_for_setup(menu);
        return MENU_WAIT;
    case 'B':
        return MENU_REBOOT;
    case 'O':
        return MENU_POWER_OFF;
    case 'q':
    case 'Q':
        return MENU_QUIT;
    default:
        choose(menu, code);
        return MENU_WAIT;
    }
}

static enum menu_act edit_key(struct menu *menu, uint32_t code)
{
    if (code == MENU_CODE_ENTER)
        return boot(menu, true);
    if (code == MENU_CODE_ESC) {
        menu->view = MENU_LIST;
        menu->edited = MENU_NONE;
    } else {
        menu_edit_key(&menu->edit, code);
    }
    return MENU_WAIT;
}

static enum menu_act pager_key(struct menu *menu, uint32_t code)
{
    struct menu_layout layout = menu_lay_out(menu);

    if (menu_pager_key(&menu->pager, code, &layout.body))
        return MENU_WAIT;
    if (open_text(menu, code))
        return menu->asked;
    if (code == MENU_CODE_ESC || code == MENU_CODE_ENTER || code == MENU_CODE_LEFT || code == 'q' || code == 'Q')
        menu->view = MENU_LIST;
    return MENU_WAIT;
}

enum menu_act menu_key(struct menu *menu, const struct menu_key *key)
{
    uint32_t code = menu_key_code(key);

    if (code == MENU_CODE_NONE || !menu_watch_key(&menu->watch, code))
        return MENU_WAIT;
    menu->counting = false;
    menu->notice[0] = '\0';
    if (menu->asking) {
        menu->asking = false;
        return code == MENU_CODE_ENTER ? MENU_FIRMWARE_SETUP : MENU_WAIT;
    }
    if (code == MENU_CODE_CTRL('L'))
        return MENU_REDRAW;
    return menu->view == MENU_LIST   ? list_key(menu, code)
           : menu->view == MENU_EDIT ? edit_key(menu, code)
                                     : pager_key(menu, code);
}

enum menu_act menu_second(struct menu *menu)
{
    if (menu_watch_second(&menu->watch)) {
        menu_notice(menu, "A key that seems to be stuck is ignored until it is let go.");
        if (!menu->watch.several) {
            menu->edited = MENU_NONE;
            menu->saved = menu->saved_before;
            menu->timeout = menu->timeout_before;
            begin_unattended(menu, MENU_SECONDS);
            return MENU_WAIT;
        }
    }
    if (!menu->counting || --menu->seconds > 0)
        return MENU_WAIT;
    menu->counting = false;
    return menu->planned == MENU_NONE ? MENU_QUIT : boot(menu, false);
}

const char *menu_command_line(const struct menu *menu)
{
    if (menu->boot_edited)
        return menu->edit.text;
    return menu->count > 0 ? menu->items[menu->selected].options : NULL;
}

void menu_came_back(struct menu *menu, struct text message)
{
    struct menu_item *item = &menu->items[menu->selected];
    size_t next = MENU_NONE;

    item->tried = true;
    item->failed = message.length > 0;
    menu->message = message;
    for (size_t i = 1; i < menu->count && next == MENU_NONE; i++) {
        size_t index = (menu->selected + i) % menu->count;

        if (!menu->items[index].tried && !menu->items[index].by_hand)
            next = index;
    }
    /* Who has had a program run is there, and is waited for. */
    menu->counts = item->failed || menu->watch.first == 0;
    menu->planned = menu->counts ? next : menu->selected;
    begin(menu, menu->watch.ignored != 0 ? menu->watch.ignored : menu->watch.key, MENU_SECONDS);
}
