/* SPDX-License-Identifier: BSD-2-Clause */
#include "manage.h"

#include "boot_menu.h"
#include "graphics.h"
#include "keyboard.h"

#define TIME_TO_READ   10000 /* milliseconds that an error stays on the screen, or until a key */
#define TIME_TO_REPEAT 100   /* milliseconds: a key that is held down comes many times a second */

static void apply_log_level(struct boot *boot, const struct entry *entry)
{
    if (entry->has_log_level)
        sinks_set_level(&boot->sinks, entry->log_level);
    else
        sinks_set_level(&boot->sinks, boot->choice.config.has_log_level ? boot->choice.config.log_level : LOG_WARNING);
}

static bool may_show_menu(const struct boot *boot)
{
    return boot->choice.timeout.menu != INTERFACE_MENU_DISABLED;
}

/* The screen stays until a key, or for a while. Whether it was a key that asks for the menu, and which. */
static bool wait_for_reader(struct boot *boot, struct menu_key *ret_key)
{
    (void)keyboard_forget(&boot->firmware, ret_key); /* nobody has read anything yet */
    console_print(&boot->sinks.screen,
                  text_of(may_show_menu(boot)
                              ? "Press Enter to go on, another key for the menu; in ten seconds it goes on by itself.\n"
                              : "Press a key to go on; in ten seconds it goes on by itself.\n"));
    return keyboard_wait(&boot->firmware, TIME_TO_READ, ret_key) && may_show_menu(boot) &&
           menu_key_code(ret_key) != MENU_CODE_ENTER;
}

/* Shows an error until a person has pressed a key, or for a while. Whether the key asks for the menu, and which it was.
 */
static bool show_error(struct boot *boot, const struct error *error, struct menu_key *ret_key)
{
    log_error("%s", error->text);
    return wait_for_reader(boot, ret_key);
}

/* Puts back what the entry changed, with its files and its memory. A program that was started may have left the screen
 * in another mode. */
static void undo_entry(struct boot *boot, size_t mark)
{
    ledger_undo(&boot->ledger, mark);
    graphics_find(&boot->firmware, &boot->facts);
}

/* Returns as boot_entry does, with everything as it was before. */
static enum status try_entry(struct boot *boot, const struct entry *entry, struct error *error)
{
    size_t mark = boot->ledger.count;
    enum status status;

    apply_log_level(boot, entry);
    log_info("booting %s (%s)", entry->kernel, entry->file);
    status = boot_entry(boot, entry, error);
    undo_entry(boot, mark);
    return status;
}

/* The default is the first, and the others follow in their order. */
static size_t ith_to_try(const struct choice *choice, size_t i)
{
    if (i == 0)
        return choice->chosen;
    return i <= choice->chosen ? i - 1 : i;
}

/* ---- with a menu ---- */

static enum status boot_selected(struct boot *boot, struct boot_menu *menu, struct error *error)
{
    const struct entry entry = boot_menu_entry(menu);
    enum status status = try_entry(boot, &entry, error);

    if (status != STATUS_OK)
        log_error("%s", error->text);
    boot_menu_came_back(menu, status == STATUS_OK ? NULL : error);
    return status;
}

/* A key, and no entry. Returns only when it cannot be done. */
static void restart_by_key(struct boot *boot, struct boot_menu *menu, enum entry_action action)
{
    const struct entry entry = {.action = action};
    struct error error;

    if (boot_entry(boot, &entry, &error) != STATUS_OK)
        boot_menu_notice(menu, &error);
}

/* Until a person, or the countdown, goes back to the firmware. Returns what became of the last entry that was booted;
 * before the first one is, that is `status`. */
static enum status run_menu(struct boot *boot, struct boot_menu *menu, enum status status, struct error *error)
{
    for (;;) {
        switch (boot_menu_ask(menu)) {
        case MENU_BOOT:
            status = boot_selected(boot, menu, error);
            break;
        case MENU_FIRMWARE_SETUP:
            restart_by_key(boot, menu, ENTRY_FIRMWARE_SETUP);
            break;
        case MENU_REBOOT:
            restart_by_key(boot, menu, ENTRY_REBOOT);
            break;
        case MENU_POWER_OFF:
            restart_by_key(boot, menu, ENTRY_POWER_OFF);
            break;
        default:
            log_info("leaving the menu for the firmware");
            return status;
        }
    }
}

