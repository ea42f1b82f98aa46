/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries whose tries are counted in their files' names. */
#include <stdlib.h>
#include <string.h>

#include "fake_pe.h"
#include "scenario_parts.h"

#define HIGH    0xffffffff80000000ULL
#define ENTRIES "/loader/entries/"
#define OTHER   ENTRIES "B.conf" /* stands behind the others, unless those are exhausted */
#define SOUND   "kernel /os.elf\noptions one two\n"
#define IMAGE   "/EFI/Linux/debian+3.efi"

static void expect_names(struct scenario *scenario, const char *one, const char *two)
{
    scenario->names[0] = one;
    scenario->names[1] = two;
}

/* The kernel that is to be booted, by an entry that says so. */
static void add_boot(struct scenario *scenario, const char *path)
{
    scenario_add_text(scenario, path, SOUND);
    scenario_add_elf(scenario, HIGH);
    scenario->expected.command_line = "one two";
}

/* One more that boots it, and does not count. */
static void add_other(struct scenario *scenario)
{
    scenario_add_text(scenario, OTHER, SOUND);
    scenario->entries = 2;
}

static void make_alone(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+3.conf");
    expect_names(scenario, ENTRIES "a+2-1.conf", NULL);
}

static void make_with_other(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+10-9.conf");
    add_other(scenario);
    expect_names(scenario, ENTRIES "a+9-10.conf", NULL);
}

/* More than a block, which does not end with one. */
static void make_long(struct scenario *scenario)
{
    static char text[2000];

    memset(text, '#', sizeof(text) - 1);
    memcpy(text + sizeof(text) - sizeof(SOUND) - 1, "\n" SOUND, sizeof(SOUND));
    scenario_add_text(scenario, ENTRIES "a+1-2.conf", text);
    scenario_add_elf(scenario, HIGH);
    scenario->expected.command_line = "one two";
    expect_names(scenario, ENTRIES "a+0-3.conf", NULL);
}

static void make_exhausted(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRIES "z+0-3.conf", "kernel /missing.elf\n");
    add_boot(scenario, ENTRIES "a.conf");
    scenario->entries = 2;
    expect_names(scenario, ENTRIES "z+0-3.conf", NULL);
}

/* It is what there is. */
static void make_exhausted_alone(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+0-3.conf");
    expect_names(scenario, ENTRIES "a+0-3.conf", NULL);
}

/* Each that is tried is counted, also the one that is refused before there is a plan. */
static void make_refused(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRIES "z+3.conf", "kernel /missing.elf\nvideo 640x480\n");
    add_boot(scenario, ENTRIES "a+3-1.conf");
    scenario->entries = 2;
    scenario->words = "/missing.elf: there is no such file";
    expect_names(scenario, ENTRIES "z+2-1.conf", ENTRIES "a+2-2.conf");
}

/* The plan is what refuses it. */
static void make_refused_plan(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRIES "z+3.conf", "kernel /flat.bin\nload-address 0x880000\n");
    scenario_add_file(scenario, "/flat.bin", fake_pattern(1400, 9));
    add_boot(scenario, ENTRIES "a.conf");
    scenario->entries = 2;
    scenario->words = "is taken by ACPI tables";
    expect_names(scenario, ENTRIES "z+2-1.conf", NULL);
}

static void make_second_volume(struct scenario *scenario)
{
    scenario_add_second_text(scenario, ENTRIES "a+3.conf", SOUND);
    scenario_add_elf(scenario, HIGH);
    scenario->setup.files[scenario->setup.file_count - 1].on_second = true;
    scenario->expected.command_line = "one two";
    expect_names(scenario, ENTRIES "a+2-1.conf", NULL);
}

static void make_program(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRIES "a+3.conf", "efi /tool.efi\noptions -v\ninitrd /one.img\n");
    scenario_add_file(scenario, "/tool.efi", fake_pe_program());
    scenario_add_file(scenario, "/one.img", fake_pattern(3001, 3));
    scenario->start.path = "/tool.efi";
    scenario->start.options = "-v";
    scenario->start.initrd = fake_pattern(3001, 3);
    scenario->end = FAKE_STARTED;
    expect_names(scenario, ENTRIES "a+2-1.conf", NULL);
}

