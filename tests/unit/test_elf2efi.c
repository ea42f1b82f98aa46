/* SPDX-License-Identifier: BSD-2-Clause */
/* elf2efi: a small ELF file, made here byte by byte, and what becomes of it when it is right and when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "convert.h"
#include "elf.h"
#include "put.h"
#include "relocations.h"

/*
 * The sample file. The segments' addresses are 0x1000 (text), 0x2000 (read-only data), 0x3000 (data, with .bss up to
 * 0x5010) and 0x6000 (what is not copied).
 */
enum {
    PROGRAM_HEADERS = 64,
    TEXT = PROGRAM_HEADERS,
    RODATA = TEXT + 56,
    DATA = RODATA + 56,
    LINK = DATA + 56,
    DYNAMIC = LINK + 56,
    TEXT_BYTES = 0x200,
    RODATA_BYTES = 0x240,
    DATA_BYTES = 0x280,
    DYNAMIC_BYTES = 0x2c0,
    RELA_BYTES = 0x340,
    RELOCATIONS = 4,
    FILE_SIZE = RELA_BYTES + RELOCATIONS * 24,

    /* in a program header */
    KIND = 0,
    FLAGS = 4,
    OFFSET = 8,
    ADDRESS = 16,
    FILE_BYTES = 32,
    MEMORY_BYTES = 40,
    ALIGNMENT = 48,

    /* in the dynamic table */
    RELA_SIZE_VALUE = DYNAMIC_BYTES + 16 + 8,
};

struct sample {
    uint8_t file[FILE_SIZE];
};

static void put_segment(uint8_t *at, uint32_t kind, uint32_t flags, uint64_t offset, uint64_t address,
                        uint64_t file_size, uint64_t memory_size)
{
    put_number(at + KIND, 4, kind);
    put_number(at + FLAGS, 4, flags);
    put_number(at + OFFSET, 8, offset);
    put_number(at + ADDRESS, 8, address);
    put_number(at + FILE_BYTES, 8, file_size);
    put_number(at + MEMORY_BYTES, 8, memory_size);
    put_number(at + ALIGNMENT, 8, 4096);
}

static void put_relocation(struct sample *sample, size_t index, uint64_t place, uint64_t type, uint64_t addend)
{
    uint8_t *at = sample->file + RELA_BYTES + 24 * index;

    put_number(at, 8, place);
    put_number(at + 8, 8, type);
    put_number(at + 16, 8, addend);
}

static void put_tag(struct sample *sample, size_t index, uint64_t tag, uint64_t value)
{
    put_number(sample->file + DYNAMIC_BYTES + 16 * index, 8, tag);
    put_number(sample->file + DYNAMIC_BYTES + 16 * index + 8, 8, value);
}

static struct sample good_sample(void)
{
    struct sample sample = {{0}};
    uint8_t *file = sample.file;

