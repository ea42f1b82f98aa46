/* SPDX-License-Identifier: BSD-2-Clause */
/* Images that the firmware loads and starts. */
#include <string.h>

#include "fake_pe.h"
#include "made_cpio.h"
#include "made_tree.h"
#include "scenario_parts.h"

/* An image, and the entry that names it. */
static void add_image(struct scenario *scenario, const char *path, const char *entry)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, entry);
    scenario_add_file(scenario, path, fake_pe_program());
    scenario->start.path = path;
    scenario->end = FAKE_STARTED;
}

/* The second one begins at a multiple of four, with zeros before it, and the empty one is not there. */
static void make_linux(struct scenario *scenario)
{
    enum { FIRST = 3001, SECOND = 1202, AT = 3004 };
    struct bytes first = fake_pattern(FIRST, 3), second = fake_pattern(SECOND, 4);
    static uint8_t together[AT + SECOND];

    memcpy(together, first.data, FIRST);
    memcpy(together + AT, second.data, SECOND);
    add_image(scenario, "/linux/vmlinuz",
              "linux /linux/vmlinuz\noptions quiet\noptions root=/dev/vda2 name=\xc3\xbc\n"
              "initrd /one.img\ninitrd /empty.img\ninitrd /two.img\n");
    scenario_add_file(scenario, "/one.img", first);
    scenario_add_file(scenario, "/empty.img", fake_pattern(0, 0));
    scenario_add_file(scenario, "/two.img", second);
    scenario->start.options = "quiet root=/dev/vda2 name=\xc3\xbc";
    scenario->start.initrd = (struct bytes){together, sizeof(together)};
}

/* Nobody has asked for the automatic entries, but who is booted is told of them. */
static void make_told(struct scenario *scenario, const char *loader_conf)
{
    make_linux(scenario);
    scenario_add_text(scenario, "/loader/loader.conf", loader_conf);
    scenario_add_file(scenario, "/EFI/Microsoft/Boot/bootmgfw.efi", fake_pe_program());
    scenario_add_file(scenario, "/shellx64.efi", fake_pe_program());
    scenario->setup.has_setup = true;
}

static void make_told_of_some(struct scenario *scenario)
{
    make_told(scenario, "auto-poweroff yes\n");
}

/* loader.conf does not let them be. */
static void make_told_of_none(struct scenario *scenario)
{
    make_told(scenario, "auto-entries no\nauto-firmware no\n");
}

static void make_plain(struct scenario *scenario)
{
    add_image(scenario, "/tool.efi", "efi /tool.efi\nvideo 1024x768\n");
}

/* Of the entries the two first would start the loader, which would start it again, and so on. */
static void make_itself(struct scenario *scenario)
{
    scenario->itself = 2;
    add_image(scenario, "/tool.efi", "efi /tool.efi\n");
    scenario_add_text(scenario, "/loader/entries/z.conf", "efi \\efi\\boot\\BootX64.efi\n");
    scenario_add_text(scenario, "/loader/entries/y.conf", "linux /EFI/BOOT/BOOTX64.EFI\n");
    scenario_add_file(scenario, "/EFI/BOOT/BOOTX64.EFI", fake_pe_program());
    scenario->words = "/loader/entries/z.conf: /efi/boot/BootX64.efi is this loader itself, so the entry is left out";
}

static void make_itself_alone(struct scenario *scenario)
{
    scenario->itself = 1;
    add_image(scenario, "/EFI/BOOT/BOOTX64.EFI", "uki /EFI/BOOT/BOOTX64.EFI\n");
    scenario->start.path = NULL;
    scenario->end = FAKE_RETURNED;
    scenario->words = "holds no entry (of 1) that this version of Baton can boot";
}

/* Nobody says that it is the loader. */
static void make_unknown_self(struct scenario *scenario)
{
    add_image(scenario, "/EFI/BOOT/BOOTX64.EFI", "efi /EFI/BOOT/BOOTX64.EFI\n");
    scenario->setup.quirks = FAKE_QUIRK(NO_FILE_PATH);
}

