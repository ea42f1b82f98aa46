/* SPDX-License-Identifier: BSD-2-Clause */
/* Entries on the extended boot loader partition, and what is wrong with it. */
#include "fake_pe.h"
#include "scenario_parts.h"

#define HIGH 0xffffffff80000000ULL

/* The kernel that is to be booted, and nothing on the boot volume. */
static void add_kernel(struct scenario *scenario)
{
    scenario_add_second_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario->setup.files[scenario->setup.file_count - 1].on_second = true;
}

static void make_kernel(struct scenario *scenario)
{
    add_kernel(scenario);
}

static void make_large_blocks(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.block_size = 4096;
}

/* A file of the same name on the boot volume is another file. */
static void make_modules(struct scenario *scenario)
{
    scenario_add_second_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\nmodule /one.mod a b\n");
    scenario_add_module(scenario, "/one.mod", "a b", fake_pattern(5000, 1));
    scenario->setup.files[scenario->setup.file_count - 1].on_second = true;
    scenario_add_text(scenario, "/one.mod", "not this one\n");
    scenario_add_text(scenario, "/os.elf", "nor this one\n");
    scenario_add_elf(scenario, HIGH);
    scenario->setup.files[scenario->setup.file_count - 1].on_second = true;
}

static void make_linux(struct scenario *scenario)
{
    scenario_add_second_text(scenario, SCENARIO_ENTRY, "linux /vmlinuz\noptions quiet\ninitrd /one.img\n");
    scenario_add_second(scenario, "/vmlinuz", fake_pe_program());
    scenario_add_second(scenario, "/one.img", fake_pattern(3001, 3));
    scenario_add_text(scenario, "/one.img", "not this one\n");
    scenario->start.on_second = true;
    scenario->start.path = "/vmlinuz";
    scenario->start.options = "quiet";
    scenario->start.initrd = fake_pattern(3001, 3);
    scenario->end = FAKE_STARTED;
}

static void make_unified(struct scenario *scenario)
{
    scenario_add_second(scenario, "/EFI/Linux/debian-6.1.efi",
                        fake_pe_unified("ID=debian\nPRETTY_NAME=\"Debian 12\"\nVERSION_ID=12\n", "quiet\n"));
    scenario->start.on_second = true;
    scenario->start.path = "/EFI/Linux/debian-6.1.efi";
    scenario->end = FAKE_STARTED;
}

/* On the boot volume, with all that the second one has beside it. */
static void make_spare(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "sort-key b\nkernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario_add_second_text(scenario, "/loader/entries/z.conf", "sort-key c\nkernel /missing\n");
    scenario->setup.second.is_spare = true;
    scenario->entries = 2;
}

/* The entries of both are sorted as if they were one's: the second's is tried before. */
static void make_both(struct scenario *scenario)
{
    make_spare(scenario);
    scenario_add_second_text(scenario, "/loader/entries/y.conf", "sort-key a\nkernel /os.elf\n");
    scenario->entries = 3;
    scenario->words = "/os.elf: there is no such file"; /* on the second, for it is on the boot volume */
}

/* The boot volume has an entry that stands first in all of them. */
static void make_boot_first(struct scenario *scenario)
{
    make_kernel(scenario);
    scenario->setup.files[0].bytes = (struct bytes){(const uint8_t *)"sort-key b\nkernel /os.elf\n", 26};
    scenario_add_text(scenario, SCENARIO_ENTRY, "sort-key a\nkernel /missing\n");
    scenario->entries = 2;
    scenario->words = "/missing: there is no such file";
}

/* It is not looked at: its entry would stand first. */
static void make_other_type(struct scenario *scenario)
{
    make_spare(scenario);
    scenario_add_second_text(scenario, "/loader/entries/y.conf", "sort-key a\nkernel /missing\n");
    scenario->setup.second.has_other_type = true;
    scenario->entries = 1;
}

/* The table at the disk's end counts. */
static void make_bad_header(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.bad_block = 1;
}

static void make_bad_table(struct scenario *scenario)
{
    make_bad_header(scenario);
    scenario->setup.second.bad_block = 3;
}

static void make_odd_blocks(struct scenario *scenario)
{
    make_other_type(scenario);
    scenario->setup.second.has_other_type = false;
    scenario->setup.second.block_size = 131072;
}

static void make_no_header(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.damage = FAKE_HEADER_GONE;
}