    memcpy(file, "\177ELF\2\1\1", 7);
    put_number(file + 16, 2, ELF_TYPE_DYN);
    put_number(file + 18, 2, ELF_MACHINE_X86_64);
    put_number(file + 20, 4, 1);
    put_number(file + 24, 8, 0x1004);
    put_number(file + 32, 8, PROGRAM_HEADERS);
    put_number(file + 52, 2, 64);
    put_number(file + 54, 2, 56);
    put_number(file + 56, 2, 5);
    put_segment(file + TEXT, ELF_SEGMENT_LOAD, ELF_READ | ELF_EXECUTE, TEXT_BYTES, 0x1000, 0x40, 0x40);
    put_segment(file + RODATA, ELF_SEGMENT_LOAD, ELF_READ, RODATA_BYTES, 0x2000, 0x40, 0x40);
    put_segment(file + DATA, ELF_SEGMENT_LOAD, ELF_READ | ELF_WRITE, DATA_BYTES, 0x3000, 0x40, 0x2010);
    put_segment(file + LINK, ELF_SEGMENT_LOAD, ELF_READ, DYNAMIC_BYTES, 0x6000, FILE_SIZE - DYNAMIC_BYTES,
                FILE_SIZE - DYNAMIC_BYTES);
    put_segment(file + DYNAMIC, ELF_SEGMENT_DYNAMIC, ELF_READ, DYNAMIC_BYTES, 0x6000, RELA_BYTES - DYNAMIC_BYTES,
                RELA_BYTES - DYNAMIC_BYTES);
    memset(file + TEXT_BYTES, 0xcc, 0x40);
    memset(file + RODATA_BYTES, 0x11, 0x40);
    memset(file + DATA_BYTES, 0x22, 0x10);
    put_tag(&sample, 0, 7, 0x6080);
    put_tag(&sample, 1, 8, RELOCATIONS * 24);
    put_tag(&sample, 2, 9, 24);
    put_tag(&sample, 3, 0x6ffffffb, 0x08000000);
    put_relocation(&sample, 0, 0x3008, 8, 0x2010);
    put_relocation(&sample, 1, 0x2000, 8, 0x1004);
    put_relocation(&sample, 2, 0, 0, 0); /* none: GNU ld leaves such holes */
    put_relocation(&sample, 3, 0x3038, 8, 0x6000);
    return sample;
}

/* From a place of exactly that size, so that ASan sees a read behind it. */
static struct bytes copy_of(const void *from, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, from, size);
    return (struct bytes){copy, size};
}

static enum status convert_with(struct bytes file, struct bytes sbat, struct arena *arena, struct bytes *ret_efi,
                                struct error *error)
{
    struct convert_input input = {"in.elf", copy_of(file.data, file.size), copy_of(sbat.data, sbat.size)};
    enum status status;

    arena->used = 0;
    status = convert_elf(&input, arena, ret_efi, error);
    free((void *)(uintptr_t)input.elf.data);
    free((void *)(uintptr_t)input.sbat.data);
    return status;
}

static enum status convert_in(const uint8_t *file, size_t size, struct arena *arena, struct bytes *ret_efi,
                              struct error *error)
{
    static const uint8_t nothing[1];

    return convert_with((struct bytes){file, size}, (struct bytes){nothing, 0}, arena, ret_efi, error);
}

static uint8_t room[262144];

static enum status convert_bytes(const uint8_t *file, size_t size, struct bytes *ret_efi, struct error *error)
{
    struct arena arena = {room, sizeof(room), 0};

    return convert_in(file, size, &arena, ret_efi, error);
}

static struct bytes convert_good(const struct sample *sample)
{
    struct error error = {""};
    struct bytes efi = {NULL, 0};
    enum status status = convert_bytes(sample->file, sizeof(sample->file), &efi, &error);

    assert_string_equal(error.text, "");
    assert_int_equal(status, STATUS_OK);
    return efi;
}

static uint64_t number(struct bytes file, uint64_t offset, size_t width)
{
    uint64_t value = 0;

    assert_true(bytes_number(file, offset, width, &value));
    return value;
}