/* On the second volume that path is another file. */
static void make_other_volume(struct scenario *scenario)
{
    scenario_add_second_text(scenario, SCENARIO_ENTRY, "efi /EFI/BOOT/BOOTX64.EFI\n");
    scenario_add_second(scenario, "/EFI/BOOT/BOOTX64.EFI", fake_pe_program());
    scenario->start.path = "/EFI/BOOT/BOOTX64.EFI";
    scenario->start.on_second = true;
    scenario->end = FAKE_STARTED;
}

static void make_returning(struct scenario *scenario)
{
    add_image(scenario, "/tool.efi", "efi /tool.efi\noptions -v\ninitrd /one.img\n");
    scenario_add_file(scenario, "/one.img", fake_pattern(10, 1));
    scenario->start.options = "-v";
    scenario->start.initrd = fake_pattern(10, 1);
    scenario->setup.program = (struct fake_program){.comes_back = true, .talks = true};
    scenario->end = FAKE_RETURNED;
    scenario->words = "/tool.efi has ended";
}

static void make_driver(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.is_driver = true;
}

static void make_failing(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.status = EFI_TIMEOUT;
    scenario->words = "/tool.efi: was started, and came back with EFI_TIMEOUT: out of paper.";
}

/* It says nothing, and no specification knows its number. */
static void make_failing_wordlessly(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.status = EFI_ERROR_BIT | 0x12345;
    scenario->setup.program.talks = false;
    scenario->words = "/tool.efi: was started, and came back with status 0x8000000000012345.";
}

/* The program itself says what StartImage says when nothing ran. */
static void make_failing_oddly(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.status = EFI_INVALID_PARAMETER;
    scenario->words = "came back with EFI_INVALID_PARAMETER";
}

static void make_next(struct scenario *scenario)
{
    make_failing(scenario);
    scenario_add_text(scenario, "/loader/entries/Z.conf", "kernel /os.elf\n");
    scenario_add_file(scenario, "/shellx64.efi", fake_pe_program()); /* of which the kernel is told, too */
    scenario->entries = 2;
    scenario->end = FAKE_JUMPED;
    scenario_add_elf(scenario, 0xffffffff80000000ULL);
}

static void refuse_to_load(struct scenario *scenario, EFI_STATUS status, const char *words)
{
    add_image(scenario, "/tool.efi", "linux /tool.efi\n");
    scenario->setup.program.load_status = status;
    scenario->end = FAKE_RETURNED;
    scenario->words = words;
}

static void make_violation(struct scenario *scenario)
{
    refuse_to_load(scenario, EFI_SECURITY_VIOLATION, "Secure Boot wants a signature");
}

static void make_denied(struct scenario *scenario)
{
    refuse_to_load(scenario, EFI_ACCESS_DENIED, "Secure Boot wants a signature");
}

static void make_unsupported(struct scenario *scenario)
{
    refuse_to_load(scenario, EFI_UNSUPPORTED, "does not take it for an EFI program");
}

static void make_unloadable(struct scenario *scenario)
{
    refuse_to_load(scenario, EFI_LOAD_ERROR, "the firmware cannot load it (EFI_LOAD_ERROR)");
}

static void make_not_started(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.start_status = EFI_SECURITY_VIOLATION;
    scenario->words = "came back with EFI_SECURITY_VIOLATION";
}

/* As EDK2 does with a 32-bit program whose headers it does not look at closely: nothing ran. */
static void make_started_in_vain(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.start_status = EFI_UNSUPPORTED;
    scenario->words = "/tool.efi: the firmware does not take it for an EFI program of this machine (EFI_UNSUPPORTED)";
}

/* The program says it, and has run. */
static void make_failing_alike(struct scenario *scenario)
{
    make_returning(scenario);
    scenario->setup.program.status = EFI_UNSUPPORTED;
    scenario->words = "/tool.efi: was started, and came back with EFI_UNSUPPORTED: out of paper.";
}

