/* SPDX-License-Identifier: BSD-2-Clause */
/* Relocations by hand: where the tables are, what they say, and every refusal. By chance: test_relocations_chance.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "image_relocations.h"
#include "made_elf.h"
#include "permissions.h"

#define NAME "/kernel.elf"
#define BASE 0xffffffff80000000ULL
#define MEND " Compile with -fpie, let assembly address relative to %rip, and link with -z text."

enum {
    NEEDED = 1,
    PLTRELSZ = 2,
    RELA = 7,
    RELASZ = 8,
    RELAENT = 9,
    REL = 17,
    RELSZ = 18,
    PLTREL = 20,
    TEXTREL = 22,
    JMPREL = 23,
    FLAGS = 30,
    RELRSZ = 35,
    RELR = 36,
    RELRENT = 37,
    FLAGS_1 = 0x6ffffffb,
};

/* The last two touch, and the file has nothing for the very last. */
static struct image_segment segments[] = {
    {0x0, 0x800, PERMIT_READ, 0},     {0x1000, 0x500, PERMIT_EXECUTE, 1}, {0x2000, 0x1003, PERMIT_WRITE, 2},
    {0x3003, 0x405, PERMIT_WRITE, 4}, {0x3408, 7, PERMIT_WRITE, 5},
};
static struct image_part parts[] = {
    {0x0, 0x10000, 0x800}, {0x1000, 0x11000, 0x500}, {0x2000, 0x12000, 0x800}, {0x3003, 0x13003, 0x405}};
static struct image image = {.base = BASE,
                             .size = 0x4000,
                             .segments = segments,
                             .segment_count = 5,
                             .parts = parts,
                             .part_count = 4,
                             .movable = true};
static struct relocations relocations;
static struct error error;

/* ---- where the tables are ---- */

#define ENTRIES 12

struct row {
    uint64_t entries[ENTRIES][2]; /* tag, value; up to tag 0 */
    const char *message;          /* "" when it is good */
    struct relocation_table tables[RELOCATION_TABLES];
    size_t count;
};

static enum status find_with(struct bytes dynamic, uint16_t machine)
{
    memset(&relocations, 0xaa, sizeof(relocations));
    memset(&error, 0, sizeof(error));
    return relocations_find(NAME, dynamic, &image, machine, &relocations, &error);
}

/* In a place of exactly the size, with room for `count` entries. */
static enum status find(const uint64_t (*entries)[2], size_t count)
{
    struct bytes dynamic = made_elf_words(&entries[0][0], 2 * count);
    enum status status = find_with(dynamic, ELF_MACHINE_X86_64);

    free((void *)dynamic.data);
    return status;
}

static void check_untouched(void)
{
    uint8_t untouched[sizeof(relocations)];

    memset(untouched, 0xaa, sizeof(untouched));
    assert_memory_equal(&relocations, untouched, sizeof(relocations));
}

#define NOT_THERE(size, address)                                                                                       \
    NAME ": its relocations (" size " bytes at " address ") do not lie in a segment's bytes in the file. Keep "        \
         ".rela.dyn and .relr.dyn in the linker script, beside .rodata."
#define ODD(size, stride, right)                                                                                       \
    NAME ": a table of relocations has " size " bytes in entries of " stride ", and an entry has " right               \
         ". Link it again."
#define NO_ADDENDS NAME ": has relocations without addends (DT_REL). Link it with -z rela."
#define TEXT       NAME ": has text relocations (DT_TEXTREL): addresses in its code." MEND
#define UNKNOWN(tag)                                                                                                   \
    NAME ": has a kind of relocations that Baton does not know (dynamic tag " tag "). Link it without -z crel and "    \
         "--pack-dyn-relocs=android."