static void test_headers(void **state)
{
    struct sample sample = good_sample();
    struct bytes efi = convert_good(&sample);

    (void)state;
    assert_memory_equal(efi.data, "MZ", 2);
    assert_int_equal(number(efi, 60, 4), 64);
    assert_memory_equal(efi.data + 64, "PE\0\0", 4);
    assert_int_equal(number(efi, 68, 2), 0x8664);
    assert_int_equal(number(efi, 70, 2), 4);      /* sections */
    assert_int_equal(number(efi, 72, 4), 0);      /* time stamp */
    assert_int_equal(number(efi, 84, 2), 240);    /* optional header */
    assert_int_equal(number(efi, 86, 2), 0x022e); /* relocations are not stripped */
    assert_int_equal(number(efi, 88, 2), 0x20b);
    assert_int_equal(number(efi, 104, 4), 0x1004); /* entry */
    assert_int_equal(number(efi, 108, 4), 0x1000); /* base of code */
    assert_int_equal(number(efi, 112, 8), 0);      /* image base */
    assert_int_equal(number(efi, 120, 4), 4096);   /* section alignment */
    assert_int_equal(number(efi, 124, 4), 512);    /* file alignment */
    assert_int_equal(number(efi, 144, 4), 0x7000); /* image */
    assert_int_equal(number(efi, 148, 4), 4096);   /* headers */
    assert_int_equal(number(efi, 152, 4), 0);      /* checksum */
    assert_int_equal(number(efi, 156, 2), 10);     /* EFI application */
    assert_int_equal(number(efi, 158, 2), 0x140);  /* NX_COMPAT, DYNAMIC_BASE */
    assert_int_equal(number(efi, 196, 4), 16);     /* data directories */
    assert_int_equal(number(efi, 240, 4), 0x6000); /* .reloc takes the place of what was not copied */
    assert_int_equal(number(efi, 244, 4), 24);
}

static void check_section(struct bytes efi, size_t index, const char *name, const uint32_t (*numbers)[5])
{
    uint64_t at = 328 + 40 * index;
    char found[9] = "";

    memcpy(found, efi.data + at, 8);
    assert_string_equal(found, name);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(number(efi, at + 8 + 4 * i, 4), (*numbers)[i]);
    assert_int_equal(number(efi, at + 36, 4), (*numbers)[4]);
}

static void test_sections(void **state)
{
    /* size in memory, address, size in the file, place in the file, flags */
    static const uint32_t text[5] = {0x40, 0x1000, 0x200, 0x1000, 0x60000020};
    static const uint32_t rodata[5] = {0x40, 0x2000, 0x200, 0x1200, 0x40000040};
    static const uint32_t data[5] = {0x2010, 0x3000, 0x200, 0x1400, 0xc0000040};
    static const uint32_t reloc[5] = {24, 0x6000, 0x200, 0x1600, 0x42000040};
    struct sample sample = good_sample();
    struct bytes efi = convert_good(&sample);

    (void)state;
    check_section(efi, 0, ".text", &text);
    check_section(efi, 1, ".rodata", &rodata);
    check_section(efi, 2, ".data", &data);
    check_section(efi, 3, ".reloc", &reloc);
    assert_int_equal(efi.size, 0x1800);
}

static void test_contents(void **state)
{
    static const uint8_t rodata[16] = {0x04, 0x10, 0, 0, 0, 0, 0, 0, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11};
    static const uint8_t data[16] = {0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x22, 0x10, 0x20};
    static const uint8_t reloc[24] = {0, 0x20, 0, 0, 12, 0, 0, 0, 0, 0xa0, 0,    0,
                                      0, 0x30, 0, 0, 12, 0, 0, 0, 8, 0xa0, 0x38, 0xa0};
    struct sample sample = good_sample();
    struct bytes efi = convert_good(&sample);

    (void)state;
    assert_memory_equal(efi.data + 0x1000, sample.file + TEXT_BYTES, 0x40);
    assert_memory_equal(efi.data + 0x1200, rodata, sizeof(rodata));
    assert_memory_equal(efi.data + 0x1400, data, sizeof(data));
    assert_int_equal(number(efi, 0x1438, 8), 0x6000);
    assert_memory_equal(efi.data + 0x1600, reloc, sizeof(reloc));
}