static void make_other_initrd(struct scenario *scenario)
{
    make_linux(scenario);
    scenario->setup.program.other_initrd = true;
    scenario->start.initrd = (struct bytes){NULL, 0};
    scenario->words = "somebody else offers an initrd already";
}

/* Should the firmware not take the first one's initrd back, it is offered where it is. */
static void make_two_initrds(struct scenario *scenario)
{
    make_failing(scenario);
    scenario_add_text(scenario, "/loader/entries/Z.conf", "efi /tool.efi\noptions -v\ninitrd /two.img\n");
    scenario_add_file(scenario, "/two.img", fake_pattern(10, 1));
    scenario->entries = 2;
}

static void make_missing_initrd(struct scenario *scenario)
{
    add_image(scenario, "/vmlinuz", "linux /vmlinuz\ninitrd /initrd.img\n");
    scenario->end = FAKE_RETURNED;
    scenario->words = "/initrd.img: there is no such file";
}

static void make_bad_initrd(struct scenario *scenario)
{
    make_linux(scenario);
    scenario->setup.files[2].bad = 2000; /* one.img */
    scenario->end = FAKE_RETURNED;
    scenario->words = "came back with EFI_LOAD_ERROR";
}

static void make_no_program(struct scenario *scenario)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "efi /tool.efi\n");
    scenario_add_text(scenario, "/tool.efi", "echo hello\n");
    scenario->words = "/tool.efi: is not an EFI program";
}

/* ---- images that say themselves what entry they are ---- */

static void make_unified(struct scenario *scenario)
{
    scenario_add_file(
        scenario, "/EFI/Linux/debian-6.1.efi",
        fake_pe_unified("ID=debian\nPRETTY_NAME=\"Debian 12\"\nVERSION_ID=12\n", "quiet root=/dev/vda2\n"));
    scenario_add_file(scenario, "/EFI/Linux/not-one.efi", fake_pe_program());
    scenario_add_text(scenario, "/EFI/Linux/readme.txt", "hello\n");
    scenario->start.path = "/EFI/Linux/debian-6.1.efi";
    scenario->end = FAKE_STARTED;
    scenario->words = "/EFI/Linux/not-one.efi: has no section .osrel";
}

/* Sorted with the entry files: the newer version of the same sort key. */
static void make_unified_second(struct scenario *scenario)
{
    make_unified(scenario);
    scenario_add_text(scenario, SCENARIO_ENTRY, "title Old\nsort-key debian\nversion 11\nlinux /missing\n");
    scenario->entries = 2;
}

/* Each names what is wrong with it, and the next one is started. */
static void make_unified_broken(struct scenario *scenario)
{
    struct made_pe pe = made_pe_sound();

    make_unified(scenario);
    pe.subsystem = 2;
    scenario_add_file(scenario, "/EFI/Linux/windows.efi", fake_pe(&pe));
    scenario->words = "/EFI/Linux/windows.efi: is a program for";
}

static void make_foreign(struct scenario *scenario)
{
    struct made_pe pe = made_pe_sound();

    make_unified(scenario);
    pe.machine = PE_MACHINE_AA64;
    scenario_add_file(scenario, "/EFI/Linux/arm.efi", fake_pe(&pe));
    scenario->words = "/EFI/Linux/arm.efi: ";
}

/* By an entry file, which says more than the image does. */
static void make_unified_entry(struct scenario *scenario)
{
    add_image(scenario, "/os/debian.efi", "uki /os/debian.efi\nprofile 2\noptions quiet\ninitrd /missing.img\n");
    scenario->start.options = "@2 quiet";
    scenario->words = "a.conf:4: 'initrd' does nothing with 'uki'";
}

