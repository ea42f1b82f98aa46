/* SPDX-License-Identifier: BSD-2-Clause */
/* A menu, and what a person does with it. Where a key may get lost it must not matter: both entries boot. */
#include "fake_pe.h"
#include "scenario_parts.h"

#define HIGH  0xffffffff80000000ULL
#define SMALL 9 /* rows: a screen that is full takes many calls */
#define TRIES 6 /* more than can be tried before the countdowns and the person give up */

/* A menu with two entries that boot the same, the first one without options. Nobody types in the tenth of a second
 * before it is there, but for a key that is held: what is typed begins with a pause. */
static void make_menu(struct scenario *scenario, const char *loader_conf, const char *typed)
{
    scenario_add_text(scenario, "/loader/loader.conf", loader_conf);
    scenario_add_text(scenario, "/loader/entries/b.conf", "title One\nkernel /os.elf\noptions one\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "title Two\nversion 2\nkernel /os.elf\noptions one\n");
    scenario_add_elf(scenario, HIGH);
    scenario->expected.command_line = "one";
    scenario->setup.typed = typed;
    scenario->is_menu = true;
    scenario->unattended = FAKE_JUMPED;
    scenario->entries = TRIES;
}

static void make_countdown(struct scenario *scenario)
{
    make_menu(scenario, "timeout 2\n", NULL);
}

static void make_choice(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\ndefault b*\n", "...j\r");
    scenario->words = "booting /os.elf (/loader/entries/a.conf)";
}

static void make_forced(struct scenario *scenario)
{
    make_menu(scenario, "timeout menu-force\n", ".k>\x01\x02 2\r");
    scenario->unattended = FAKE_WAITED;
    scenario->words = "booting /os.elf (/loader/entries/a.conf)";
}

static void make_edited(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".e2\r");
    scenario->expected.command_line = "one2";
    scenario->expected.unedited = "one";
}

/* Before the word. */
static void make_edited_in_front(struct scenario *scenario, const char *typed, const char *unmodified)
{
    make_menu(scenario, "timeout 5\n", typed);
    scenario->expected.command_line = "2one";
    scenario->expected.unedited = "one";
    scenario->expected.unmodified = unmodified;
}

static void make_edited_with_ctrl(struct scenario *scenario)
{
    make_edited_in_front(scenario, ".e\0032\r", "on2e");
}

static void make_edited_with_alt(struct scenario *scenario)
{
    make_edited_in_front(scenario, ".e\0042\r", "oneb2");
}

/* What firmware may make of keys: none comes twice, and what has no modifiers is as it was. */
static void make_keyboard(struct scenario *scenario, enum fake_keyboard keyboard)
{
    make_edited_in_front(scenario, ".e\0012\r", NULL);
    scenario->setup.keyboard = keyboard;
}

static void make_simple_keyboard(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_SIMPLE);
}

static void make_empty_keyboard(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_EMPTY);
}

static void make_dead_keyboard(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_DEAD);
}

static void make_keyboard_without_event(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_NO_EVENT);
}

static void make_keys_twice(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_TWICE);
}

static void make_partial_keys(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_PARTIAL);
}

static void make_unsure_modifiers(struct scenario *scenario)
{
    make_keyboard(scenario, FAKE_KEYBOARD_UNSURE);
}

/* That is no key: nobody has asked for the menu, and so the other entry is not chosen. */
static void make_modifier_alone(struct scenario *scenario)
{
    make_menu(scenario, "timeout menu-hidden\ndefault b*\n", ".j\r");
    scenario->setup.keyboard = FAKE_KEYBOARD_PARTIAL;
    scenario->words = "booting /os.elf (/loader/entries/b.conf)";
}

static void make_not_edited(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\neditor no\n", ".e.\r");
}

static void make_status(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".p?\x1b\r");
    scenario->setup.text_rows = SMALL;
}

static void make_map(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".M\x1b\r");
    scenario->setup.text_rows = SMALL;
}

static void make_log(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".pL\x1b\r");
    scenario->setup.text_rows = SMALL;
}

static void make_redrawn(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".\x0c\r");
}

static void make_quit(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".q");
    scenario->end = FAKE_RETURNED;
    scenario->words = "leaving the menu for the firmware";
}

static void make_reboot(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".B");
    scenario->end = FAKE_RESTARTED;
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetCold;
}

static void make_power_off(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".O");
    scenario->end = FAKE_RESTARTED;
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetShutdown;
}

static void make_no_setup(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".f.\r");
}

/* The key that opens it was pressed before anyone looked, and does nothing else. */
static void make_opened(struct scenario *scenario)
{
    make_menu(scenario, "timeout menu-hidden\n", NULL);
    scenario->setup.keys = 3;
}

/* A key that is held comes again some time after the firmware has thrown away what it has seen of it: it opens the
 * menu, in which the other entry is chosen. */
static void make_opened_late(struct scenario *scenario)
{
    make_menu(scenario, "timeout menu-hidden\ndefault b*\n", " j\r");
    scenario->words = "booting /os.elf (/loader/entries/a.conf)";
}