/* It comes back with an error, which has been counted before. */
static void make_program_fails(struct scenario *scenario)
{
    make_program(scenario);
    add_other(scenario);
    scenario_add_elf(scenario, HIGH);
    scenario->expected.command_line = "one two";
    scenario->setup.program = (struct fake_program){.comes_back = true, .status = EFI_TIMEOUT};
    scenario->words = "came back with EFI_TIMEOUT";
}

/* ---- what a power cut has left ---- */

static void make_twins(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+3.conf");
    scenario_add_text(scenario, ENTRIES "a+2-1.conf", SOUND);
    expect_names(scenario, ENTRIES "a+1-2.conf", NULL);
}

static void make_three_twins(struct scenario *scenario)
{
    scenario_add_text(scenario, ENTRIES "a+1-2.conf", SOUND);
    make_twins(scenario);
    expect_names(scenario, ENTRIES "a+0-3.conf", NULL);
}

static void make_last_twin(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+1-2.conf");
    scenario_add_text(scenario, ENTRIES "a+0-3.conf", SOUND);
    expect_names(scenario, ENTRIES "a+0-3.conf", NULL);
}

/* What its blocks had before. */
static void make_other_twin(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+3.conf");
    scenario_add_text(scenario, ENTRIES "a+2-1.conf", "kernel /deleted.elf\noptions three\n");
    expect_names(scenario, ENTRIES "a+2-1.conf", NULL);
}

static void make_empty_twin(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+3.conf");
    scenario_add_text(scenario, ENTRIES "a+2-1.conf", "");
    expect_names(scenario, ENTRIES "a+2-1.conf", NULL);
}

static void make_bad_twin(struct scenario *scenario)
{
    add_boot(scenario, ENTRIES "a+3.conf");
    scenario_add_text(scenario, ENTRIES "a+2-1.conf", "\x01\x02\x03");
    scenario->words = "a+2-1.conf:1: byte 0x01 does not belong in a text";
    expect_names(scenario, ENTRIES "a+2-1.conf", NULL);
}

/* ---- disks that take nothing ---- */

static void make_full(struct scenario *scenario)
{
    make_with_other(scenario);
    scenario->setup.writes.is_full = true;
}

/* What is renamed could be lost, and there would be nothing to boot. */
static void make_full_alone(struct scenario *scenario)
{
    make_alone(scenario);
    scenario->setup.writes.is_full = true;
    scenario->words = "this try is not counted: /loader/entries/a+2-1.conf: cannot be written (EFI_VOLUME_FULL)";
    expect_names(scenario, ENTRIES "a+3.conf", NULL);
}

static void make_no_flush(struct scenario *scenario)
{
    make_with_other(scenario);
    scenario->setup.writes.no_flush = true;
    scenario->words = "cannot be brought to the disk (EFI_DEVICE_ERROR)";
}

static void make_protected(struct scenario *scenario)
{
    make_with_other(scenario);
    scenario->setup.writes.is_protected = true;
    scenario->words = "a+10-9.conf: cannot be opened to be written (EFI_WRITE_PROTECTED)";
    expect_names(scenario, ENTRIES "a+10-9.conf", NULL);
}

/* ---- images ---- */

static void make_image_alone(struct scenario *scenario)
{
    scenario_add_file(scenario, IMAGE, fake_pe_unified("ID=debian\nPRETTY_NAME=\"Debian 12\"\n", "quiet\n"));
    scenario->start.path = IMAGE;
    scenario->end = FAKE_STARTED;
    scenario->words = IMAGE ": its tries are not counted while no other entry is left";
    expect_names(scenario, IMAGE, NULL);
}

/* The other one has failed each of its tries: it is no rescue. */
static void make_image_left(struct scenario *scenario)
{
    make_image_alone(scenario);
    scenario_add_text(scenario, ENTRIES "a+0-3.conf", "kernel /missing.elf\n");
    scenario->entries = 2;
    expect_names(scenario, IMAGE, ENTRIES "a+0-3.conf");
}