/* It goes before .reloc, which stays the last one. */
static void test_sbat(void **state)
{
    static const uint32_t sbat[5] = {1000, 0x6000, 0x400, 0x1600, 0x40000040};
    static const uint32_t reloc[5] = {24, 0x7000, 0x200, 0x1a00, 0x42000040};
    struct sample sample = good_sample();
    struct arena arena = {room, sizeof(room), 0};
    struct error error = {""};
    struct bytes efi;
    uint8_t lines[1000];

    (void)state;
    memset(lines, 'x', sizeof(lines));
    assert_int_equal(convert_with((struct bytes){sample.file, sizeof(sample.file)},
                                  (struct bytes){lines, sizeof(lines)}, &arena, &efi, &error),
                     STATUS_OK);
    assert_int_equal(number(efi, 70, 2), 5);
    check_section(efi, 3, ".sbat", &sbat);
    check_section(efi, 4, ".reloc", &reloc);
    assert_memory_equal(efi.data + 0x1600, lines, sizeof(lines));
    assert_int_equal(number(efi, 240, 4), 0x7000);
    assert_int_equal(number(efi, 144, 4), 0x8000);
    assert_int_equal(efi.size, 0x1c00);
}

static void test_sbat_size(void **state)
{
    static const uint8_t lines[4097] = "x";
    struct sample sample = good_sample();
    struct bytes file = {sample.file, sizeof(sample.file)};
    struct arena arena = {room, sizeof(room), 0};
    struct error error = {""};
    struct bytes efi;

    (void)state;
    assert_int_equal(convert_with(file, (struct bytes){lines, 4096}, &arena, &efi, &error), STATUS_OK);
    assert_int_equal(number(efi, 240, 4), 0x7000);
    assert_int_equal(convert_with(file, (struct bytes){lines, 4097}, &arena, &efi, &error), STATUS_INVALID);
    assert_string_equal(error.text, "in.elf: its SBAT lines have 4097 bytes, and 4096 is the most");
}

/* Shim takes an empty .reloc for a stripped one. */
static void test_no_relocations(void **state)
{
    static const uint8_t reloc[12] = {0, 0x10, 0, 0, 12};
    struct sample sample = good_sample();
    struct bytes efi;

    (void)state;
    put_number(sample.file + RELA_SIZE_VALUE, 8, 0);
    efi = convert_good(&sample);
    assert_int_equal(number(efi, 244, 4), 12);
    assert_memory_equal(efi.data + 0x1600, reloc, sizeof(reloc));
}

/* A word may lie across the end of a page, and there may be many in one. */
static void test_pack(void **state)
{
    struct relocation list[] = {{0x1ffc, 0}, {0x2010, 0}, {0x2018, 0}, {0x2020, 0}, {0x7fff0, 0}};
    static const uint8_t expected[] = {0, 0x10, 0,  0, 12, 0, 0,    0,    0xfc, 0xaf, 0,    0,    0, 0x20,
                                       0, 0,    16, 0, 0,  0, 0x10, 0xa0, 0x18, 0xa0, 0x20, 0xa0, 0, 0,
                                       0, 0xf0, 7,  0, 12, 0, 0,    0,    0xf0, 0xaf, 0,    0};
    struct relocations relocations = {list, sizeof(list) / sizeof(list[0])};
    struct arena arena = {room, sizeof(room), 0};
    struct bytes content;
    struct error error = {""};

    (void)state;
    assert_int_equal(relocations_pack(&relocations, 0x1000, &arena, &content, &error), STATUS_OK);
    assert_int_equal(content.size, sizeof(expected));
    assert_memory_equal(content.data, expected, sizeof(expected));
}

/* Data that is all zero, and data that only lies in memory, take no bytes in the file. */
static void test_zeros_are_left_out(void **state)
{
    struct sample sample = good_sample();
    struct bytes efi;

    (void)state;
    put_number(sample.file + RELA_SIZE_VALUE, 8, 0);
    memset(sample.file + DATA_BYTES, 0, 0x40);
    efi = convert_good(&sample);
    assert_int_equal(number(efi, 328 + 2 * 40 + 8, 4), 0x2010);
    assert_int_equal(number(efi, 328 + 2 * 40 + 16, 8), 0);
    assert_int_equal(efi.size, 0x1600);
    put_number(sample.file + DATA + FILE_BYTES, 8, 0);
    assert_int_equal(convert_good(&sample).size, 0x1600);
}

