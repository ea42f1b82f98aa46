/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF kernels that are refused: a sound one, and what was changed in it. */
#include <stdlib.h>

#include "made_elf.h"
#include "put.h"
#include "scenario_parts.h"

#define HIGH    0xffffffff80000000ULL
#define CHANGES 7

/* Recipes. */
#define FIXED      .recipe = {.base = HIGH}
#define MOVABLE    .recipe = {.base = HIGH, .movable = true}
#define NOTED(...) .recipe = {.base = HIGH, .note = true, __VA_ARGS__}

/* Places in the file: of the header, … */
#define CLASS   4
#define ORDER   5
#define VERSION 6
#define TYPE    16
#define MACHINE 18
#define ENTRY   24
#define TABLE   32
#define STRIDE  54
#define COUNT   56
/* … of the program headers, of which the first three are code, constants and data, … */
#define HEADER(number, field) (ELF_HEADER_SIZE + (number)*ELF_PROGRAM_HEADER_SIZE + (field))
#define CODE(field)           HEADER(0, field)
#define CONSTANTS(field)      HEADER(1, field)
#define DATA(field)           HEADER(2, field)
#define KIND                  0
#define FLAGS                 4
#define ADDRESS               16
#define FILE_SIZE             32
#define MEMORY_SIZE           40
/* … of the note, … */
#define NOTE_SIZE    (FAKE_ELF_NOTE + 4)
#define NOTE_VERSION (FAKE_ELF_NOTE + 20)
#define NOTE_END     (FAKE_ELF_NOTE + 56)
/* … of the dynamic section: DT_RELA, DT_RELASZ, DT_RELAENT and room for one more; and of the one relocation. */
#define TAG(number)    (FAKE_ELF_DYNAMIC + (number)*16)
#define VALUE(number)  (TAG(number) + 8)
#define RELOCATED      FAKE_ELF_RELA
#define RELOCATED_TYPE (FAKE_ELF_RELA + 8)

struct change {
    uint32_t offset;
    uint32_t width; /* bytes; 0: no change */
    uint64_t value;
};

