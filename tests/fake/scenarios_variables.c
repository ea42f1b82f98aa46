/* SPDX-License-Identifier: BSD-2-Clause */
/* What the operating system has said, by variables, of which entry to boot and how long the menu is there. */
#include "fake_pe.h"
#include "scenario_parts.h"

#define HIGH     0xffffffff80000000ULL
#define BOOTS(x) "booting /os.elf (/loader/entries/" x ".conf)"
#define SAVED    "default @saved\n"

static void set_value(struct scenario *scenario, const char *name, struct bytes value)
{
    scenario->setup.variables[scenario->setup.variable_count++] = (struct fake_variable){.name = name, .value = value};
}

static void set(struct scenario *scenario, const char *name, const char *text)
{
    set_value(scenario, name, fake_variable_text(text));
}

/* Three entries, in this order: c, b, a. All boot the same, so that it does not matter which of them it is when calls
 * fail. */
static void add_entries(struct scenario *scenario, const char *loader_conf, const char *words)
{
    scenario_add_text(scenario, "/loader/loader.conf", loader_conf);
    scenario_add_text(scenario, "/loader/entries/a.conf", "kernel /os.elf\n");
    scenario_add_text(scenario, "/loader/entries/b.conf", "kernel /os.elf\n");
    scenario_add_text(scenario, "/loader/entries/c.conf", "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario->entries = 3;
    scenario->words = words;
}

/* ---- for one boot ---- */

static void make_once(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", BOOTS("b"));
    set(scenario, "LoaderEntryOneShot", "b.conf");
    set(scenario, "LoaderEntryDefault", "c.conf");
}

static void make_once_gone(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", "no boot entry matches 'gone.conf', which LoaderEntryOneShot names");
    set(scenario, "LoaderEntryOneShot", "gone.conf");
}

static void make_once_kept(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", "LoaderEntryOneShot does nothing: it cannot be deleted");
    set(scenario, "LoaderEntryOneShot", "b.conf");
    scenario->setup.quirks = FAKE_QUIRK(FIXED_VARIABLES);
}

static void make_once_malformed(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", "LoaderEntryOneShot does nothing: its value is malformed");
    set(scenario, "LoaderEntryOneShot", "b.conf\n");
}

static void make_once_large(struct scenario *scenario)
{
    static const uint8_t room[5000];

    add_entries(scenario, "default a\n", "LoaderEntryOneShot does nothing: its value is malformed");
    set_value(scenario, "LoaderEntryOneShot", (struct bytes){room, sizeof(room)});
}

/* ---- for good ---- */

static void make_default(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", BOOTS("b"));
    set(scenario, "LoaderEntryDefault", "B*");
}

static void make_default_gone(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", "no boot entry matches 'gone.conf', which LoaderEntryDefault names");
    set(scenario, "LoaderEntryDefault", "gone.conf");
}

/* ---- what was booted last ---- */

static void make_saved(struct scenario *scenario)
{
    add_entries(scenario, SAVED, BOOTS("b"));
    set(scenario, "LoaderEntryLastBooted", "b.conf");
    scenario->last_booted = "b.conf";
}

static void make_saved_first(struct scenario *scenario)
{
    add_entries(scenario, SAVED, BOOTS("c"));
    scenario->last_booted = "c.conf";
}

static void make_saved_gone(struct scenario *scenario)
{
    add_entries(scenario, SAVED, "no boot entry matches 'gone.conf', which LoaderEntryLastBooted names");
    set(scenario, "LoaderEntryLastBooted", "gone.conf");
    scenario->last_booted = "c.conf";
}

/* Which is not what is booted otherwise. */
static void make_saved_once(struct scenario *scenario)
{
    add_entries(scenario, SAVED, BOOTS("a"));
    set(scenario, "LoaderEntryLastBooted", "b.conf");
    set(scenario, "LoaderEntryOneShot", "a.conf");
    scenario->last_booted = "b.conf";
}

static void make_saved_by_variable(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", BOOTS("b"));
    set(scenario, "LoaderEntryDefault", "@saved");
    set(scenario, "LoaderEntryLastBooted", "b.conf");
    scenario->last_booted = "b.conf";
}

/* What is booted instead is remembered. */
static void make_saved_refused(struct scenario *scenario)
{
    add_entries(scenario, SAVED, BOOTS("b"));
    scenario->setup.files[3].bytes = (struct bytes){(const uint8_t *)"kernel /missing\n", 16};
    set(scenario, "LoaderEntryLastBooted", "c.conf");
    scenario->last_booted = "b.conf";
}

static void make_saved_program(struct scenario *scenario)
{
    scenario_add_text(scenario, "/loader/loader.conf", SAVED);
    scenario_add_text(scenario, "/loader/entries/a.conf", "efi /tool.efi\n");
    scenario_add_text(scenario, "/loader/entries/b.conf", "efi /tool.efi\n");
    scenario_add_file(scenario, "/tool.efi", fake_pe_program());
    scenario->start.path = "/tool.efi";
    scenario->entries = 2;
    scenario->end = FAKE_STARTED;
    scenario->last_booted = "b.conf";
}

static void make_saved_full(struct scenario *scenario)
{
    add_entries(scenario, SAVED, "the variable LoaderEntryLastBooted cannot be written (EFI_OUT_OF_RESOURCES)");
    scenario->setup.variable_space = 20;
}

/* A default that does not ask for it leaves it alone. */
static void make_not_saved(struct scenario *scenario)
{
    add_entries(scenario, "default a\n", BOOTS("a"));
    set(scenario, "LoaderEntryLastBooted", "b.conf");
    scenario->last_booted = "b.conf";
}

/* ---- the menu ---- */

static void make_timeout(struct scenario *scenario)
{
    add_entries(scenario, "timeout 3\n", "LoaderConfigTimeout: the menu for 5 seconds");
    set(scenario, "LoaderConfigTimeout", "5");
}

static void make_timeout_once(struct scenario *scenario)
{
    add_entries(scenario, "timeout 3\n", "LoaderConfigTimeoutOneShot: the menu until somebody chooses");
    set(scenario, "LoaderConfigTimeout", "menu-disabled");
    set(scenario, "LoaderConfigTimeoutOneShot", "menu-hidden");
    scenario->setup.typed = ".\r";
    scenario->is_menu = true;
    scenario->unattended = FAKE_WAITED;
    scenario->by_variable = true;
    scenario->entries = 6; /* as often as it may be tried */
}

static void make_timeout_disabled(struct scenario *scenario)
{
    add_entries(scenario, "timeout 3\n", "LoaderConfigTimeout: the menu never");
    set(scenario, "LoaderConfigTimeout", "menu-disabled");
}

static void make_timeout_malformed(struct scenario *scenario)
{
    add_entries(scenario, "timeout 3\n", "LoaderConfigTimeout does nothing: its value is malformed");
    set(scenario, "LoaderConfigTimeout", "soon");
}

static const struct scenario_maker makers[] = {
    {"one-shot entry", make_once, 0},
    {"one-shot entry, gone", make_once_gone, 0},
    {"one-shot entry, kept", make_once_kept, 0},
    {"one-shot entry, malformed", make_once_malformed, 0},
    {"one-shot entry, too large", make_once_large, 0},
    {"default by variable", make_default, 0},
    {"default by variable, gone", make_default_gone, 0},
    {"saved entry", make_saved, 0},
    {"saved entry, none yet", make_saved_first, 0},
    {"saved entry, gone", make_saved_gone, 0},
    {"saved entry, and a one-shot one", make_saved_once, 0},
    {"saved entry, by variable", make_saved_by_variable, 0},
    {"saved entry, refused", make_saved_refused, 1},
    {"saved entry, program", make_saved_program, 0},
    {"saved entry, no room", make_saved_full, 0},
    {"saved entry, unasked", make_not_saved, 0},
    {"timeout by variable", make_timeout, 0},
    {"timeout by variable, one-shot", make_timeout_once, 0},
    {"timeout by variable, disabled", make_timeout_disabled, 0},
    {"timeout by variable, malformed", make_timeout_malformed, 0},
};
const struct scenario_maker_list scenarios_variables = {makers, sizeof(makers) / sizeof(makers[0])};