/* GNU ld calls a PIE that does not begin at address 0 ET_EXEC. */
static void test_type_does_not_matter(void **state)
{
    struct sample sample = good_sample();

    (void)state;
    put_number(sample.file + 16, 2, ELF_TYPE_EXEC);
    (void)convert_good(&sample);
}

static void test_same_input_same_bytes(void **state)
{
    static uint8_t first[sizeof(room)];
    struct sample sample = good_sample();
    struct bytes efi = convert_good(&sample);
    size_t size = efi.size;

    (void)state;
    memcpy(first, efi.data, size);
    memset(room, 0xa5, sizeof(room));
    efi = convert_good(&sample);
    assert_int_equal(efi.size, size);
    assert_memory_equal(efi.data, first, size);
}

/* Every room that is too small is said to be, until one is large enough. */
static void test_room(void **state)
{
    struct sample sample = good_sample();
    enum status status = STATUS_NEED_ROOM;
    size_t size;

    (void)state;
    for (size = 0; status == STATUS_NEED_ROOM && size < sizeof(room); size += 16) {
        struct arena arena = {malloc(size ? size : 1), size, 0};
        struct bytes efi = {NULL, 0};
        struct error error = {""};

        assert_non_null(arena.base);
        status = convert_in(sample.file, sizeof(sample.file), &arena, &efi, &error);
        assert_true(status == STATUS_OK || efi.data == NULL);
        free(arena.base);
    }
    assert_int_equal(status, STATUS_OK);
    assert_true(size > 0x1800);
}

struct mistake {
    size_t offset;
    size_t width;
    uint64_t value;
    const char *message; /* a part of it */
};