/* A machine that boots without its menu is better than one that does not boot. */
static bool open_menu(struct boot *boot, const struct menu_key *held, struct boot_menu *menu)
{
    struct error error;

    if (boot_menu_open(boot, held, menu, &error) == STATUS_OK)
        return true;
    log_warning("no menu: %s", error.text);
    return false;
}

/* Whether anybody may hold a key for the menu: where nobody asked for one, and there is nothing to choose, a boot does
 * not take a moment longer for it. */
static bool may_hold_key(const struct choice *choice)
{
    return choice->timeout.menu != INTERFACE_MENU_UNSAID || choice->count > 1;
}

/*
 * The firmware has thrown away what was pressed before us, and gives a key that is held when that comes again. A menu
 * that is shown anyway has to know of it, too: a key that is stuck must not restart the machine for ever. Late as the
 * clock may have told its end, a key that came before is there all the same.
 */
static bool is_key_held(struct boot *boot, struct menu_key *ret_key)
{
    if (keyboard_forget(&boot->firmware, ret_key))
        return true;
    return may_hold_key(&boot->choice) &&
           (keyboard_wait(&boot->firmware, TIME_TO_REPEAT, ret_key) || keyboard_forget(&boot->firmware, ret_key));
}

/* Whether it is shown before anything is booted. */
static bool wants_menu(struct boot *boot, struct menu_key *held, bool *ret_is_held)
{
    const enum interface_menu menu = boot->choice.timeout.menu;

    *ret_is_held = may_show_menu(boot) && is_key_held(boot, held);
    return *ret_is_held || menu == INTERFACE_MENU_TIMED || menu == INTERFACE_MENU_FORCED;
}

/* ---- without one ---- */

/* Nobody is there to want another automatic one than the default. */
static bool is_tried_by_itself(const struct choice *choice, size_t index)
{
    return index == choice->chosen || !choice->entries[index].automatic;
}

/* The entries up to the `tried`-th that was tried have failed, the last one so. False when there is no
 * memory for the menu. */
static bool open_menu_after(struct boot *boot, size_t tried, const struct error *failure, const struct menu_key *held,
                            struct boot_menu *menu)
{
    if (!open_menu(boot, held, menu))
        return false;
    for (size_t i = 0; i <= tried; i++) {
        if (is_tried_by_itself(&boot->choice, ith_to_try(&boot->choice, i)))
            boot_menu_failed_before(menu, ith_to_try(&boot->choice, i), failure);
    }
    return true;
}

/* Tries the entries in order, each once, until one boots. Whoever presses a key to an error gets the menu. */
static enum status boot_first_that_can(struct boot *boot, struct boot_menu *menu, struct error *error)
{
    enum status status = STATUS_NOT_FOUND;
    struct menu_key key;

    for (size_t i = 0; i < boot->choice.count; i++) {
        const size_t index = ith_to_try(&boot->choice, i);
        const struct entry *entry = &boot->choice.entries[index];

        if (!is_tried_by_itself(&boot->choice, index))
            continue;
        status = try_entry(boot, entry, error);
        if (status == STATUS_OK) {
            log_info("%s has ended; going back to the firmware", entry->kernel);
            return STATUS_OK;
        }
        if (show_error(boot, error, &key) && open_menu_after(boot, i, error, &key, menu))
            return run_menu(boot, menu, status, error);
    }
    log_warning("nothing is left to boot; going back to the firmware");
    return status;
}

enum status manage(struct boot *boot, struct error *error)
{
    struct boot_menu menu; /* it refers to itself, and stays here */
    struct menu_key held;
    bool is_held, wanted = wants_menu(boot, &held, &is_held);

    if (!wanted && boot->choice.mistakes > 0)
        wanted = is_held = wait_for_reader(boot, &held);
    if (wanted && open_menu(boot, is_held ? &held : NULL, &menu))
        return run_menu(boot, &menu, STATUS_OK, error);
    return boot_first_that_can(boot, &menu, error);
}

enum status manage_nothing(struct boot *boot, enum status status, struct error *error)
{
    struct boot_menu menu;
    struct menu_key key;

    if (!show_error(boot, error, &key) || !open_menu(boot, &key, &menu))
        return status;
    boot_menu_notice(&menu, error);
    return run_menu(boot, &menu, status, error);
}