static const struct row rows[] = {
    {{{0}}, "", {{0}}, 0},
    {{{RELA, BASE}, {RELASZ, 48}, {RELAENT, 24}}, "", {{0x10000, 0, 48, false}}, 1},
    {{{RELAENT, 24}, {RELASZ, 24}, {RELA, BASE + 0x2010}}, "", {{0x12010, 0x2010, 24, false}}, 1},
    {{{RELR, BASE + 0x3003}, {RELRSZ, 0x400}, {RELRENT, 8}}, "", {{0x13003, 0x3003, 0x400, true}}, 1},
    {{{JMPREL, BASE + 0x1000}, {PLTRELSZ, 24}, {PLTREL, RELA}}, "", {{0x11000, 0x1000, 24, false}}, 1},
    {{{RELA, BASE},
      {RELASZ, 24},
      {RELAENT, 24},
      {RELR, BASE + 24},
      {RELRSZ, 8},
      {RELRENT, 8},
      {JMPREL, BASE + 32},
      {PLTRELSZ, 48},
      {PLTREL, RELA},
      {FLAGS, 2 | 8},
      {FLAGS_1, 0x08000001}},
     "",
     {{0x10000, 0, 24, false}, {0x10020, 32, 48, false}, {0x10018, 24, 8, true}},
     3},
    {{{RELA, 0}, {RELASZ, 0}, {RELAENT, 24}, {RELR, 1}, {RELRENT, 3}, {FLAGS_1, 1}},
     "",
     {{0}},
     0},                                                                                   /* as GNU ld leaves them */
    {{{REL, BASE}, {RELSZ, 0}, {PLTREL, REL}, {5, 0x777}, {0x6ffffef5, 1}}, "", {{0}}, 0}, /* of no interest */
    {{{RELA, BASE + 0x7e8}, {RELASZ, 24}, {RELAENT, 24}}, "", {{0x107e8, 0x7e8, 24, false}}, 1}, /* up to the end */
    {{{RELA, BASE + 0x7e9}, {RELASZ, 24}, {RELAENT, 24}}, NOT_THERE("24", "0xffffffff800007e9"), {{0}}, 0},
    {{{RELA, BASE + 0x27e9}, {RELASZ, 24}, {RELAENT, 24}}, NOT_THERE("24", "0xffffffff800027e9"), {{0}}, 0}, /* .bss */
    {{{RELA, BASE - 24}, {RELASZ, 24}, {RELAENT, 24}}, NOT_THERE("24", "0xffffffff7fffffe8"), {{0}}, 0},
    {{{RELA, 0}, {RELASZ, 24}, {RELAENT, 24}}, NOT_THERE("24", "0x0"), {{0}}, 0},
    {{{RELASZ, 24}, {RELAENT, 24}}, NOT_THERE("24", "0xffffffffffffffff"), {{0}}, 0},
    {{{RELRSZ, 8}, {RELRENT, 8}}, NOT_THERE("8", "0xffffffffffffffff"), {{0}}, 0},
    {{{RELA, BASE}, {RELASZ, 0xfffffffffffffff0}, {RELAENT, 24}},
     NOT_THERE("18446744073709551600", "0xffffffff80000000"),
     {{0}},
     0},
    {{{RELR, BASE}, {RELRSZ, 0x808}, {RELRENT, 8}}, NOT_THERE("2056", "0xffffffff80000000"), {{0}}, 0},
    {{{RELA, BASE}, {RELASZ, 24}}, ODD("24", "0", "24"), {{0}}, 0},
    {{{RELA, BASE}, {RELASZ, 24}, {RELAENT, 12}}, ODD("24", "12", "24"), {{0}}, 0},
    {{{RELA, BASE}, {RELASZ, 25}, {RELAENT, 24}}, ODD("25", "24", "24"), {{0}}, 0},
    {{{RELR, BASE}, {RELRSZ, 8}, {RELRENT, 4}}, ODD("8", "4", "8"), {{0}}, 0},
    {{{RELR, BASE}, {RELRSZ, 12}, {RELRENT, 8}}, ODD("12", "8", "8"), {{0}}, 0},
    {{{JMPREL, BASE}, {PLTRELSZ, 23}, {PLTREL, RELA}}, ODD("23", "24", "24"), {{0}}, 0},
    {{{JMPREL, BASE}, {PLTRELSZ, 24}, {PLTREL, REL}}, NO_ADDENDS, {{0}}, 0},
    {{{JMPREL, BASE}, {PLTRELSZ, 24}}, NO_ADDENDS, {{0}}, 0},
    {{{REL, BASE}, {RELSZ, 16}}, NO_ADDENDS, {{0}}, 0},
    {{{NEEDED, 1}},
     NAME ": needs a shared library (DT_NEEDED), which a kernel cannot load. Link it with -static -pie.",
     {{0}},
     0},
    {{{TEXTREL, 0}}, TEXT, {{0}}, 0},
    {{{FLAGS, 4}}, TEXT, {{0}}, 0},
    {{{0x40000026, 0}}, UNKNOWN("0x40000026"), {{0}}, 0},
    {{{0x6000000f, 0}}, UNKNOWN("0x6000000f"), {{0}}, 0},
    {{{0x60000011, 0}}, UNKNOWN("0x60000011"), {{0}}, 0},
    {{{0x6fffe000, 0}}, UNKNOWN("0x6fffe000"), {{0}}, 0},
};