static const struct mistake mistakes[] = {
    {0, 1, 'X', "in.elf: is not an ELF file"},
    {4, 1, 1, "is a 32-bit ELF file"},
    {5, 1, 2, "is a big-endian ELF file"},
    {18, 2, 20, "is built for PowerPC (ELF machine 20), which elf2efi does not know"},
    {18, 2, ELF_MACHINE_AARCH64, "is a relocation unknown (type 8), and only R_AARCH64_RELATIVE can be carried over"},
    {18, 2, ELF_MACHINE_RISCV, "is a relocation unknown (type 8), and only R_RISCV_RELATIVE can be carried over"},
    {24, 8, 0x2000, "the entry 0x2000 lies in no executable segment"},
    {24, 8, 0x1040, "the entry 0x1040 lies in no executable segment"},
    {32, 8, FILE_SIZE - 8, "is truncated: its program headers"},
    {56, 2, 0, "has no segments"},
    {TEXT + KIND, 4, ELF_SEGMENT_INTERP, "wants a dynamic linker"},
    {TEXT + OFFSET, 8, FILE_SIZE - 8, "is truncated: the segment at 0x1000"},
    {TEXT + OFFSET, 8, UINT64_MAX, "is truncated: the segment at 0x1000"},
    {TEXT + MEMORY_BYTES, 8, 0x3f, "more bytes in the file (64) than in memory (63)"},
    {TEXT + ADDRESS, 8, 0, "lies in page 0"},
    {TEXT + ADDRESS, 8, 0x1010, "does not begin a page"},
    {TEXT + ADDRESS, 8, 0xffffffff80000000, "ends beyond 2 GiB"},
    {TEXT + ADDRESS, 8, UINT64_MAX - 0x10, "ends beyond 2 GiB"},
    {TEXT + ALIGNMENT, 8, 0x200000, "wants an alignment of 0x200000"},
    {TEXT + FLAGS, 4, ELF_READ | ELF_WRITE | ELF_EXECUTE, "both writable and executable"},
    {RODATA + ADDRESS, 8, 0x1000, "shares a page with the one before it"},
    {DATA + MEMORY_BYTES, 8, 0x3001, "the segment at 0x6000 shares a page with the one before it"},
    {DYNAMIC + KIND, 4, 4, "it has no dynamic table"},
    {DYNAMIC + FILE_BYTES, 8, 0, "it has no dynamic table"},
    {DYNAMIC + ADDRESS, 8, 0x3000, "the dynamic table (at 0x3000) is not in a read-only segment of its own"},
    {DYNAMIC + ADDRESS, 8, 0x7000, "the dynamic table (at 0x7000) is not in a read-only segment of its own"},
    {DYNAMIC + FILE_BYTES, 8, 0x1000, "the dynamic table (at 0x6000) is not in a read-only segment of its own"},
    {DYNAMIC + OFFSET, 8, FILE_SIZE, "its dynamic table lies outside the file"},
    {LINK + FLAGS, 4, ELF_READ | ELF_WRITE, "is not in a read-only segment of its own"},
    {DYNAMIC_BYTES, 8, 1, "wants a shared library"},
    {DYNAMIC_BYTES, 8, 2, "calls through a procedure linkage table"},
    {DYNAMIC_BYTES, 8, 18, "has relocations without addends"},
    {DYNAMIC_BYTES, 8, 35, "has packed relocations. Link with -z nopack-relative-relocs."},
    {DYNAMIC_BYTES + 8, 8, 0x5000, "its relocation table (96 bytes at 0x5000) is not in the segment"},
    {DYNAMIC_BYTES + 8, 8, 0x6081, "its relocation table (96 bytes at 0x6081) is not in the segment"},
    {RELA_SIZE_VALUE, 8, 25, "has 25 bytes in entries of 24"},
    {RELA_SIZE_VALUE, 8, UINT64_MAX / 24 * 24, "is not in the segment of the dynamic table"},
    {DYNAMIC_BYTES + 32 + 8, 8, 16, "in entries of 16"},
    {DYNAMIC_BYTES + 48 + 8, 8, 0, "is no position-independent executable"},
    {RELA_BYTES + 8, 4, 6, "at 0x3008 is a relocation R_X86_64_GLOB_DAT (type 6), and only R_X86_64_RELATIVE"},
    {RELA_BYTES + 8, 4, 99, "at 0x3008 is a relocation unknown (type 99)"},
    {RELA_BYTES, 8, 0x3039, "the relocation at 0x3039 lies outside the bytes"},
    {RELA_BYTES, 8, 0x4000, "the relocation at 0x4000 lies outside the bytes"},
    {RELA_BYTES, 8, 0x6000, "the relocation at 0x6000 lies outside the bytes"},
    {RELA_BYTES, 8, 0x100003008, "the relocation at 0x100003008 lies outside the bytes"},
    {RELA_BYTES, 8, 0x3031, "two relocations overlap, at 0x3031 and 0x3038"},
    {RELA_BYTES + 16, 8, 0x6008, "points to 0x6008, into the segment of the dynamic table"},
};

static void test_mistakes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        const struct mistake *mistake = &mistakes[i];
        struct sample sample = good_sample();
        struct error error = {""};
        struct bytes efi = {NULL, 0};
        enum status status;

        put_number(sample.file + mistake->offset, mistake->width, mistake->value);
        status = convert_bytes(sample.file, sizeof(sample.file), &efi, &error);
        if (status == STATUS_OK || !strstr(error.text, mistake->message))
            fail_msg("mistake %zu: wanted \"%s\", got %d \"%s\"", i, mistake->message, (int)status, error.text);
        assert_true(strncmp(error.text, "in.elf: ", 8) == 0);
        assert_null(efi.data);
    }
}

/* More segments than an image can have, all at rising addresses. */
static void test_too_many_segments(void **state)
{
    static uint8_t file[64 + 20 * 56];
    struct sample sample = good_sample();
    struct error error = {""};
    struct bytes efi;

    (void)state;
    memcpy(file, sample.file, 64);
    put_number(file + 56, 2, 20);
    for (uint32_t i = 0; i < 20; i++)
        put_segment(file + 64 + 56 * (size_t)i, ELF_SEGMENT_LOAD, ELF_READ, 0, 0x1000 * (i + 1), 1, 1);
    assert_int_equal(convert_bytes(file, sizeof(file), &efi, &error), STATUS_UNSUPPORTED);
    assert_non_null(strstr(error.text, "has more than 16 loadable segments"));
}

