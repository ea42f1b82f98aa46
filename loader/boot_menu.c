/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_menu.h"

#include "checked.h"
#include "console.h"
#include "counting.h"
#include "find.h"
#include "format.h"
#include "graphics.h"
#include "memmap.h"
#include "menu_console.h"
#include "menu_text.h"
#include "menu_titles.h"
#include "restart.h"
#include "variables.h"

#define SERIAL_COLUMNS 80
#define NUMBER_SIZE    16 /* bytes of a timeout */
#define FIRST_ROOM     (64U * 1024)
#define ROOM_AT_MOST   (8U * 1024 * 1024)

/* What can be edited. A unified image's own line is what a person wants to change. */
static const char *command_line_of(const struct entry *entry)
{
    if (entry->action != ENTRY_BOOT)
        return NULL;
    return entry->own_options && entry->options[0] == '\0' ? entry->own_options : entry->options;
}

/* systemd-boot's, too. */
static char letter_of(const struct entry *entry)
{
    bool is_linux =
        entry->kernel_key == ENTRY_KERNEL_LINUX || entry->kernel_key == ENTRY_KERNEL_UKI || counting_is_image(entry);

    return entry->key == '\0' && is_linux ? 'l' : entry->key;
}

static struct menu_item item_of(const struct entry *entry)
{
    return (struct menu_item){
        .title = entry->title,
        .version = entry->version,
        .machine_id = entry->machine_id,
        .id = entry->id,
        .options = command_line_of(entry),
        .key = letter_of(entry),
        .by_hand = entry->automatic,
    };
}

static enum status make_items(struct boot_menu *menu, struct arena *arena)
{
    const struct choice *choice = &menu->boot->choice;

    menu->items = arena_take(arena, choice->count, sizeof(menu->items[0]));
    if (!menu->items)
        return STATUS_NEED_ROOM;
    for (size_t i = 0; i < choice->count; i++)
        menu->items[i] = item_of(&choice->entries[i]);
    return menu_make_titles(menu->items, choice->count, arena);
}

static uint32_t timeout_number(struct interface_timeout timeout)
{
    if (timeout.menu == INTERFACE_MENU_FORCED)
        return MENU_TIMEOUT_FORCE;
    return timeout.menu == INTERFACE_MENU_TIMED ? timeout.seconds : MENU_TIMEOUT_HIDDEN;
}

/*
 * OVMF (2022.11) has its serial terminal in a mode of 80 columns when the console has 100: the terminal refuses to move
 * the cursor behind them, and loses count of it when a row is longer.
 */
static void find_size(struct boot *boot, size_t *ret_rows, size_t *ret_columns)
{
    size_t most = sinks_console_is_serial(&boot->sinks) ? SERIAL_COLUMNS : TEXT_SCREEN_COLUMNS;

    console_size(&boot->firmware, ret_rows, ret_columns);
    *ret_rows = (size_t)min_u64(*ret_rows, TEXT_SCREEN_ROWS);
    *ret_columns = (size_t)min_u64(*ret_columns, most);
}

static void set_console(struct boot *boot)
{
    const struct loader_config *config = &boot->choice.config;

    if (menu_console_set_mode(&boot->firmware, config->console, config->console_number))
        graphics_find(&boot->firmware, &boot->facts);
}

/* What ran meanwhile may have left the console in another mode. Of a larger one no more is used than there was. */
static void follow_size(struct boot_menu *menu)
{
    size_t rows, columns;

    find_size(menu->boot, &rows, &columns);
    text_screen_resize(&menu->screen, (size_t)min_u64(rows, menu->rows), (size_t)min_u64(columns, menu->columns));
}

/* All of the menu, in one arena. */
static enum status make(struct boot_menu *menu, struct menu_setup *setup, struct arena *arena)
{
    enum status status = make_items(menu, arena);

    setup->items = menu->items;
    find_size(menu->boot, &menu->rows, &menu->columns);
    if (status == STATUS_OK)
        status = text_screen_start(&menu->screen, menu->rows, menu->columns, arena);
    if (status == STATUS_OK)
        status = menu_start(&menu->menu, setup, arena);
    return status;
}

