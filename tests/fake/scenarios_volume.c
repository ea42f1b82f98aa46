/* SPDX-License-Identifier: BSD-2-Clause */
/* Volumes from which nothing is booted: configuration that cannot be read, flat kernels and modules that do not fit,
 * files and folders in each other's place. And those from which something is, all the same. */
#include <stdlib.h>
#include <string.h>

#include "fake_pe.h"
#include "made_tree.h"
#include "scenario_parts.h"

#define HIGH        0xffffffff80000000ULL
#define LOADER_CONF "/loader/loader.conf"
#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define MIB         (1ULL << 20)

/* ---- configuration: the mistake, and then that there is nothing to boot ---- */

static const struct text_row {
    const char *name;
    const char *words;
    const char *path;
    const char *text;
    const char *more; /* behind it, … */
    unsigned times;   /* … so many times */
} texts[] = {
    {"conf: log level", LOADER_CONF ":2: log-level 'chatty' is not known. Expected: error, warning, info or debug.",
     LOADER_CONF, "timeout 3\nlog-level chatty\n", "", 0},
    {"conf: too large", LOADER_CONF ": the file has more than 65536 bytes, which no configuration needs. Is it the",
     LOADER_CONF, "", "# nothing but remarks\n", 3000},
    {"conf: UTF-16", LOADER_CONF ":1: the file is UTF-16. Save it as UTF-8.", LOADER_CONF,
     "\xff\xfe"
     "d",
     "", 0},
    {"entry: log level", "a.conf:1: log-level 'loud' is not known. Expected: error, warning, info or debug.",
     SCENARIO_ENTRY, "log-level loud\n", "", 0},
    {"entry: number", "a.conf:2: load-address 'lots' is not a number that fits in 64 bits. Expected one such as",
     SCENARIO_ENTRY, "kernel /k\nload-address lots\n", "", 0},
    {"entry: no page", "a.conf:1: load-address 0x100001 is not the start of a page. Expected a multiple of 4096, such",
     SCENARIO_ENTRY, "load-address 0x100001\n", "", 0},
    {"entry: video", "a.conf:1: video '1024' is not a size in pixels. Expected one such as 1024x768.", SCENARIO_ENTRY,
     "video 1024\n", "", 0},
    {"entry: kaslr", "a.conf:1: kaslr 'maybe' is not known. Expected: on, off, or a number, which is the seed.",
     SCENARIO_ENTRY, "kaslr maybe\n", "", 0},
    {"entry: no path", "a.conf:1: 'module' names no file. Expected: module PATH, from the root of this volume.",
     SCENARIO_ENTRY, "module\n", "", 0},
    {"entry: long path", "a.conf:1: the path of 'kernel' is too long: it has 500 bytes, and at most 400 work. Shorten",
     SCENARIO_ENTRY, "kernel ", "/folders/i", 50},
    {"entry: tab in a path", "a.conf:1: the path of 'kernel' has a tab in it. Take it out.", SCENARIO_ENTRY,
     "kernel /boot\t/k\n", "", 0},
    {"entry: dots in a path", "a.conf:1: the path /a/../../k leads above the root with its '..' parts. Write it out",
     SCENARIO_ENTRY, "kernel /a/../../k\n", "", 0},
    {"entry: two kernels", "a.conf:2: 'linux' is given, and 'kernel' above it. An entry names one kernel: take one of",
     SCENARIO_ENTRY, "kernel /k\nlinux /k\n", "", 0},
    {"entry: no profile", "a.conf:2: profile 'main' is not the number of a profile. Expected one such as 1.",
     SCENARIO_ENTRY, "uki /k.efi\nprofile main\n", "", 0},
    {"entry: many modules", "a.conf:4097: there are more than 4096 lines 'module'. Pack the files into fewer.",
     SCENARIO_ENTRY, "", "module m\n", 4097},
    {"entry: long line", "a.conf:1: the line has 5008 bytes; at most 4096 are read. Long options can stand on several",
     SCENARIO_ENTRY, "options ", "1234567890", 500},
    {"entry: control character", "a.conf:1: byte 0x01 does not belong in a text. Write the file anew, as plain UTF-8.",
     SCENARIO_ENTRY, "options \x01\n", "", 0},
    {"entry: none that can be booted",
     "/loader/entries: holds no entry (of 1) that this version of Baton can boot on "
     "this machine. The line 'log-level info' in /loader/loader.conf lets it say why for each.",
     SCENARIO_ENTRY, "kernel\n", "", 0},
};