static void check_row(const struct row *row, enum status status)
{
    assert_string_equal(error.text, row->message);
    if (row->message[0] != 0) {
        assert_true(status == STATUS_INVALID || status == STATUS_UNSUPPORTED);
        check_untouched();
        return;
    }
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(relocations.count, row->count);
    assert_int_equal(relocations.machine, ELF_MACHINE_X86_64);
    assert_int_equal(relocations.relative, 8);
    for (size_t i = 0; i < row->count; i++) {
        assert_int_equal(relocations.tables[i].file_offset, row->tables[i].file_offset);
        assert_int_equal(relocations.tables[i].offset, row->tables[i].offset);
        assert_int_equal(relocations.tables[i].size, row->tables[i].size);
        assert_int_equal(relocations.tables[i].packed, row->tables[i].packed);
    }
}

/* Ended by DT_NULL or by the end of the segment. */
static void test_find(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        size_t count = 0;

        while (rows[i].entries[count][0] != 0)
            count++;
        check_row(&rows[i], find(rows[i].entries, count));
        check_row(&rows[i], find(rows[i].entries, count + 1));
        if (rows[i].message[0] == 0)
            assert_int_equal(relocations.movable, count == 11);
    }
}

/* What follows DT_NULL does not count, and neither does half an entry. */
static void test_end_of_the_table(void **state)
{
    static const uint64_t behind[][2] = {{RELAENT, 24}, {0, 0}, {NEEDED, 1}, {TEXTREL, 1}};
    static const uint64_t half[][2] = {{RELAENT, 24}, {NEEDED, 1}};

    (void)state;
    assert_int_equal(find(behind, 4), STATUS_OK);
    assert_int_equal(relocations.count, 0);
    for (size_t size = 0; size < sizeof(half); size++) {
        uint8_t *exact = malloc(size > 0 ? size : 1);

        assert_non_null(exact);
        memcpy(exact, half, size);
        assert_int_equal(find_with((struct bytes){exact, size}, ELF_MACHINE_X86_64), STATUS_OK);
        free(exact);
    }
    assert_int_equal(find(half, 2), STATUS_UNSUPPORTED);
}

static void test_machines(void **state)
{
    static const struct {
        uint16_t machine, relative;
    } machines[] = {{ELF_MACHINE_X86_64, 8}, {ELF_MACHINE_AARCH64, 1027}, {ELF_MACHINE_RISCV, 3}};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(find_with((struct bytes){NULL, 0}, machines[i].machine), STATUS_OK);
        assert_int_equal(relocations.machine, machines[i].machine);
        assert_int_equal(relocations.relative, machines[i].relative);
    }
    assert_int_equal(find_with((struct bytes){NULL, 0}, 8), STATUS_UNSUPPORTED);
    assert_string_equal(error.text, NAME ": Baton cannot relocate kernels for MIPS (ELF machine 8)");
    check_untouched();
}

/* ---- what they say ---- */

static void one_table(bool packed)
{
    relocations =
        (struct relocations){.tables = {{0, 0, 8, packed}}, .count = 1, .machine = ELF_MACHINE_X86_64, .relative = 8};
}

static enum status check(bool packed, const uint64_t *words, size_t count)
{
    struct bytes table = made_elf_words(words, count);
    enum status status;

    one_table(packed);
    memset(&error, 0, sizeof(error));
    status = relocations_check(NAME, &relocations, &table, &image, &error);
    free((void *)table.data);
    return status;
}

static void check_rela(uint64_t offset, uint64_t info, const char *message)
{
    const uint64_t words[] = {BASE + 0x2000, 8, 0, BASE + offset, info, 0x1234};

    assert_int_equal(check(false, words, 6) == STATUS_OK, message[0] == 0);
    assert_string_equal(error.text, message);
}