static const char *why_no_editor(const struct boot *boot)
{
    if (boot->choice.config.no_editor)
        return "Editing is switched off in loader.conf.";
    /* Whoever may change a command line can have the verified kernel do anything. */
    return facts_want_verification(&boot->facts) ? "Nothing can be edited while Secure Boot is on." : NULL;
}

/* What was wrong with files is in the log, which nobody sees any more when there is a menu in its place. */
static struct text tell_mistakes(struct boot_menu *menu)
{
    size_t mistakes = menu->boot->choice.mistakes;

    if (mistakes == 0)
        return (struct text){NULL, 0};
    (void)format_text(menu->failure.text, sizeof(menu->failure.text),
                      "Mistakes in configuration files: %zu. L shows what they are.", mistakes);
    return text_of(menu->failure.text);
}

/* `chosen`: what is booted when nobody chooses. Its items come later. */
static struct menu_setup setup_of(struct boot_menu *menu, size_t chosen, const struct menu_key *held)
{
    const struct boot *boot = menu->boot;

    return (struct menu_setup){
        .screen = &menu->screen,
        .count = boot->choice.count,
        .chosen = chosen,
        .saved = boot->choice.saved,
        .timeout = timeout_number(boot->choice.timeout),
        .message = tell_mistakes(menu),
        .editor_off = why_no_editor(boot),
        .has_firmware_setup = restart_can_open_setup(&boot->firmware),
        .held = held,
    };
}

enum status boot_menu_open(struct boot *boot, const struct menu_key *held, struct boot_menu *ret_menu,
                           struct error *error)
{
    /* Of automatic entries alone nobody has said that one is to be booted. */
    size_t chosen = boot->choice.count > 0 ? boot->choice.chosen : MENU_NONE, mark;
    enum status status = STATUS_NEED_ROOM;
    struct menu_setup setup;

    set_console(boot);
    if (find_automatic(boot, error) != STATUS_OK)
        log_warning("%s", error->text); /* the others are what matters */
    mark = boot->ledger.count;
    ret_menu->boot = boot;
    setup = setup_of(ret_menu, chosen, held);
    ret_menu->timeout = setup.timeout;
    for (size_t size = FIRST_ROOM; status == STATUS_NEED_ROOM && size <= ROOM_AT_MOST; size *= 2) {
        void *room = NULL;

        ledger_undo(&boot->ledger, mark);
        status = ledger_memory(&boot->ledger, size, &room, error);
        if (status == STATUS_OK)
            status = make(ret_menu, &setup, &(struct arena){room, size, 0});
    }
    if (status == STATUS_NEED_ROOM)
        status = error_set(error, STATUS_NO_MEMORY, "The menu takes more than %u MiB. Take some entries out.",
                           ROOM_AT_MOST >> 20);
    if (status != STATUS_OK)
        ledger_undo(&boot->ledger, mark);
    return status;
}

static const struct entry *selected_entry(const struct boot_menu *menu)
{
    return menu->menu.count > 0 ? &menu->boot->choice.entries[menu->menu.selected] : NULL;
}

static enum status write_text(struct boot_menu *menu, enum menu_act act, struct text *ret_text, struct error *error)
{
    struct boot *boot = menu->boot;

    if (act == MENU_SHOW_MAP)
        return memmap_write(&boot->ledger, ret_text, error);
    if (act == MENU_SHOW_LOG)
        return menu_text_log(boot, ret_text, error);
    return menu_text_status(boot, selected_entry(menu), ret_text, error);
}

/* `mark`: what the ledger has got since is a text that was shown before. */
static void show_text(struct boot_menu *menu, enum menu_act act, size_t mark)
{
    struct text text;

    ledger_undo(&menu->boot->ledger, mark);
    if (write_text(menu, act, &text, &menu->no_text) != STATUS_OK)
        text = text_of(menu->no_text.text);
    menu_show(&menu->menu, text);
}