static const char *repeated(const char *text, const char *more, unsigned times)
{
    char *made = malloc(strlen(text) + times * strlen(more) + 1), *end;

    if (!made)
        abort();
    end = stpcpy(made, text);
    for (unsigned i = 0; i < times; i++)
        end = stpcpy(end, more);
    return made;
}

static struct scenario make_text(const struct text_row *row)
{
    struct scenario scenario = scenario_refused(row->name, row->words);

    scenario.errors = 2;
    scenario_add_text(&scenario, row->path, repeated(row->text, row->more, row->times));
    return scenario;
}

/* ---- flat kernels ---- */

static const struct flat_row {
    const char *name;
    const char *words;
    const char *lines; /* of the entry */
} flats[] = {
    {"binary: where ACPI is",
     "/os.bin: must lie at 0x880000-0x881000, but 0x810000-0x900000 is taken by ACPI tables. "
     "Give it another load-address in its boot entry",
     "load-address 0x880000\n"},
    {"binary: no memory there",
     "/os.bin: must lie at 0x4000000000-0x4000001000, but not all of that is memory on this "
     "machine. Give it another load-address",
     "load-address 0x4000000000\n"},
    {"binary: no memory anywhere",
     "/os.bin: must lie at 0x4000000000-0x403ffff000, but not all of that is memory on "
     "this machine, and this machine has no free piece of 1048572 KiB at all. Give the machine more memory.",
     "load-address 0x4000000000\nmemory-size 0x3ffff000\n"},
    {"binary: page 0", "a.conf: load-address 0x0 and memory-size 1400 do not make sense together. Use an address from",
     "load-address 0\n"},
    {"binary: wraps", "a.conf: load-address 0xfffffffffffff000 and memory-size 1073741824 do not make sense together",
     "load-address 0xfffffffffffff000\nmemory-size 1G\n"},
    {"binary: larger than it is said",
     "a.conf: memory-size is 100, but /os.bin alone has 1400 bytes. Leave memory-size "
     "out, or give it the size with .bss.",
     "memory-size 100\n"},
    {"binary: larger than memory",
     "/os.bin: needs 4194304 KiB of memory in one piece, and the largest free piece of "
     "this machine has 1048572 KiB. Give the machine more memory",
     "memory-size 4G\n"},
    {"binary: entered behind its end",
     "a.conf: entry-offset 0x578 lies behind the 1400 bytes of /os.bin. Give the "
     "offset of its first instruction, or leave the key out.",
     "load-address 1M\nentry-offset 1400\n"},
};

/* The largest piece of memory begins in no place that is recommended to anybody. */
static struct scenario make_flat(const struct flat_row *row)
{
    struct scenario scenario = scenario_refused(row->name, row->words);

    scenario.setup.claims[scenario.setup.claim_count++] =
        (struct fake_claim){0x100000000, FAKE_PAGE, EfiReservedMemoryType, EFI_MEMORY_WB};
    scenario_add_text(&scenario, SCENARIO_ENTRY, repeated("kernel /os.bin\n", row->lines, 1));
    scenario_add_file(&scenario, "/os.bin", fake_pattern(1400, 9));
    return scenario;
}

/* ---- modules ---- */

static const struct module_row {
    const char *name;
    const char *words;
    const char *path; /* of the last one */
    uint64_t size;    /* of each, as the firmware says it; there are a few bytes only */
} modules[] = {
    {"module: folder", "/m: is a folder, not a file. Name a file in it, or put a file in its place.", "/m", 10},
    {"module: absurdly large", "/m/two: its size of 18446744073709551515 bytes is absurd. Copy it again.", "/m/two",
     UINT64_MAX - 100},
    {"module: larger than memory", "/m/one: needs 2097152 KiB of memory in one piece, and the largest free piece of",
     "/m/two", 2048 * MIB},
    {"module: too many", "/os.elf: the kernel, its modules and what Baton adds need more than the", "/m/two",
     1023 * MIB},
};

static void add_said(struct scenario *scenario, const char *path, uint64_t size)
{
    struct fake_file *file = &scenario->setup.files[scenario->setup.file_count];

    scenario_add_file(scenario, path, fake_pattern(10, 1));
    file->bytes.size = (size_t)size;
    file->missing = size - 10;
}