#define OUTSIDE(address)                                                                                               \
    NAME ": the 8 bytes of the relocation at " address " do not lie inside one segment. Link it again."
#define IN_CODE(address) NAME ": the relocation at " address " is an address in code (segment 1)." MEND
#define AT               NAME ": the relocation at 0xffffffff80002100 (R_X86_64_"
#define SYMBOL                                                                                                         \
    ") needs a symbol that is undefined or visible from outside. Define it, compile with -fvisibility=hidden, and "    \
    "link with -static -pie."
#define THREAD ") is for thread-local data. Do without it."

static void test_types(void **state)
{
    static const char *const named[38] = {
        [1] = AT "64" SYMBOL,        [5] = AT "COPY" SYMBOL,
        [6] = AT "GLOB_DAT" SYMBOL,  [7] = AT "JUMP_SLOT" SYMBOL,
        [10] = AT "32" SYMBOL,       [16] = AT "DTPMOD64" THREAD,
        [17] = AT "DTPOFF64" THREAD, [18] = AT "TPOFF64" THREAD,
        [36] = AT "TLSDESC" THREAD,  [37] = AT "IRELATIVE) is for an ifunc. Do without it.",
    };

    (void)state;
    for (uint32_t type = 0; type < 38; type++) {
        char other[256];

        snprintf(other, sizeof(other),
                 NAME ": the relocation at 0xffffffff80002100 has type %u, and Baton knows only the relative one "
                      "(8). Link it with -static -pie.",
                 type);
        check_rela(0x2100, type, type == 0 || type == 8 ? "" : named[type] ? named[type] : other);
    }
    check_rela(0x2100, 0x7700000008, ""); /* the symbol is in the upper half, and a relative one has no use for it */
}

/* Eight bytes inside one segment, to the byte. */
static void test_places(void **state)
{
    (void)state;
    check_rela(0, 8, "");
    check_rela(0x7f8, 8, "");
    check_rela(0x7f9, 8, OUTSIDE("0xffffffff800007f9"));
    check_rela(0x800, 8, OUTSIDE("0xffffffff80000800"));
    check_rela(0xff8, 8, OUTSIDE("0xffffffff80000ff8"));
    check_rela(0xffc, 8, OUTSIDE("0xffffffff80000ffc"));
    check_rela(0x1000, 8, IN_CODE("0xffffffff80001000"));
    check_rela(0x14f8, 8, IN_CODE("0xffffffff800014f8"));
    check_rela(0x14f9, 8, OUTSIDE("0xffffffff800014f9"));
    check_rela(0x1fff, 8, OUTSIDE("0xffffffff80001fff"));
    check_rela(0x2ffb, 8, "");
    check_rela(0x2ffc, 8, OUTSIDE("0xffffffff80002ffc"));
    check_rela(0x3003, 8, "");
    check_rela(0x3400, 8, "");
    check_rela(0x3401, 8, OUTSIDE("0xffffffff80003401")); /* across into the segment that touches */
    check_rela(0x3408, 8, OUTSIDE("0xffffffff80003408")); /* which has 7 bytes */
    check_rela(0x4000, 8, OUTSIDE("0xffffffff80004000"));
    check_rela(0 - 1ULL, 8, OUTSIDE("0xffffffff7fffffff"));
    check_rela(0 - 8ULL, 8, OUTSIDE("0xffffffff7ffffff8"));
    check_rela(0 - BASE, 8, OUTSIDE("0x0"));
    check_rela(UINT64_MAX - BASE, 8, OUTSIDE("0xffffffffffffffff"));
    check_rela(0x1000, 0, ""); /* nothing is done there */
    check_rela(UINT64_MAX - BASE, 0, "");
}

static void check_words(const char *message, size_t count, const uint64_t *words)
{
    assert_int_equal(check(true, words, count) == STATUS_OK, message[0] == 0);
    assert_string_equal(error.text, message);
}

#define CHECK_PACKED(message, ...)                                                                                     \
    check_words(message, sizeof((uint64_t[]){__VA_ARGS__}) / 8, (const uint64_t[]){__VA_ARGS__})

