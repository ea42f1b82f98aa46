/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads that take their time, and one that does not: when a person is told how far they are. */
#include <stdio.h>
#include <string.h>

#include "fake_pe.h"
#include "scenario_parts.h"

#define HIGH    0xffffffff80000000ULL
#define LARGE   3200000 /* bytes: some pieces of 1 MiB */
#define FAST    100000000
#define SLOW    1000000
#define CRAWLS  20000
#define MODULES 10

static void make(struct scenario *scenario, uint64_t medium, const char *path, size_t size, const char *entry)
{
    scenario->setup.medium = medium;
    scenario->large = true;
    scenario_add_text(scenario, SCENARIO_ENTRY, entry);
    scenario_add_elf(scenario, HIGH);
    scenario_add_module(scenario, path, "", fake_pattern(size, 5));
    scenario->read = path;
}

/* One MiB tells how fast it is, and all the rest is one call. */
static void make_fast(struct scenario *scenario)
{
    make(scenario, FAST, "/large.img", LARGE, "kernel /os.elf\nmodule /large.img\n");
    scenario->reads = 2;
}

static void make_slow(struct scenario *scenario)
{
    make(scenario, SLOW, "/large.img", LARGE, "kernel /os.elf\nmodule /large.img\n");
    scenario->reads = 3;
    scenario->shown = "\r/large.img: 2058 of 3135 KiB, 976 KiB/s";
}

/* Pieces of 3 MiB, which take less than two seconds to come. */
static void make_pieces(struct scenario *scenario)
{
    make(scenario, 2 * SLOW, "/large.img", 3 * LARGE, "kernel /os.elf\nmodule /large.img\n");
    scenario->reads = 4;
    scenario->shown = "\r/large.img: 7178 of 9385 KiB, 1953 KiB/s\r    ";
}

static void make_long_path(struct scenario *scenario)
{
#define PATH "/a-folder-with-a-long-name/that-is/followed-by-many/others/down-to/the-very-file.img"
    make(scenario, SLOW, PATH, LARGE, "kernel /os.elf\nmodule " PATH "\n");
    scenario->reads = 3;
    scenario->shown = "\r...llowed-by-many/others/down-to/the-very-file.img: 1034 of 3135 KiB, 976 KiB/s";
#undef PATH
}

/* It goes wrong while the line is there. */
static void make_bad(struct scenario *scenario)
{
    make_slow(scenario);
    scenario->setup.files[scenario->setup.file_count - 1].bad = 2200000;
    scenario->end = FAKE_RETURNED;
    scenario->reads = 4;
    scenario->words = "/large.img: cannot be read at byte 2097152 (EFI_DEVICE_ERROR)";
}

/* The second one is said on the serial port alone, which the console is, too, to have come in part, while the first
 * one's line is there. */
static void make_warned_of(struct scenario *scenario)
{
    scenario->setup.medium = CRAWLS;
    scenario->setup.quirks = FAKE_QUIRK(SHORT_READS) | FAKE_QUIRK(SERIAL_CONSOLE);
    scenario_add_text(scenario, "/loader/loader.conf", "log-level error\n");
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\nmodule /one.img\nmodule /two.img\n");
    scenario_add_elf(scenario, HIGH);
    scenario_add_module(scenario, "/one.img", "", fake_pattern(30000, 1));
    scenario_add_module(scenario, "/two.img", "", fake_pattern(20000, 2));
    scenario->shown = "\r/one.img: ";
    scenario->words = "/two.img: of 20000 bytes one read gave 1000";
}

/* Each of them is short. */
static void make_many(struct scenario *scenario)
{
    static char paths[MODULES][16], entry[MODULES * 24];

    scenario->setup.medium = CRAWLS * 5;
    (void)snprintf(entry, sizeof(entry), "kernel /os.elf\n");
    for (size_t i = 0; i < MODULES; i++) {
        (void)snprintf(paths[i], sizeof(paths[i]), "/%zu.img", i);
        (void)snprintf(entry + strlen(entry), sizeof(entry) - strlen(entry), "module %s\n", paths[i]);
    }
    scenario_add_text(scenario, SCENARIO_ENTRY, entry);
    scenario_add_elf(scenario, HIGH);
    for (size_t i = 0; i < MODULES; i++)
        scenario_add_module(scenario, paths[i], "", fake_pattern(20000, (uint8_t)i));
    scenario->shown = "\r/3.img: 88 of 205 KiB, 97 KiB/s";
}

/* Linux fetches it, and that is when it is read. */
static void make_initrd(struct scenario *scenario)
{
    scenario->setup.medium = SLOW;
    scenario_add_text(scenario, SCENARIO_ENTRY, "linux /linux\ninitrd /initrd.img\n");
    scenario_add_file(scenario, "/linux", fake_pe_program());
    scenario_add_file(scenario, "/initrd.img", fake_pattern(LARGE, 3));
    scenario->start.path = "/linux";
    scenario->start.initrd = fake_pattern(LARGE, 3);
    scenario->end = FAKE_STARTED;
    scenario->read = "/initrd.img";
    scenario->reads = 3;
    scenario->shown = "\r/initrd.img: 2048 of 3125 KiB, 976 KiB/s";
}

static void make_bad_initrd(struct scenario *scenario)
{
    make_initrd(scenario);
    scenario->setup.files[scenario->setup.file_count - 1].bad = 2200000;
    scenario->setup.program.comes_back = true;
    scenario->end = FAKE_RETURNED;
    scenario->reads = 8; /* it is asked for twice */
    scenario->words = "/initrd.img: cannot be read at byte 2097152 (EFI_DEVICE_ERROR)";
}

static const struct scenario_maker makers[] = {
    {"progress: fast medium", make_fast, 0},
    {"progress: slow medium", make_slow, 0},
    {"progress: pieces", make_pieces, 0},
    {"progress: long path", make_long_path, 0},
    {"progress: bad sector", make_bad, 1},
    {"progress: warning", make_warned_of, 0},
    {"progress: many files", make_many, 0},
    {"progress: initrd", make_initrd, 0},
    {"progress: bad sector in an initrd", make_bad_initrd, 1},
};
const struct scenario_maker_list scenarios_progress = {makers, sizeof(makers) / sizeof(makers[0])};