/* What the menu does by itself. False when that is nothing, and the act is for who has shown the menu. */
static bool do_itself(struct boot_menu *menu, struct menu_console *console, enum menu_act act, size_t mark)
{
    switch (act) {
    case MENU_WAIT:
    case MENU_SAVE_DEFAULT:
    case MENU_SAVE_TIMEOUT:
        return true;
    case MENU_SHOW_STATUS:
    case MENU_SHOW_MAP:
    case MENU_SHOW_LOG:
        show_text(menu, act, mark);
        return true;
    case MENU_REDRAW:
        menu_console_clear(console);
        text_screen_cleared(&menu->screen);
        return true;
    default:
        return false;
    }
}

static void save_default(struct boot_menu *menu)
{
    struct boot *boot = menu->boot;
    size_t saved = menu->menu.saved;

    if (saved == boot->choice.saved)
        return;
    if (saved == MENU_NONE ? variable_delete(&boot->firmware, VARIABLE_OF_LOADER, u"LoaderEntryDefault")
                           : variable_set_text(&boot->firmware, u"LoaderEntryDefault", VARIABLE_PERSISTENT,
                                               boot->choice.entries[saved].id))
        boot->choice.saved = saved;
}

/* As the Boot Loader Interface has it. */
static void save_timeout(struct boot_menu *menu)
{
    const struct firmware *firmware = &menu->boot->firmware;
    uint32_t timeout = menu->menu.timeout;
    char number[NUMBER_SIZE];
    const char *text = number;

    if (timeout == menu->timeout)
        return;
    (void)format_text(number, sizeof(number), "%u", timeout);
    if (timeout == MENU_TIMEOUT_FORCE)
        text = "menu-force";
    else if (timeout == MENU_TIMEOUT_HIDDEN)
        text = "menu-hidden";
    if (timeout == MENU_TIMEOUT_UNSET ? variable_delete(firmware, VARIABLE_OF_LOADER, u"LoaderConfigTimeout")
                                      : variable_set_text(firmware, u"LoaderConfigTimeout", VARIABLE_PERSISTENT, text))
        menu->timeout = timeout;
}

enum menu_act boot_menu_ask(struct boot_menu *menu)
{
    struct boot *boot = menu->boot;
    struct menu_console console;
    struct menu_key key;
    enum menu_act act;
    size_t mark;

    set_console(boot);
    follow_size(menu);
    mark = boot->ledger.count;
    sinks_lend(&boot->sinks);
    menu_console_start(&console, &boot->firmware);
    do {
        menu_draw(&menu->menu);
        menu_console_draw(&console, &menu->screen);
        act = keyboard_clock_wait(&console.clock, &key) ? menu_key(&menu->menu, &key) : menu_second(&menu->menu);
    } while (do_itself(menu, &console, act, mark));
    menu_console_stop(&console);
    sinks_take_back(&boot->sinks);
    save_default(menu);
    save_timeout(menu);
    ledger_undo(&boot->ledger, mark);
    return act;
}

struct entry boot_menu_entry(const struct boot_menu *menu)
{
    struct entry entry = *selected_entry(menu);
    const char *options = menu_command_line(&menu->menu);

    if (options != menu->items[menu->menu.selected].options)
        entry.options = options;
    return entry;
}

void boot_menu_came_back(struct boot_menu *menu, const struct error *failure)
{
    struct menu_key ignored;

    (void)keyboard_forget(&menu->boot->firmware, &ignored);
    if (failure)
        menu->failure = *failure;
    menu_came_back(&menu->menu, failure ? text_of(menu->failure.text) : (struct text){NULL, 0});
}

void boot_menu_failed_before(struct boot_menu *menu, size_t index, const struct error *failure)
{
    menu->menu.selected = index;
    menu->failure = *failure;
    menu_came_back(&menu->menu, text_of(menu->failure.text));
}

void boot_menu_notice(struct boot_menu *menu, const struct error *error)
{
    menu_notice(&menu->menu, "%s", error->text);
}