static void test_packed(void **state)
{
    (void)state;
    CHECK_PACKED("", BASE + 0x2000);
    CHECK_PACKED("", BASE + 0x2000, BASE + 0x2ff0, BASE, BASE);          /* in any order */
    CHECK_PACKED("", BASE + 0x2000, UINT64_MAX, UINT64_MAX, UINT64_MAX); /* 1 + 3 · 63 words */
    CHECK_PACKED("", BASE + 0x2000, 1, 1, 3);                            /* empty bitmaps, then one word */
    CHECK_PACKED("", BASE + 0x2e00, UINT64_MAX);                         /* up to 0x3000 */
    CHECK_PACKED(OUTSIDE("0xffffffff80003000"), BASE + 0x2e08, UINT64_MAX);
    CHECK_PACKED("", BASE + 0x2e08, UINT64_MAX >> 1);
    CHECK_PACKED(OUTSIDE("0xffffffff80000800"), BASE + 0x7f8, 3);
    CHECK_PACKED(OUTSIDE("0xffffffff800007fa"), BASE + 0x7fa);
    CHECK_PACKED(IN_CODE("0xffffffff80001000"), BASE + 0x7f8, 1, 1, 1, 1, 1 << 5 | 1); /* 256 words on */
    CHECK_PACKED(IN_CODE("0xffffffff80001010"), BASE + 0x1010);
    CHECK_PACKED(OUTSIDE("0x0"), 0);
    CHECK_PACKED(OUTSIDE("0xffffffff7ffffff8"), BASE - 8, 3); /* the bit alone would be right */
    CHECK_PACKED(OUTSIDE("0xfffffffffffffffe"), UINT64_MAX - 1, UINT64_MAX);
    CHECK_PACKED(NAME ": its packed relocations (RELR) do not begin with an address. Link it again.", 1);
    CHECK_PACKED(NAME ": its packed relocations (RELR) do not begin with an address. Link it again.", UINT64_MAX, BASE);
}

/* ---- applied ---- */

static uint8_t memory[0x4000];

static uint64_t word_at(uint64_t offset)
{
    uint64_t word;

    memcpy(&word, memory + offset, 8);
    return word;
}

static void apply(bool packed, const uint64_t *words, size_t count, uint64_t slide)
{
    struct bytes table = made_elf_words(words, count);

    one_table(packed);
    memset(memory, 0x11, sizeof(memory));
    relocations_apply(&relocations, &table, &image, memory, slide);
    free((void *)table.data);
}

static void check_changed(const uint64_t *offsets, size_t count, uint64_t value)
{
    for (size_t i = 0; i < count; i++) {
        if (word_at(offsets[i]) != value)
            fail_msg("0x%llx: 0x%llx instead of 0x%llx", (unsigned long long)offsets[i],
                     (unsigned long long)word_at(offsets[i]), (unsigned long long)value);
        memset(memory + offsets[i], 0x11, 8);
    }
    for (size_t i = 0; i < sizeof(memory); i++)
        assert_int_equal(memory[i], 0x11);
}

static void test_apply_rela(void **state)
{
    const uint64_t words[] = {BASE, 8, BASE + 7, BASE + 0x2ffb, 8, BASE + 7, BASE + 0x100, 0, 77};
    const uint64_t offsets[] = {0, 0x2ffb};

    (void)state;
    apply(false, words, 9, 0);
    check_changed(offsets, 2, BASE + 7);
    apply(false, words, 9, 0x200000);
    check_changed(offsets, 2, BASE + 0x200007);
    apply(false, words, 9, 0 - BASE); /* modulo 2^64 */
    check_changed(offsets, 2, 7);
}

static void test_apply_packed(void **state)
{
    /* By hand: 0x2000; bits 1, 2 and 63 of the first bitmap are 0x2008, 0x2010 and 0x2008 + 62 · 8; bit 1 of the second
     * is 0x2008 + 63 · 8; then 0x3004; its bitmap's bit 4 is 0x300c + 3 · 8. */
    const uint64_t words[] = {BASE + 0x2000, 1ULL << 63 | 7, 3, BASE + 0x3004, 0x11};
    const uint64_t offsets[] = {0x2000, 0x2008, 0x2010, 0x21f8, 0x2200, 0x3004, 0x3024};

    (void)state;
    apply(true, words, 5, 0x1000);
    check_changed(offsets, 7, 0x1111111111112111);
    apply(true, words, 5, 0 - 0x1111111111111111ULL);
    check_changed(offsets, 7, 0);
}