static const struct row {
    const char *name;
    const char *words;
    struct fake_recipe recipe;
    struct change changes[CHANGES];
    struct elf_segment more; /* program header behind the others, … */
    unsigned more_count;     /* … so many times */
    uint64_t size;           /* of the file; 0: as it is */
    uint64_t quirks;
} rows[] = {
    /* ---- the header ---- */
    {"elf: part of a header", "truncated: it has 40 bytes, and an ELF header alone has 64. Copy it again.", FIXED,
     .size = 40},
    {"elf: 32-bit", "is a 32-bit ELF file, and Baton starts 64-bit kernels. Compile and link it with -m64", FIXED,
     .changes = {{CLASS, 1, 1}}},
    {"elf: big-endian", "is a big-endian ELF file, and this machine is little-endian. Build it for a little-endian",
     FIXED, .changes = {{ORDER, 1, 2}}},
    {"elf: version", "has ELF version 9, and only version 1 exists. Copy it again.", FIXED,
     .changes = {{VERSION, 1, 9}}},
    {"elf: aarch64", "is built for aarch64 (ELF machine 183), and this machine is x86_64. Build it for x86_64.", FIXED,
     .changes = {{MACHINE, 2, ELF_MACHINE_AARCH64}}},
    {"elf: unknown machine", "is built for unknown (ELF machine 4242), and this machine is x86_64. Build it for", FIXED,
     .changes = {{MACHINE, 2, 4242}}},
    {"elf: object file", "is not an executable (ELF type 1). Is it an object file? Link it with ld.", FIXED,
     .changes = {{TYPE, 2, 1}}},
    {"elf: no program headers", "has no segments (no program headers), so there is nothing to load. Is it an object",
     FIXED, .changes = {{COUNT, 2, 0}}},
    {"elf: 65535 program headers", "has 65535 segments or more, and a kernel has a handful. Link it again.", FIXED,
     .changes = {{COUNT, 2, 0xffff}}},
    {"elf: 65534 program headers", "is truncated: its program headers (3669904 bytes at byte 64) lie outside", FIXED,
     .changes = {{COUNT, 2, 0xfffe}}},
    {"elf: small program headers", "its program headers have 32 bytes each instead of 56. Link or copy it again.",
     FIXED, .changes = {{STRIDE, 2, 32}}},
    {"elf: program headers cut", "its program headers (168 bytes at byte 64) lie outside the file of 100 bytes. Copy",
     FIXED, .size = 100},
    {"elf: program headers far away", "is truncated: its program headers (168 bytes at byte 18446744073709551360)",
     FIXED, .changes = {{TABLE, 8, 0 - 256ULL}}},
    /* ---- segments ---- */
    {"elf: nothing to load", "has no segment to load (no PT_LOAD with a size). Does the linker script put .text into",
     FIXED, .changes = {{CODE(KIND), 4, 0}, {CONSTANTS(KIND), 4, 0}, {DATA(MEMORY_SIZE), 8, 0}}},
    {"elf: interpreter", "asks for a dynamic linker (PT_INTERP), which a kernel does not have. Link it with -static",
     FIXED, .more = {.kind = ELF_SEGMENT_INTERP}, .more_count = 1},
    {"elf: segment behind the end", "is truncated: segment 2 has 1048576 bytes at byte 16400, but the file has only",
     FIXED, .changes = {{DATA(FILE_SIZE), 8, 1 << 20}}},
    {"elf: segment larger in the file", "segment 0 has more bytes in the file (6144) than in memory (4). Link it again",
     FIXED, .changes = {{CODE(MEMORY_SIZE), 8, 4}}},
    {"elf: segment wraps",
     "segment 2 (0x80000000 bytes at 0xffffffff80003010) wraps around the end of the address "
     "space. Check the link address",
     FIXED, .changes = {{DATA(MEMORY_SIZE), 8, 0x80000000}}},
    {"elf: segment nowhere",
     "is not in the lower half (below 0x800000000000) and not in the upper half (from "
     "0xffff800000000000 on). Link the kernel at 0xffffffff80000000",
     FIXED, .changes = {{DATA(ADDRESS), 8, 0x9000000000000000}}},
    {"elf: segments in both halves",
     "has segments in both halves of the address space: segment 0 at 0x1000000 and "
     "segment 1 at 0xffffffff80002000. Link it into one half",
     FIXED, .changes = {{CODE(ADDRESS), 8, 0x1000000}}},
    {"elf: segments overlap",
     "segments 0 (0xffffffff80000000-0xffffffff800017ff) and 1 (from 0xffffffff80001000) "
     "overlap. Check the addresses in the linker script",
     FIXED, .changes = {{CONSTANTS(ADDRESS), 8, HIGH + 0x1000}}},
    {"elf: RWE",
     "segment 0 (0xffffffff80000000-0xffffffff800017ff) is writable and executable (RWE), as GNU ld makes "
     "it when one segment holds everything. Give each its own pages in the linker script",
     FIXED, .changes = {{CODE(FLAGS), 4, 7}}},
    {"elf: code and data in a page",
     "the page at 0xffffffff80001000 holds code and writable data: segment 1 (RW-) "
     "begins in the middle of it, at 0xffffffff80001800. Give each its own pages in the linker script",
     FIXED, .changes = {{CONSTANTS(FLAGS), 4, 6}, {CONSTANTS(ADDRESS), 8, HIGH + 0x1800}}},
    {"elf: entry 0",
     "its entry point 0x0 is not in an executable segment. Name the first function in the linker "
     "script, ENTRY(kernel)",
     FIXED, .changes = {{ENTRY, 8, 0}}},
    {"elf: entry in data", "its entry point 0xffffffff80003100 is not in an executable segment", FIXED,
     .changes = {{ENTRY, 8, HIGH + 0x3100}}},
    {"elf: linked at 0",
     "is linked at address 0, and that page is never mapped, so that a null pointer stays one. "
     "Link the kernel at 0xffffffff80000000",
     .recipe = {.base = 0}},
    {"elf: movable without PT_DYNAMIC",
     "is position-independent (ET_DYN) but has no PT_DYNAMIC segment, so its "
     "relocations cannot be found. Add to the linker script's PHDRS",
     FIXED, .changes = {{TYPE, 2, ELF_TYPE_DYN}}},
    {"elf: two dynamic sections", "has two PT_DYNAMIC segments. Link it again, with one.", MOVABLE,
     .more = {.kind = ELF_SEGMENT_DYNAMIC, .offset = FAKE_ELF_DYNAMIC, .file_size = 64}, .more_count = 1},
    {"elf: two RELRO", "has two PT_GNU_RELRO segments. Link it again, with one.", FIXED,
     .more = {.kind = ELF_SEGMENT_RELRO}, .more_count = 2},
    {"elf: RELRO in code",
     "PT_GNU_RELRO (0x1000 bytes at 0xffffffff80000000) does not lie in writable segments. Link "
     "it again; -z norelro leaves it out.",
     FIXED, .more = {.kind = ELF_SEGMENT_RELRO, .address = HIGH, .memory_size = 0x1000}, .more_count = 1},
    /* ---- where it is to run ---- */
    {"elf: larger than the address space",
     "takes 0x80004000 bytes, which is more than there are from "
     "0xffffffff80000000, where it is to run, up to the end of the address space. Link the kernel lower",
     .recipe = {.base = 0, .movable = true}, .changes = {{DATA(MEMORY_SIZE), 8, 0x80000000}}},
    {"elf: no direct map",
     "reaches from 0xffff900000000000 across 0xffffc00000000000, which leaves no room for the "
     "direct map on either side. Link the kernel at 0xffffffff80000000",
     FIXED, .changes = {{CODE(ADDRESS), 8, 0xffff900000000000}, {ENTRY, 8, 0xffff900000000000}}},
    {"elf: larger than memory",
     "needs 1048592 KiB of memory in one piece, and the largest free piece of this machine "
     "has 1048576 KiB. Give the machine more memory, or make it smaller",
     FIXED, .changes = {{DATA(MEMORY_SIZE), 8, 1 << 30}}},
    {"elf: no memory there",
     "must lie at 0x7000000000-0x7000009000, but not all of that is memory on this machine. "
     "Link it in the upper half",
     .recipe = {.base = 0x7000000000}},
    {"elf: where ACPI is", "must lie at 0x800000-0x809000, but 0x800000-0x808000 is taken by ACPI tables. Link it in",
     .recipe = {.base = 0x800000}},
    {"elf: where the firmware's tables are",
     "0x3d400000-0x3d401000 is taken by the firmware's tables. Link it in the upper half",
     .recipe = {.base = 0x3d400000}},
    {"elf: where runtime services are", "0x3d500000-0x3d600000 is taken by the firmware's runtime services. Link it in",
     .recipe = {.base = 0x3d500000}},
    {"elf: where the loader is", "is taken by the boot loader itself (Loader memory). Link it in the upper half",
     .recipe = {.base = 0x3c000000}},
    {"elf: where the stack is",
     "must lie at 0x10d000-0x116000, but 0xed000-0x11d000 is taken by the stack that the loader runs on. Link it",
     .recipe = {.base = 0x10d000}, .quirks = FAKE_QUIRK(FREE_STACK)},
    /* ---- the note ---- */
    {"note: version 0", "was written for version 0 of the protocol, and this loader knows 1. Write its note with",
     NOTED(.stack = 0), .changes = {{NOTE_VERSION, 4, 0}}},
    {"note: version 2", "was written for version 2 of the protocol, and this loader knows 1. Update Baton.",
     NOTED(.stack = 0), .changes = {{NOTE_VERSION, 4, 2}}},
    {"note: short", "the Baton note is truncated: of 32 bytes 36 are there, and version 1 has 36. Write it with",
     NOTED(.stack = 0), .changes = {{NOTE_SIZE, 4, 32}}},
    {"note: cut", "the Baton note is truncated: of 36 bytes 35 are there, and version 1 has 36. Write it with",
     NOTED(.stack = 0), .changes = {{HEADER(3, FILE_SIZE), 8, 55}}},
    {"note: unknown wish", "the Baton note holds a wish that this loader does not know. Update Baton.",
     NOTED(.stack = 0), .changes = {{NOTE_SIZE, 4, 40}, {NOTE_END, 4, 1}, {HEADER(3, FILE_SIZE), 8, 60}}},
    {"note: twice", "has two Baton notes, and one must say it all. Use BATON_WISHES once.", NOTED(.stack = 0),
     .more = {.kind = ELF_SEGMENT_NOTE, .offset = FAKE_ELF_NOTE, .file_size = 56}, .more_count = 1},
    {"note: nine segments", "has more than 8 PT_NOTE segments. Put its notes into one in the linker script.", FIXED,
     .more = {.kind = ELF_SEGMENT_NOTE, .offset = FAKE_ELF_DATA, .file_size = 4}, .more_count = 9},
    {"note: framebuffer", "its note requires framebuffer (feature 0), but this machine has no screen that can be",
     NOTED(.required = BATON_FEATURE_FRAMEBUFFER), .quirks = FAKE_QUIRK(NO_SCREEN)},
    {"note: ACPI", "its note requires ACPI (feature 1), but the firmware gives no valid ACPI tables.",
     NOTED(.required = BATON_FEATURE_ACPI), .quirks = FAKE_QUIRK(NO_TABLES)},
    {"note: entropy", "its note requires entropy (feature 3), but neither the firmware nor the processor gives random",
     NOTED(.required = BATON_FEATURE_ENTROPY), .quirks = FAKE_QUIRK(NO_RANDOM)},
    {"note: EL2", "its note requires EL2 (feature 4), but only aarch64 machines have that.",
     NOTED(.required = BATON_FEATURE_EL2)},
    {"note: slide of a fixed kernel",
     "its note requires random slide (feature 8), but it is linked at a fixed "
     "address. Link it with -static -pie.",
     NOTED(.required = BATON_FEATURE_RANDOM_SLIDE)},
    {"note: slide without randomness", "its note requires random slide (feature 8), but neither the firmware nor the",
     NOTED(.movable = true, .required = BATON_FEATURE_RANDOM_SLIDE), .quirks = FAKE_QUIRK(NO_RANDOM)},
    {"note: five levels", "its note requires five-level paging (feature 10), but the firmware has set up four",
     NOTED(.required = BATON_FEATURE_FIVE_LEVELS)},
    {"note: unknown feature",
     "its note requires something new (feature 63), but this version of Baton does not know "
     "it. Update Baton.",
     NOTED(.required = 1ULL << 63)},
    {"note: absurd stack",
     "its note asks for a stack of 0xffffffffffffffff bytes, which is absurd. Give BATON_WISHES a smaller one.",
     NOTED(.stack = UINT64_MAX)},
    /* ---- relocations ---- */
    {"relocations: shared library", "needs a shared library (DT_NEEDED), which a kernel cannot load. Link it with",
     MOVABLE, .changes = {{TAG(3), 8, 1}}},
    {"relocations: without addends", "has relocations without addends (DT_REL). Link it with -z rela.", MOVABLE,
     .changes = {{TAG(3), 8, 18}, {VALUE(3), 8, 24}}},
    {"relocations: in code, says a tag", "has text relocations (DT_TEXTREL): addresses in its code. Compile with",
     MOVABLE, .changes = {{TAG(3), 8, 22}}},
    {"relocations: in code, says a flag", "has text relocations (DT_TEXTREL): addresses in its code. Compile with",
     MOVABLE, .changes = {{TAG(3), 8, 30}, {VALUE(3), 8, 4}}},
    {"relocations: of a new kind",
     "has a kind of relocations that Baton does not know (dynamic tag 0x40000026). Link "
     "it without -z crel",
     MOVABLE, .changes = {{TAG(3), 8, 0x40000026}}},
    {"relocations: of an odd size",
     "a table of relocations has 24 bytes in entries of 25, and an entry has 24. Link "
     "it again.",
     MOVABLE, .changes = {{VALUE(2), 8, 25}}},
    {"relocations: not in the file",
     "its relocations (24 bytes at 0xffffffff80005000) do not lie in a segment's bytes "
     "in the file. Keep .rela.dyn and .relr.dyn in the linker script",
     MOVABLE, .changes = {{VALUE(0), 8, HIGH + 0x5000}}},
    {"relocations: too large",
     "its headers or relocations are too large (67200000 bytes at byte 20496), or too "
     "scattered. Link or copy it again.",
     MOVABLE, .size = 0x4100000,
     .changes = {{DATA(FILE_SIZE), 8, 0x4080000},
                 {DATA(MEMORY_SIZE), 8, 0x4080000},
                 {VALUE(0), 8, HIGH + 0x4010},
                 {VALUE(1), 8, 67200000}}},
    {"relocations: of no word",
     "the 8 bytes of the relocation at 0xffffffff80100000 do not lie inside one segment. "
     "Link it again.",
     MOVABLE, .changes = {{RELOCATED, 8, HIGH + 0x100000}}},
    {"relocations: of code", "the relocation at 0xffffffff80000008 is an address in code (segment 0). Compile with",
     MOVABLE, .changes = {{RELOCATED, 8, HIGH + 8}}},
    {"relocations: with a symbol", "(R_X86_64_64) needs a symbol that is undefined or visible from outside. Define it",
     MOVABLE, .changes = {{RELOCATED_TYPE, 4, 1}}},
    {"relocations: thread-local", "(R_X86_64_DTPMOD64) is for thread-local data. Do without it.", MOVABLE,
     .changes = {{RELOCATED_TYPE, 4, 16}}},
    {"relocations: ifunc", "(R_X86_64_IRELATIVE) is for an ifunc. Do without it.", MOVABLE,
     .changes = {{RELOCATED_TYPE, 4, 37}}},
    {"relocations: unknown type", "has type 99, and Baton knows only the relative one (8). Link it with -static -pie.",
     MOVABLE, .changes = {{RELOCATED_TYPE, 4, 99}}},
    {"relocations: packed, without a start", "its packed relocations (RELR) do not begin with an address. Link it",
     MOVABLE,
     .changes = {{TAG(0), 8, 36},
                 {TAG(1), 8, 35},
                 {VALUE(1), 8, 8},
                 {TAG(2), 8, 37},
                 {VALUE(2), 8, 8},
                 {FAKE_ELF_RELA, 8, 1}}},
};