/* A file that ends anywhere is refused: the last bytes are the relocations. */
static void test_truncated(void **state)
{
    struct sample sample = good_sample();

    (void)state;
    for (size_t size = 0; size < sizeof(sample.file); size++) {
        struct error error = {""};
        struct bytes efi;

        assert_int_not_equal(convert_bytes(sample.file, size, &efi, &error), STATUS_OK);
        assert_string_not_equal(error.text, "");
    }
}

struct other_machine {
    uint16_t elf;
    uint16_t pe;
    uint32_t relative, undefined;
    const char *message;
};

static const struct other_machine others[] = {
    {ELF_MACHINE_AARCH64, 0xaa64, 1027, 1025, "relocation R_AARCH64_GLOB_DAT (type 1025), and only R_AARCH64_RELATIVE"},
    {ELF_MACHINE_RISCV, 0x5064, 3, 2, "relocation R_RISCV_64 (type 2), and only R_RISCV_RELATIVE"},
};

static struct sample sample_for(const struct other_machine *machine)
{
    static const size_t relocations[] = {0, 1, 3}; /* the one between does nothing */
    struct sample sample = good_sample();

    put_number(sample.file + 18, 2, machine->elf);
    for (size_t i = 0; i < sizeof(relocations) / sizeof(relocations[0]); i++)
        put_number(sample.file + RELA_BYTES + 24 * relocations[i] + 8, 8, machine->relative);
    return sample;
}

/* Another machine's image differs in nothing but its number: the relocations mean the same. */
static void test_other_machines(void **state)
{
    static uint8_t ours[sizeof(room)];
    const struct sample good = good_sample();
    struct bytes efi = convert_good(&good);
    size_t size = efi.size;

    (void)state;
    memcpy(ours, efi.data, size);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct sample sample = sample_for(&others[i]);
        struct error error = {""};

        efi = convert_good(&sample);
        assert_int_equal(number(efi, 68, 2), others[i].pe);
        put_number(ours + 68, 2, others[i].pe);
        assert_int_equal(efi.size, size);
        assert_memory_equal(efi.data, ours, size);

        put_number(sample.file + RELA_BYTES + 8, 8, others[i].undefined);
        assert_int_equal(convert_bytes(sample.file, sizeof(sample.file), &efi, &error), STATUS_UNSUPPORTED);
        assert_non_null(strstr(error.text, others[i].message));
    }
}

/* Whatever a byte is changed to, it ends in an image or in a message; the sanitizers watch. */
static void test_any_byte(void **state)
{
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
    struct sample sample = good_sample();

    (void)state;
    for (size_t i = 0; i < sizeof(sample.file); i++) {
        for (size_t j = 0; j < sizeof(values); j++) {
            struct sample changed = sample;
            struct error error = {""};
            struct bytes efi = {NULL, 0};
            enum status status;

            changed.file[i] = values[j];
            status = convert_bytes(changed.file, sizeof(changed.file), &efi, &error);
            assert_true((status == STATUS_OK) == (error.text[0] == '\0'));
            assert_true((status == STATUS_OK) == (efi.data != NULL));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_sections),
        cmocka_unit_test(test_contents),
        cmocka_unit_test(test_sbat),
        cmocka_unit_test(test_sbat_size),
        cmocka_unit_test(test_no_relocations),
        cmocka_unit_test(test_pack),
        cmocka_unit_test(test_zeros_are_left_out),
        cmocka_unit_test(test_type_does_not_matter),
        cmocka_unit_test(test_same_input_same_bytes),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_other_machines),
        cmocka_unit_test(test_too_many_segments),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_any_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
