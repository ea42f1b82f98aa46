/* SPDX-License-Identifier: BSD-2-Clause */
/* The random seed on the boot volume, for what the firmware starts. */
#include <string.h>

#include "fake_pe.h"
#include "made_tree.h"
#include "scenario_parts.h"

#define TOO_LONG 40000

/* An image, and a seed of so many bytes. */
static void add_all(struct scenario *scenario, size_t size)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "linux /vmlinuz\noptions quiet\n");
    scenario_add_file(scenario, "/vmlinuz", fake_pe_program());
    scenario_add_file(scenario, FAKE_SEED_PATH, fake_pattern(size, 77));
    scenario->start.path = "/vmlinuz";
    scenario->start.options = "quiet";
    scenario->start.seeded = true;
    scenario->end = FAKE_STARTED;
}

static void refuse(struct scenario *scenario, const char *words)
{
    scenario->start.seeded = false;
    scenario->words = words;
}

static void make_usual(struct scenario *scenario)
{
    add_all(scenario, 32);
}

/* What is behind the seed is overwritten with zeros. */
static void make_long(struct scenario *scenario)
{
    add_all(scenario, 1200);
}

static void make_short(struct scenario *scenario)
{
    add_all(scenario, 5);
}

static void make_empty(struct scenario *scenario)
{
    add_all(scenario, 0);
}

static void make_too_long(struct scenario *scenario)
{
    add_all(scenario, TOO_LONG);
    refuse(scenario, "no random seed for what is started: the file is too long for one");
}

static void make_folder(struct scenario *scenario)
{
    add_all(scenario, 32);
    scenario->setup.files[2].path = FAKE_SEED_PATH "/file";
    refuse(scenario, "no random seed for what is started: " FAKE_SEED_PATH ": is a folder");
}

static void make_no_random(struct scenario *scenario)
{
    add_all(scenario, 32);
    scenario->setup.quirks = FAKE_QUIRK(NO_RANDOM);
    refuse(scenario, "there are neither random numbers from the firmware nor a system token");
}

static void add_token(struct scenario *scenario, size_t size)
{
    scenario->setup.variables[scenario->setup.variable_count++] =
        (struct fake_variable){.name = "LoaderSystemToken", .value = fake_pattern(size, 78)};
}

/* Other random numbers than the firmware's: the system token … */
static void make_token(struct scenario *scenario)
{
    add_all(scenario, 32);
    scenario->setup.quirks = FAKE_QUIRK(NO_RANDOM);
    add_token(scenario, 32);
}

static void make_long_token(struct scenario *scenario)
{
    make_no_random(scenario);
    add_token(scenario, 600);
}

/* … and what an earlier boot stage has left. */
static void add_earlier(struct scenario *scenario, uint32_t size)
{
    static uint8_t tables[2][4 + 600];
    static struct bytes pattern;
    uint8_t *table = tables[size > 64];

    memcpy(table, &size, sizeof(size));
    if (!pattern.data)
        pattern = fake_pattern(600, 79);
    memcpy(table + sizeof(size), pattern.data, pattern.size);
    scenario->setup.quirks = FAKE_QUIRK(NO_RANDOM);
    scenario->setup.earlier_seed = (struct bytes){table, sizeof(tables[0])};
}

static void make_earlier(struct scenario *scenario)
{
    add_all(scenario, 32);
    add_earlier(scenario, 48);
}

static void make_odd_earlier(struct scenario *scenario)
{
    make_no_random(scenario);
    add_earlier(scenario, 600);
}

static void make_protected(struct scenario *scenario)
{
    add_all(scenario, 32);
    scenario->setup.writes.is_protected = true;
    refuse(scenario, FAKE_SEED_PATH ": cannot be opened to be written (EFI_WRITE_PROTECTED)");
}

static void make_full(struct scenario *scenario)
{
    add_all(scenario, 5);
    scenario->setup.writes.is_full = true;
    refuse(scenario, FAKE_SEED_PATH ": cannot be written (EFI_VOLUME_FULL)");
}