static void make_opened_late_unasked(struct scenario *scenario)
{
    make_menu(scenario, "default b*\n", " j\r");
    scenario->words = "booting /os.elf (/loader/entries/a.conf)";
}

/* It comes again before the menu is there, and without end: it does not restart the machine for ever. */
static void make_stuck_late(struct scenario *scenario)
{
    make_menu(scenario, "timeout 2\n", NULL);
    scenario->setup.stuck = 'B';
}

static void make_disabled(struct scenario *scenario)
{
    make_menu(scenario, "timeout menu-disabled\n", NULL);
    scenario->setup.keys = 3;
    scenario->is_menu = false;
    scenario->entries = 2;
}

/* It comes back with its message, and what the countdown leads to next boots. */
static void make_failing(struct scenario *scenario)
{
    make_menu(scenario, "timeout 1\ndefault z*\n", NULL);
    scenario_add_text(scenario, "/loader/entries/z.conf", "kernel /missing.elf\nvideo 1024x768\n");
    scenario->words = "/missing.elf: there is no such file";
}

static void make_all_failing(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "timeout 1\n");
    scenario_add_text(scenario, "/loader/entries/z.conf", "kernel /missing.elf\n");
    scenario_add_text(scenario, "/loader/entries/y.conf", "kernel /missing.elf\n");
    scenario->is_menu = true;
    scenario->unattended = FAKE_RETURNED;
    scenario->entries = TRIES;
    scenario->words = "leaving the menu for the firmware";
}

/* A key to an error opens the menu, in which another one is chosen. */
static void make_opened_by_error(struct scenario *scenario)
{
    make_menu(scenario, "timeout 0\ndefault z*\n", ".. .b\r");
    scenario_add_text(scenario, "/loader/entries/z.conf", "kernel /missing.elf\n");
    scenario->words = "/missing.elf: there is no such file";
}

static void make_opened_by_mistake(struct scenario *scenario)
{
    make_menu(scenario, "timeout 0\n", " \r");
    scenario_add_text(scenario, "/loader/entries/z.conf", "kernel\n");
    scenario->words = "/loader/entries/z.conf:1: ";
}

/* A program that has ended comes back to the menu. */
static void make_program(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "timeout 5\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "title A tool\nefi /tool.efi\n");
    scenario_add_file(scenario, "/tool.efi", fake_pe_program());
    scenario->start.path = "/tool.efi";
    scenario->setup.program = (struct fake_program){.comes_back = true, .talks = true};
    scenario->setup.typed = ".\r.q";
    scenario->is_menu = true;
    scenario->unattended = FAKE_RETURNED;
    scenario->entries = TRIES;
    scenario->words = "leaving the menu for the firmware";
}

/* The menu is drawn anew in what the program has left of the console. */
static void make_small_program(struct scenario *scenario)
{
    make_program(scenario);
    scenario->setup.program.sets_text_mode = true;
}

/* Chosen again, since what failed may work now: a volume that was closed is opened again. */
static void make_again(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".\r...1\r...q");
    scenario->setup.files[scenario->setup.file_count - 1].missing = 5000;
    scenario->end = FAKE_RETURNED;
    scenario->unattended = FAKE_RETURNED;
    scenario->words = "/os.elf: cannot be read at byte";
}

/* What is changed is written once, when the menu is left. */
static void make_saved(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".jdtt\r");
}

static void make_not_saved(struct scenario *scenario)
{
    make_menu(scenario, "timeout 1\nconsole-mode max\n", ".dTT\r");
    scenario->small_text = true; /* the last one */
    scenario->setup.variables[0] =
        (struct fake_variable){.name = "LoaderEntryDefault", .value = fake_variable_text("b.conf")};
    scenario->setup.variables[1] =
        (struct fake_variable){.name = "LoaderConfigTimeout", .value = fake_variable_text("1")};
    scenario->setup.variable_count = 2;
}

static void make_force_saved(struct scenario *scenario)
{
    make_menu(scenario, "timeout 1\nconsole-mode 7\n", ".TT.\r");
    scenario->words = "the console has no mode 7 (EFI_UNSUPPORTED)";
}

/* One entry, which cannot be booted. */
static void make_failing_entry(struct scenario *scenario, const char *loader_conf)
{
    scenario_add_text(scenario, "/loader/loader.conf", loader_conf);
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /missing.elf\n");
    scenario->setup.text_rows = SMALL;
    scenario->is_menu = true;
    scenario->unattended = FAKE_RETURNED;
    scenario->entries = TRIES;
}

/* An automatic entry is none that is counted down to, and the console is too small. */
static void make_automatic(struct scenario *scenario)
{
    make_failing_entry(scenario, "timeout 1\nconsole-mode auto\nauto-reboot yes\n");
    scenario->small_text = true; /* which is larger than what there is now */
    scenario_add_file(scenario, "/shellx64.efi", fake_pe_program());
    scenario->words = "leaving the menu for the firmware";
}

static void make_shell(struct scenario *scenario)
{
    make_failing_entry(scenario, "timeout 1\n");
    scenario_add_file(scenario, "/shellx64.efi", fake_pe_program());
    scenario->setup.typed = ".s\r";
    scenario->start.path = "/shellx64.efi";
    scenario->end = FAKE_STARTED;
    scenario->words = "starting /shellx64.efi";
}

