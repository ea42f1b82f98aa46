/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries that nobody has written: found and booted only where somebody names one. */
#include "fake_pe.h"
#include "scenario_parts.h"

#define LOADER_CONF "/loader/loader.conf"
#define WINDOWS     "/EFI/Microsoft/Boot/bootmgfw.efi"
#define SHELL       "/shellx64.efi"
#define HIGH        0xffffffff80000000ULL

static void make_reboot(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "auto-reboot yes\ndefault auto-reboot\n");
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetCold;
    scenario->end = FAKE_RESTARTED;
    scenario->words = "booting Reboot The System (auto-reboot)";
}

/* What others have asked for stays asked for. */
static void make_setup(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "default auto-reboot-to-firmware-setup\n");
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetCold;
    scenario->setup.restart_to_setup = true;
    scenario->setup.has_setup = true;
    scenario->setup.indications = 0x40;
    scenario->end = FAKE_RESTARTED;
    scenario->words = "booting Reboot Into Firmware Interface (auto-reboot-to-firmware-setup)";
}

static void make_setup_first(struct scenario *scenario)
{
    make_setup(scenario);
    scenario->setup.indications = 0;
}

/* It is not written again. */
static void make_setup_asked_for(struct scenario *scenario)
{
    make_setup(scenario);
    scenario->setup.indications = 0x41;
}

static void make_setup_fixed(struct scenario *scenario)
{
    make_setup(scenario);
    scenario->setup.quirks = FAKE_QUIRK(FIXED_VARIABLES);
    scenario->end = FAKE_RETURNED;
    scenario->words = "The firmware does not take the request to open its setup (OsIndications).";
}

static void make_no_setup(struct scenario *scenario)
{
    make_setup(scenario);
    scenario->setup.has_setup = false;
    scenario->end = FAKE_RETURNED;
    scenario->words = "There is no kernel to boot";
}

/* The operating system wants it this once, and nobody has looked for it before. */
static void make_once(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "efi " WINDOWS "\n");
    scenario_add_file(scenario, WINDOWS, fake_pe_program());
    scenario->start.path = WINDOWS;
    scenario->end = FAKE_STARTED;
    scenario->entries = 2;
    scenario->setup.variables[scenario->setup.variable_count++] =
        (struct fake_variable){"LoaderEntryOneShot", fake_variable_text("auto-windows"), 0};
    scenario->words = "booting " WINDOWS " (auto-windows)";
}

static void make_power_off(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "auto-poweroff yes\nauto-reboot yes\ndefault AUTO-P*\n");
    scenario->setup.restarts = true;
    scenario->setup.restart = EfiResetShutdown;
    scenario->end = FAKE_RESTARTED;
}

static void make_reboot_in_vain(struct scenario *scenario)
{
    make_reboot(scenario);
    scenario->setup.never_resets = true;
    scenario->end = FAKE_RETURNED;
    scenario->words = "The firmware does not restart the machine.";
}

/* The volume, which was closed for it, is there for the next one. */
static void make_power_off_in_vain(struct scenario *scenario)
{
    make_power_off(scenario);
    scenario->setup.never_resets = true;
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario->end = FAKE_RETURNED;
    scenario->entries = 2;
    scenario->words = "The firmware does not switch off the machine.";
    scenario_add_elf(scenario, HIGH);
}

static void add_program(struct scenario *scenario, const char *path)
{
    scenario_add_file(scenario, path, fake_pe_program());
    scenario->start.path = path;
    scenario->end = FAKE_STARTED;
}

static void make_windows(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "default auto-windows\n");
    add_program(scenario, WINDOWS);
    scenario->words = "booting " WINDOWS " (auto-windows)";
}

static void make_macos(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "default auto-o?x\n");
    add_program(scenario, "/System/Library/CoreServices/boot.efi");
}

/* Behind the shell come the entries that somebody has written, and no other automatic one. */
static void make_shell_that_fails(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "default auto-efi-shell\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /missing.elf\n");
    add_program(scenario, WINDOWS);
    add_program(scenario, SHELL);
    scenario->setup.program = (struct fake_program){.comes_back = true, .status = EFI_TIMEOUT};
    scenario->entries = 2;
    scenario->end = FAKE_RETURNED;
    scenario->words = SHELL ": was started, and came back with EFI_TIMEOUT.";
}

static void make_unasked(struct scenario *scenario)
{
    scenario_add_file(scenario, WINDOWS, fake_pe_program());
    scenario_add_file(scenario, SHELL, fake_pe_program());
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /missing.elf\n");
    scenario->words = "/missing.elf: there is no such file";
}

/* Baton lies where the firmware starts Windows from, and nothing else: it is not Windows. */
static void make_loader_in_place(struct scenario *scenario)
{
    scenario->itself = 1;
    make_windows(scenario);
    scenario->setup.loader_path = "\\EFI\\Microsoft\\Boot\\bootmgfw.efi";
    scenario->start.path = NULL;
    scenario->end = FAKE_RETURNED;
    scenario->words = "There is no kernel to boot";
}

/* The entry of the usual kernel stands before it. */
static void make_not_there(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "default auto-windows\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario->words = "no boot entry matches 'auto-windows'";
    scenario_add_elf(scenario, HIGH);
}

static void make_forbidden(struct scenario *scenario)
{
    scenario_add_text(scenario, LOADER_CONF, "default auto-windows\nauto-entries no\n");
    scenario_add_file(scenario, WINDOWS, fake_pe_program());
    scenario->words = "There is no kernel to boot";
}

static void make_kept_names(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/entries/Auto-windows.conf", "sort-key a\nkernel /missing.elf\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario->words = "/loader/entries/Auto-windows.conf: names that begin with auto- are kept";
    scenario_add_elf(scenario, HIGH);
}

static const struct scenario_maker makers[] = {
    {"automatic: reboot", make_reboot, 0},
    {"automatic: power off", make_power_off, 0},
    {"automatic: reboot in vain", make_reboot_in_vain, 1},
    {"automatic: power off in vain", make_power_off_in_vain, 1},
    {"automatic: Windows", make_windows, 0},
    {"automatic: setup", make_setup, 0},
    {"automatic: setup, first request", make_setup_first, 0},
    {"automatic: setup, asked for", make_setup_asked_for, 0},
    {"automatic: setup, fixed variables", make_setup_fixed, 1},
    {"automatic: no setup", make_no_setup, 1},
    {"automatic: once", make_once, 0},
    {"automatic: macOS", make_macos, 0},
    {"automatic: a shell that fails", make_shell_that_fails, 2},
    {"automatic: not asked for", make_unasked, 1},
    {"automatic: not there", make_not_there, 0},
    {"automatic: the loader in its place", make_loader_in_place, 1},
    {"automatic: forbidden", make_forbidden, 1},
    {"automatic: kept names", make_kept_names, 0},
};
const struct scenario_maker_list scenarios_automatic = {makers, sizeof(makers) / sizeof(makers[0])};