/* Nor is one whose kernel is not there, on its own volume. */
static void make_image_missing(struct scenario *scenario)
{
    make_image_alone(scenario);
    scenario_add_text(scenario, ENTRIES "a.conf", "kernel /missing.elf\n");
    scenario->entries = 2;
}

/* A file is not renamed for want of room either. */
static void make_full_left(struct scenario *scenario)
{
    make_full_alone(scenario);
    scenario_add_text(scenario, ENTRIES "z+0-3.conf", "kernel /missing.elf\n");
    scenario->entries = 2;
    expect_names(scenario, ENTRIES "a+3.conf", ENTRIES "z+0-3.conf");
}

static void make_image(struct scenario *scenario)
{
    make_image_alone(scenario);
    scenario_add_text(scenario, ENTRIES "a.conf", SOUND);
    scenario_add_elf(scenario, HIGH);
    scenario->expected.command_line = "one two";
    scenario->end = FAKE_STARTED;
    scenario->start.path = "/EFI/Linux/debian+2-1.efi";
    scenario->start.uncounted[0] = IMAGE;
    scenario->entries = 2;
    scenario->words = NULL;
    expect_names(scenario, "/EFI/Linux/debian+2-1.efi", NULL);
}

static void make_image_kept(struct scenario *scenario)
{
    make_image(scenario);
    scenario->setup.writes.no_rename = true;
    scenario->start.path = IMAGE;
    scenario->words = IMAGE ": cannot be renamed (EFI_ACCESS_DENIED)";
    expect_names(scenario, IMAGE, NULL);
}

/* Both names lead to the same bytes: neither is deleted. */
static void make_image_twins(struct scenario *scenario)
{
    make_image(scenario);
    scenario_add_file(scenario, "/EFI/Linux/debian+2-1.efi", scenario->setup.files[0].bytes);
    scenario->start.path = "/EFI/Linux/debian+1-2.efi";
    scenario->start.uncounted[1] = "/EFI/Linux/debian+2-1.efi";
    expect_names(scenario, IMAGE, "/EFI/Linux/debian+1-2.efi");
}

static void make_image_refused(struct scenario *scenario)
{
    make_image(scenario);
    scenario->setup.program.load_status = EFI_SECURITY_VIOLATION;
    scenario->end = FAKE_JUMPED;
    scenario->start = (struct expected_start){.path = NULL};
    scenario->words = "debian+2-1.efi: the firmware does not let it start";
}

static const struct scenario_maker makers[] = {
    {"counted", make_alone, 0},
    {"counted, another entry", make_with_other, 0},
    {"counted, long", make_long, 0},
    {"counted, exhausted", make_exhausted, 0},
    {"counted, exhausted, alone", make_exhausted_alone, 0},
    {"counted, refused", make_refused, 1},
    {"counted, refused by the plan", make_refused_plan, 1},
    {"counted, second volume", make_second_volume, 0},
    {"counted, program", make_program, 0},
    {"counted, program that fails", make_program_fails, 1},
    {"counted, twins", make_twins, 0},
    {"counted, three twins", make_three_twins, 0},
    {"counted, last twin", make_last_twin, 0},
    {"counted, another's twin", make_other_twin, 0},
    {"counted, empty twin", make_empty_twin, 0},
    {"counted, bad twin", make_bad_twin, 1},
    {"counted, full disk", make_full, 0},
    {"counted, full disk, alone", make_full_alone, 0},
    {"counted, full disk, others exhausted", make_full_left, 0},
    {"counted, no flush", make_no_flush, 0},
    {"counted, write-protected", make_protected, 0},
    {"counted image", make_image, 0},
    {"counted image, alone", make_image_alone, 0},
    {"counted image, others exhausted", make_image_left, 0},
    {"counted image, others broken", make_image_missing, 0},
    {"counted image, not renamed", make_image_kept, 0},
    {"counted image, twins", make_image_twins, 0},
    {"counted image, refused", make_image_refused, 1},
};
const struct scenario_maker_list scenarios_counted = {makers, sizeof(makers) / sizeof(makers[0])};