static void make_reboot_entry(struct scenario *scenario)
{
    make_failing_entry(scenario, "timeout 1\nauto-reboot yes\n");
    scenario->setup.typed = ".9\r";
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetCold;
    scenario->end = FAKE_RESTARTED;
}

static void make_setup(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".f\r");
    scenario->setup.has_setup = true;
    scenario->setup.restarts = true;
    scenario->setup.restart_to_setup = true;
    scenario->setup.restart = EfiResetCold;
    scenario->end = FAKE_RESTARTED;
}

/* Whoever asks for it stays where he is, and is told. */
static void make_no_reboot(struct scenario *scenario)
{
    make_menu(scenario, "timeout 5\n", ".B.\r");
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetCold;
    scenario->setup.never_resets = true;
}

/* A key to what is wrong, and there is the firmware's own. */
static void make_nothing(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "timeout 5\n");
    scenario->setup.typed = " ..f.f.q";
    scenario->is_menu = true;
    scenario->unattended = FAKE_RETURNED;
    scenario->words = "There is no kernel to boot";
}

/* An automatic entry that nobody has named is not counted down to. */
static void make_nothing_but_shell(struct scenario *scenario)
{
    scenario_add_file(scenario, "/shellx64.efi", fake_pe_program());
    scenario->setup.typed = " ";
    scenario->is_menu = true;
    scenario->unattended = FAKE_RETURNED;
    scenario->words = "leaving the menu for the firmware";
}

/* Nothing can be edited: what is typed after the key chooses and leaves. */
static void make_secure(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", "timeout 5\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "title A tool\nefi /tool.efi\noptions one\n");
    scenario_add_file(scenario, "/tool.efi", fake_pe_program());
    scenario->setup.files[scenario->setup.file_count - 1].is_signed = true;
    scenario->setup.secure = (struct fake_secure){.is_there = true, .secure_boot = 1};
    scenario->start.path = "/tool.efi";
    scenario->start.options = "one";
    scenario->setup.typed = ".e2\r";
    scenario->end = FAKE_STARTED;
    scenario->is_menu = true;
    scenario->unattended = FAKE_STARTED;
    scenario->entries = TRIES;
}

static const struct scenario_maker makers[] = {
    {"menu, countdown", make_countdown, 0},
    {"menu, choice", make_choice, 0},
    {"menu, forced", make_forced, 0},
    {"menu, edited", make_edited, 0},
    {"menu, edited with Ctrl", make_edited_with_ctrl, 0},
    {"menu, edited with Alt", make_edited_with_alt, 0},
    {"menu, keyboard without modifiers", make_simple_keyboard, 0},
    {"menu, keyboard without functions", make_empty_keyboard, 0},
    {"menu, dead keyboard", make_dead_keyboard, 0},
    {"menu, keyboard without an event", make_keyboard_without_event, 0},
    {"menu, keys in two places", make_keys_twice, 0},
    {"menu, modifiers as strokes", make_partial_keys, 0},
    {"menu, modifiers not valid", make_unsure_modifiers, 0},
    {"menu, a modifier alone", make_modifier_alone, 0},
    {"menu, editor off", make_not_edited, 0},
    {"menu, status", make_status, 0},
    {"menu, memory map", make_map, 0},
    {"menu, log", make_log, 0},
    {"menu, drawn anew", make_redrawn, 0},
    {"menu, quit", make_quit, 0},
    {"menu, reboot", make_reboot, 0},
    {"menu, power off", make_power_off, 0},
    {"menu, no firmware setup", make_no_setup, 0},
    {"menu, opened by a key", make_opened, 0},
    {"menu, opened by a key that comes late", make_opened_late, 0},
    {"menu, opened late, not asked for", make_opened_late_unasked, 0},
    {"menu, a key stuck that comes late", make_stuck_late, 0},
    {"menu, disabled", make_disabled, 0},
    {"menu, entry that fails", make_failing, 1},
    {"menu, all fail", make_all_failing, 2},
    {"menu, opened by an error", make_opened_by_error, 1},
    {"menu, opened by a mistake", make_opened_by_mistake, 1},
    {"menu, program", make_program, 0},
    {"menu, program that sets a mode", make_small_program, 0},
    {"menu, saved", make_saved, 0},
    {"menu, no longer saved", make_not_saved, 0},
    {"menu, timeout saved", make_force_saved, 0},
    {"menu, automatic entries", make_automatic, 1},
    {"menu, shell", make_shell, 0},
    {"menu, reboot entry", make_reboot_entry, 0},
    {"menu, firmware setup", make_setup, 0},
    {"menu, nothing but a shell", make_nothing_but_shell, 1},
    {"menu, Secure Boot", make_secure, 0},
    {"menu, nothing to boot", make_nothing, 1},
    {"menu, no reboot", make_no_reboot, 0},
    {"menu, tried again", make_again, 2},
};
const struct scenario_maker_list scenarios_menu = {makers, sizeof(makers) / sizeof(makers[0])};