static void add_headers(const struct row *row, uint8_t *file)
{
    uint64_t count = file[COUNT];

    for (unsigned i = 0; i < row->more_count; i++, count++)
        made_elf_write_segment(file + HEADER(count, 0), &row->more);
    put_number(file + COUNT, 2, count);
}

/* A size that is larger than the bytes are is what the firmware says of the file. */
static void resize(const struct row *row, struct fake_file *file)
{
    if (row->size > file->bytes.size)
        file->missing = row->size - file->bytes.size;
    if (row->size > 0)
        file->bytes.size = (size_t)row->size;
}

static void make(const struct row *row, struct scenario *scenario)
{
    struct fake_kernel kernel = fake_kernel_elf(&row->recipe);
    uint8_t *file = (uint8_t *)(uintptr_t)kernel.file.data;

    add_headers(row, file);
    for (size_t i = 0; i < CHANGES && row->changes[i].width > 0; i++)
        put_number(file + row->changes[i].offset, row->changes[i].width, row->changes[i].value);
    *scenario = scenario_refused(row->name, row->words);
    scenario->setup.quirks = row->quirks;
    scenario->on_stack = scenario->exact = (row->quirks & FAKE_QUIRK(FREE_STACK)) != 0;
    scenario->setup.no_processor_random = (row->quirks & FAKE_QUIRK(NO_RANDOM)) != 0;
    scenario->setup.levels = 4;
    scenario_add_text(scenario, SCENARIO_ENTRY, "kernel /os.elf\n");
    scenario_add_kernel(scenario, "/os.elf", kernel);
    scenario->end = FAKE_RETURNED;
    resize(row, &scenario->setup.files[1]);
}

size_t scenarios_elf(struct scenario *ret_scenarios, size_t room)
{
    const size_t count = sizeof(rows) / sizeof(rows[0]);

    if (count > room)
        abort();
    for (size_t i = 0; i < count; i++)
        make(&rows[i], &ret_scenarios[i]);
    return count;
}