static void make_no_flush(struct scenario *scenario)
{
    add_all(scenario, 1200);
    scenario->setup.writes.no_flush = true;
    refuse(scenario, FAKE_SEED_PATH ": cannot be brought to the disk (EFI_DEVICE_ERROR)");
}

/* It is taken back: also when an earlier one was there. */
static void make_returning(struct scenario *scenario)
{
    add_all(scenario, 32);
    add_earlier(scenario, 48);
    scenario->setup.program = (struct fake_program){.comes_back = true};
    scenario->end = FAKE_RETURNED;
    scenario->words = "/vmlinuz has ended";
}

static void make_twice(struct scenario *scenario)
{
    add_all(scenario, 32);
    scenario_add_text(scenario, "/loader/entries/Z.conf", "linux /vmlinuz\noptions quiet\n");
    scenario->setup.program = (struct fake_program){.comes_back = true, .status = EFI_TIMEOUT};
    scenario->entries = 2;
    scenario->end = FAKE_RETURNED;
}

/* Linux frees what it was given. */
static void make_taken(struct scenario *scenario)
{
    add_all(scenario, 32);
    scenario->setup.program = (struct fake_program){.comes_back = true, .status = EFI_TIMEOUT, .takes_seed = true};
    scenario->end = FAKE_RETURNED;
}

/* Two tables are listed, and the earlier ones afterwards. */
static void make_with_tree(struct scenario *scenario)
{
    struct made_tree tree = {0};

    make_returning(scenario);
    made_tree_begin(&tree, "");
    made_tree_end(&tree);
    scenario->setup.device_tree = scenario->start.device_tree = made_tree_finish(&tree);
    scenario_add_file(scenario, "/board.dtb", scenario->setup.device_tree);
    scenario_add_text(scenario, SCENARIO_ENTRY, "linux /vmlinuz\noptions quiet\ndevicetree /board.dtb\n");
    scenario->setup.files[0] = scenario->setup.files[--scenario->setup.file_count];
}

static void make_second_volume(struct scenario *scenario)
{
    scenario_add_second_text(scenario, SCENARIO_ENTRY, "linux /vmlinuz\n");
    scenario_add_second(scenario, "/vmlinuz", fake_pe_program());
    scenario_add_file(scenario, FAKE_SEED_PATH, fake_pattern(32, 77));
    scenario->start.on_second = true;
    scenario->start.path = "/vmlinuz";
    scenario->start.seeded = true;
    scenario->end = FAKE_STARTED;
}

/* It has random numbers of its own. */
static void make_kernel(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, 0xffffffff80000000ULL);
    scenario_add_file(scenario, FAKE_SEED_PATH, fake_pattern(32, 77));
}

static void make_counted(struct scenario *scenario)
{
    make_long(scenario);
    scenario->setup.files[0].path = "/loader/entries/a+3.conf";
    scenario->names[0] = "/loader/entries/a+2-1.conf";
}

static const struct scenario_maker makers[] = {
    {"seed", make_usual, 0},
    {"seed, long file", make_long, 0},
    {"seed, short file", make_short, 0},
    {"seed, empty file", make_empty, 0},
    {"seed, file is too long", make_too_long, 0},
    {"seed, folder", make_folder, 0},
    {"seed, no random numbers", make_no_random, 0},
    {"seed, token", make_token, 0},
    {"seed, long token", make_long_token, 0},
    {"seed, earlier one", make_earlier, 0},
    {"seed, odd earlier one", make_odd_earlier, 0},
    {"seed, write-protected", make_protected, 0},
    {"seed, full disk", make_full, 0},
    {"seed, no flush", make_no_flush, 0},
    {"seed, program that returns", make_returning, 0},
    {"seed, two programs that fail", make_twice, 2},
    {"seed, taken by the program", make_taken, 1},
    {"seed, and a device tree", make_with_tree, 0},
    {"seed, second volume", make_second_volume, 0},
    {"seed, kernel", make_kernel, 0},
    {"seed, and counted", make_counted, 0},
};
const struct scenario_maker_list scenarios_seed = {makers, sizeof(makers) / sizeof(makers[0])};