/* Behind the initrds, in an archive. */
static void make_extra(struct scenario *scenario)
{
    const struct made_extra files[] = {{"/os/b.confext.raw", fake_pattern(2002, 5)},
                                       {"/a.cred", fake_pattern(0, 0)},
                                       {"/c.cred", fake_pattern(77, 6)}};
    struct bytes initrd = fake_pattern(3001, 3);

    add_image(scenario, "/linux/vmlinuz",
              "linux /linux/vmlinuz\nextra /os/b.confext.raw\nextra /a.cred\ninitrd /one.img\nextra /d.efi\n"
              "extra /c.cred\n");
    scenario_add_file(scenario, "/one.img", initrd);
    for (size_t i = 0; i < 3; i++)
        scenario_add_file(scenario, files[i].path, files[i].content);
    scenario->start.initrd = made_cpio(initrd, files, 3);
    scenario->words = "a.conf:5: what kind of file is '/d.efi'?";
}

static void make_extra_of_unified(struct scenario *scenario)
{
    const struct made_extra file = {"/c.cred", fake_pattern(77, 6)};

    add_image(scenario, "/os/debian.efi", "uki /os/debian.efi\ninitrd /missing.img\nextra /c.cred\n");
    scenario_add_file(scenario, file.path, file.content);
    scenario->start.initrd = made_cpio((struct bytes){NULL, 0}, &file, 1);
}

static void make_elsewhere(struct scenario *scenario)
{
    make_unified(scenario);
    scenario_add_text(scenario, SCENARIO_ENTRY, "sort-key a\nuki-url http://example.com/a.efi\n");
    scenario->entries = 2; /* a folder that cannot be read counts as one */
    scenario->words = "a.conf: is started from a network (uki-url)";
}

/* ---- device trees ---- */

static struct bytes make_small_tree(void)
{
    struct made_tree tree = {0};