/* Several tables, each once. */
static void test_apply_all(void **state)
{
    const uint64_t first[] = {BASE, 8, 1}, second[] = {BASE + 0x10, 8, 2}, third[] = {BASE + 0x20};
    struct bytes tables[] = {made_elf_words(first, 3), made_elf_words(second, 3), made_elf_words(third, 1)};

    (void)state;
    relocations = (struct relocations){.tables = {{0, 0, 24, false}, {0, 0, 24, false}, {0, 0, 8, true}},
                                       .count = 3,
                                       .machine = ELF_MACHINE_X86_64,
                                       .relative = 8};
    memset(memory, 0, sizeof(memory));
    assert_int_equal(relocations_check(NAME, &relocations, tables, &image, &error), STATUS_OK);
    relocations_apply(&relocations, tables, &image, memory, 0x100);
    assert_int_equal(word_at(0), 0x101);
    assert_int_equal(word_at(0x10), 0x102);
    assert_int_equal(word_at(0x20), 0x100);
    for (size_t i = 0; i < 3; i++)
        free((void *)tables[i].data);
}

/* A position-independent kernel may be linked at 0, and then 0 is an address. */
static void test_base_zero(void **state)
{
    static struct image_segment all[] = {{0x0, 0x1000, PERMIT_WRITE, 0}};
    struct image zero = {.size = 0x1000, .segments = all, .segment_count = 1, .movable = true};
    const uint64_t words[] = {0, 3, 0xff8}, beyond[] = {0xff8, 3};
    struct bytes table = made_elf_words(words, 3);

    (void)state;
    one_table(true);
    assert_int_equal(relocations_check(NAME, &relocations, &table, &zero, &error), STATUS_OK);
    memset(memory, 0x11, sizeof(memory));
    relocations_apply(&relocations, &table, &zero, memory, BASE);
    check_changed((const uint64_t[]){0, 8, 0xff8}, 3, BASE + 0x1111111111111111);
    free((void *)table.data);
    table = made_elf_words(beyond, 2);
    assert_int_equal(relocations_check(NAME, &relocations, &table, &zero, &error), STATUS_INVALID);
    assert_string_equal(error.text, OUTSIDE("0x1000"));
    free((void *)table.data);
}

/* ---- many ---- */

/* `count` segments, each with `count` / 100 relocations, in an order that never stays; returns the time it took. */
static double check_many(size_t count, size_t each)
{
    struct image_segment *many = calloc(count, sizeof(*many));
    uint64_t *words = calloc(3 * count * each, sizeof(*words));
    struct image wide = {.base = BASE, .size = 0x1000 * count, .segments = many, .segment_count = count};
    struct bytes table;
    double start;

    assert_non_null(many);
    assert_non_null(words);
    for (size_t i = 0; i < count; i++)
        many[i] = (struct image_segment){0x1000 * i, 0x800, PERMIT_WRITE, (uint32_t)i};
    for (size_t i = 0; i < count * each; i++) {
        words[3 * i] = BASE + 0x1000 * (i * 7919 % count) + 8 * (i % 256);
        words[3 * i + 1] = 8;
    }
    table = made_elf_words(words, 3 * count * each);
    one_table(false);
    start = cpu_seconds();
    assert_int_equal(relocations_check(NAME, &relocations, &table, &wide, &error), STATUS_OK);
    start = cpu_seconds() - start;
    free((void *)table.data);
    free(words);
    free(many);
    return start;
}

/* The same number of relocations in 10 segments or in 10,000: a few times the work by log n, 1,000 times by n. */
static void test_many(void **state)
{
    double best = 1e9;

    (void)state;
    for (unsigned tries = 0; tries < 3 && best > 20; tries++) {
        double small = check_many(10, 20000), large = check_many(10000, 20);

        best = large / small < best ? large / small : best;
    }
    if (best > 20)
        fail_msg("200,000 relocations in 10,000 segments take %.0f times as long as in 10", best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_find),       cmocka_unit_test(test_end_of_the_table),
        cmocka_unit_test(test_machines),   cmocka_unit_test(test_types),
        cmocka_unit_test(test_places),     cmocka_unit_test(test_packed),
        cmocka_unit_test(test_apply_rela), cmocka_unit_test(test_apply_packed),
        cmocka_unit_test(test_apply_all),  cmocka_unit_test(test_base_zero),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