static struct scenario make_module(const struct module_row *row)
{
    struct scenario scenario = scenario_refused(row->name, row->words);

    scenario_add_text(&scenario, SCENARIO_ENTRY, repeated("kernel /os.elf\nmodule /m/one\nmodule ", row->path, 1));
    scenario_add_file(&scenario, "/os.elf", fake_kernel_elf(&(struct fake_recipe){.base = HIGH}).file);
    add_said(&scenario, "/m/one", row->size <= 2048 * MIB ? row->size : 10);
    add_said(&scenario, "/m/two", row->size);
    return scenario;
}

/* ---- files and folders ---- */

/* Without a usual kernel, which is rightly booted when the firmware says that there are no entries. */
static struct scenario make_entries_file(void)
{
    struct scenario scenario = scenario_refused(
        "file in place of the entries", "/loader/entries: is a file, not a folder. Make it a folder, with a file in it "
                                        "for each boot entry; or delete it.");

    scenario_add_file(&scenario, "/loader/entries", fake_pattern(3000, 1));
    return scenario;
}

static struct scenario make_conf_folder(void)
{
    struct scenario scenario =
        scenario_refused("folder in place of loader.conf",
                         LOADER_CONF ": is a folder, not a file. Name a file in it, or put a file in its place.");

    scenario_add_text(&scenario, LOADER_CONF "/loader.conf", "default a\n");
    scenario_add_text(&scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(&scenario, HIGH);
    return scenario;
}

static struct scenario make_entry_folder(void)
{
    struct scenario scenario = scenario_refused("folder named like an entry", NULL);

    scenario.errors = 0;
    scenario_add_text(&scenario, "/loader/entries/b.conf/c.conf", "kernel /missing.elf\n");
    scenario_add_text(&scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(&scenario, HIGH);
    return scenario;
}

static struct scenario make_usual_folder(void)
{
    struct scenario scenario =
        scenario_refused("folder in place of a usual kernel", "/kernel.elf: is a folder, not a file. Name a file in");

    scenario_add_text(&scenario, "/kernel.elf/kernel.elf", "");
    return scenario;
}

/* An archive's numbers have 32 bits. */
static struct scenario make_large_extra(void)
{
    struct scenario scenario = scenario_refused(
        "extra file, too large",
        "/c.cred: has 4294967296 bytes, and an archive for the initrd takes files of less than 4 GiB. Leave it out.");

    scenario_add_text(&scenario, SCENARIO_ENTRY, "linux /vmlinuz\nextra /c.cred\n");
    scenario_add_file(&scenario, "/vmlinuz", fake_pe_program());
    add_said(&scenario, "/c.cred", 1ULL << 32);
    return scenario;
}

/* ---- memory ---- */

/* The firmware's map lists as free what the device tree reserves, which is all that there is. */
static struct scenario make_all_reserved(void)
{
    struct scenario scenario =
        scenario_refused("tree that reserves all memory",
                         "/os.elf: there is no memory for it: the firmware gives only memory that is in "
                         "use. Give the machine more memory, or load less.");
    struct made_tree tree = {0};

    made_tree_reserve(&tree, 0, FAKE_PHYSICAL_END);
    made_tree_begin(&tree, "");
    made_tree_end(&tree);
    scenario.setup.device_tree = made_tree_finish(&tree);
    scenario_add_text(&scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_elf(&scenario, HIGH);
    scenario.end = FAKE_RETURNED;
    return scenario;
}

size_t scenarios_volume(struct scenario *ret_scenarios, size_t room)
{
    struct scenario (*const makers[])(void) = {make_entries_file, make_conf_folder, make_entry_folder,
                                               make_usual_folder, make_large_extra, make_all_reserved};
    size_t made = 0;

    if (COUNT(texts) + COUNT(flats) + COUNT(modules) + COUNT(makers) > room)
        abort();
    for (size_t i = 0; i < COUNT(texts); i++)
        ret_scenarios[made++] = make_text(&texts[i]);
    for (size_t i = 0; i < COUNT(flats); i++)
        ret_scenarios[made++] = make_flat(&flats[i]);
    for (size_t i = 0; i < COUNT(modules); i++)
        ret_scenarios[made++] = make_module(&modules[i]);
    for (size_t i = 0; i < COUNT(makers); i++)
        ret_scenarios[made++] = makers[i]();
    return made;
}