    made_tree_begin(&tree, "");
    made_tree_text(&tree, "compatible", "made,board");
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

static void make_tree(struct scenario *scenario)
{
    struct bytes tree = make_small_tree();

    add_image(scenario, "/linux/vmlinuz", "linux /linux/vmlinuz\ndevicetree \\dtb\\board.dtb\n");
    scenario_add_file(scenario, "/dtb/board.dtb", tree);
    scenario->start.device_tree = tree;
    scenario->words = "/dtb/board.dtb: is the device tree";
}

/* The firmware's own is there again behind it. */
static void make_tree_in_place(struct scenario *scenario)
{
    make_tree(scenario);
    scenario->setup.device_tree = make_small_tree();
    scenario->setup.program = (struct fake_program){.comes_back = true};
    scenario->end = FAKE_RETURNED;
}

static void make_no_tree(struct scenario *scenario)
{
    add_image(scenario, "/linux/vmlinuz", "linux /linux/vmlinuz\ndevicetree /board.dtb\n");
    scenario_add_file(scenario, "/board.dtb", fake_pattern(5000, 1));
    scenario->end = FAKE_RETURNED;
    scenario->words = "/board.dtb: is no device tree that can be read, or truncated.";
}

static void make_cut_tree(struct scenario *scenario)
{
    make_tree(scenario);
    scenario->setup.files[2].bytes.size -= 4;
    scenario->end = FAKE_RETURNED;
    scenario->words = "/dtb/board.dtb: is no device tree that can be read, or truncated.";
}

static void make_tiny_tree(struct scenario *scenario)
{
    make_tree(scenario);
    scenario->setup.files[2].bytes.size = 39;
    scenario->end = FAKE_RETURNED;
    scenario->words = "/dtb/board.dtb: has 39 bytes, and so is no device tree.";
}

static void make_missing_tree(struct scenario *scenario)
{
    add_image(scenario, "/linux/vmlinuz", "linux /linux/vmlinuz\ndevicetree /board.dtb\n");
    scenario->end = FAKE_RETURNED;
    scenario->words = "/board.dtb: there is no such file";
}

/* ---- images that are refused before the firmware sees them ---- */

static void refuse(struct scenario *scenario, struct bytes image, const char *words)
{
    scenario_add_text(scenario, SCENARIO_ENTRY, "efi /tool.efi\n");
    scenario_add_file(scenario, "/tool.efi", image);
    scenario->words = words;
}

static void make_cut_program(struct scenario *scenario)
{
    refuse(scenario, (struct bytes){fake_pe_program().data, 0x900}, "/tool.efi: is truncated: its sections end at");
}

static void make_damaged_program(struct scenario *scenario)
{
    struct made_pe pe = made_pe_sound();

    pe.entry = 0;
    refuse(scenario, fake_pe(&pe), "/tool.efi: is damaged: its entry point lies outside of the image.");
}

static void make_32_bit_program(struct scenario *scenario)
{
    struct made_pe pe = made_pe_sound();

    pe.magic = 0x10b;
    refuse(scenario, fake_pe(&pe), "/tool.efi: is a 32-bit program");
}

/* Its section table lies further in than is read at first, and then further in than any. */
static void make_far_program(struct scenario *scenario)
{
    struct made_pe pe = made_pe_sound();

    pe.start = 0x18000;
    refuse(scenario, fake_pe_large(&pe), "and no EFI program's go beyond 65536");
}

static void make_dos_program(struct scenario *scenario)
{
    static const uint8_t program[100] = {'M', 'Z'};

    refuse(scenario, (struct bytes){program, sizeof(program)}, "/tool.efi: is a DOS program");
}

static void make_old_linux(struct scenario *scenario)
{
    static uint8_t kernel[0x300];

    memcpy(kernel + 0x202, "HdrS", 4);
    refuse(scenario, (struct bytes){kernel, sizeof(kernel)}, "is a Linux kernel without an EFI stub");
}

static const struct scenario_maker makers[] = {
    {"linux", make_linux, 0},
    {"linux, automatic entries", make_told_of_some, 0},
    {"linux, no automatic entries", make_told_of_none, 0},
    {"program", make_plain, 0},
    {"program, the loader itself", make_itself, 0},
    {"program, the loader itself, alone", make_itself_alone, 1},
    {"program, the loader itself, not known", make_unknown_self, 0},
    {"program, the loader's path, another volume", make_other_volume, 0},
    {"program that returns", make_returning, 0},
    {"driver", make_driver, 0},
    {"program that fails", make_failing, 1},
    {"program that fails oddly", make_failing_oddly, 1},
    {"program that fails wordlessly", make_failing_wordlessly, 1},
    {"program that fails, then a kernel", make_next, 1},
    {"program, untrusted", make_violation, 1},
    {"program, denied", make_denied, 1},
    {"program, unsupported", make_unsupported, 1},
    {"program, not loaded", make_unloadable, 1},
    {"program, not started", make_not_started, 1},
    {"program, 32-bit, loaded all the same", make_started_in_vain, 1},
    {"program that says the same", make_failing_alike, 1},
    {"linux, another's initrd", make_other_initrd, 0},
    {"programs with initrds", make_two_initrds, 2},
    {"linux, no initrd", make_missing_initrd, 1},
    {"linux, unreadable initrd", make_bad_initrd, 1},
    {"no program", make_no_program, 1},
    {"program, cut short", make_cut_program, 1},
    {"program, damaged", make_damaged_program, 1},
    {"program, 32-bit", make_32_bit_program, 1},
    {"program, headers too far in", make_far_program, 1},
    {"program, DOS", make_dos_program, 1},
    {"linux without a stub", make_old_linux, 1},
    {"unified image", make_unified, 0},
    {"unified image, and an older entry", make_unified_second, 0},
    {"unified image, broken", make_unified_broken, 0},
    {"unified image, foreign", make_foreign, 0},
    {"unified image by an entry", make_unified_entry, 0},
    {"unified image in a network", make_elsewhere, 0},
    {"device tree of an entry", make_tree, 0},
    {"device tree in place of the firmware's", make_tree_in_place, 0},
    {"device tree, none", make_no_tree, 1},
    {"device tree, cut short", make_cut_tree, 1},
    {"device tree, tiny", make_tiny_tree, 1},
    {"device tree, missing", make_missing_tree, 1},
    {"extra files", make_extra, 0},
    {"extra file of a unified image", make_extra_of_unified, 0},
};
const struct scenario_maker_list scenarios_start = {makers, sizeof(makers) / sizeof(makers[0])};