static void make_damaged_header(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.damage = FAKE_HEADER_DAMAGED;
}

static void make_damaged_table(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.damage = FAKE_TABLE_DAMAGED;
}

static void make_damaged(struct scenario *scenario)
{
    make_other_type(scenario);
    scenario->setup.second.has_other_type = false;
    scenario->setup.second.damage = FAKE_BOTH_DAMAGED;
    scenario->words = "the boot disk's partition table cannot be read";
}

/* The firmware was in a hurry, and has drivers for the boot partition alone. */
static void make_unconnected(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.is_unconnected = true;
}

/* It is of a kind that the firmware has no driver for. */
static void make_no_volume(struct scenario *scenario)
{
    make_other_type(scenario);
    scenario->setup.second.has_other_type = false;
    scenario->setup.second.is_unconnected = true;
    scenario->setup.second.is_no_volume = true;
    scenario->words = "the firmware cannot read the extended boot loader partition (XBOOTLDR)";
}

static void make_double(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.is_double = true;
    scenario->words = "more than one extended boot loader partition: the first one is taken";
}

/* The firmware is older than what tells of partitions: Baton reads the table itself. */
static void make_untold(struct scenario *scenario)
{
    add_kernel(scenario);
    scenario->setup.second.is_untold = true;
}

static void make_untold_other_type(struct scenario *scenario)
{
    make_other_type(scenario);
    scenario->setup.second.is_untold = true;
}

static void make_untold_unconnected(struct scenario *scenario)
{
    make_unconnected(scenario);
    scenario->setup.second.is_untold = true;
}

static void make_untold_no_volume(struct scenario *scenario)
{
    make_no_volume(scenario);
    scenario->setup.second.is_untold = true;
}

static void make_untold_double(struct scenario *scenario)
{
    make_double(scenario);
    scenario->setup.second.is_untold = true;
}

static void make_lost(struct scenario *scenario)
{
    make_other_type(scenario);
    scenario->setup.second.has_other_type = false;
    scenario->setup.second.is_lost = true;
    scenario->words = "The volume for boot entries beside the loader's own (XBOOTLDR) cannot be opened";
}

/* Nothing stands in for entries that could not be read. */
static void make_lost_alone(struct scenario *scenario)
{
    make_kernel(scenario);
    scenario_add_text(scenario, "/kernel.elf", "not this one\n");
    scenario->setup.second.is_lost = true;
    scenario->end = FAKE_RETURNED;
    scenario->words = "(XBOOTLDR) cannot be opened";
}

/* The folder's place is taken by a file. */
static void make_no_folder(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(scenario, HIGH);
    scenario_add_second_text(scenario, "/loader/entries", "?");
    scenario->setup.second.is_spare = true;
    scenario->words = "/loader/entries: ";
}

static const struct scenario_maker makers[] = {
    {"second volume, kernel", make_kernel, 0},
    {"second volume, large blocks", make_large_blocks, 0},
    {"second volume, modules", make_modules, 0},
    {"second volume, linux", make_linux, 0},
    {"second volume, unified image", make_unified, 0},
    {"second volume, spare", make_spare, 0},
    {"second volume, sorted", make_both, 1},
    {"second volume, sorted behind", make_boot_first, 1},
    {"second volume, other type", make_other_type, 0},
    {"second volume, unreadable header", make_bad_header, 0},
    {"second volume, unreadable table", make_bad_table, 0},
    {"second volume, odd blocks", make_odd_blocks, 0},
    {"second volume, no header", make_no_header, 0},
    {"second volume, damaged header", make_damaged_header, 0},
    {"second volume, damaged table", make_damaged_table, 0},
    {"second volume, both damaged", make_damaged, 0},
    {"second volume, unconnected", make_unconnected, 0},
    {"second volume, no file system", make_no_volume, 0},
    {"second volume, two of them", make_double, 0},
    {"second volume, untold", make_untold, 0},
    {"second volume, untold, other type", make_untold_other_type, 0},
    {"second volume, untold, unconnected", make_untold_unconnected, 0},
    {"second volume, untold, no file system", make_untold_no_volume, 0},
    {"second volume, untold, two of them", make_untold_double, 0},
    {"second volume, lost", make_lost, 1},
    {"second volume, lost, nothing else", make_lost_alone, 1},
    {"second volume, no folder", make_no_folder, 1},
};
const struct scenario_maker_list scenarios_second = {makers, sizeof(makers) / sizeof(makers[0])};
