/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "elf.h"
#include "made_elf.h"
#include "put.h"

#define NAME      "/boot/kernel.elf"
#define FILE_SIZE 4096

static struct elf_header header;
static struct error error;

/* Parses the first `size` bytes, which lie in a place of exactly that size. */
static enum status parse(const uint8_t *head, size_t size, uint64_t file_size, uint16_t machine)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    enum status status;

    assert_non_null(copy);
    memcpy(copy, head, size);
    memset(&header, 0xaa, sizeof(header));
    memset(&error, 0, sizeof(error));
    status = elf_parse_header((struct bytes){copy, size}, file_size, machine, NAME, &header, &error);
    free(copy);
    return status;
}

static void check_untouched(void)
{
    uint8_t untouched[sizeof(header)];

    memset(untouched, 0xaa, sizeof(untouched));
    assert_memory_equal(&header, untouched, sizeof(header));
}

static void make_good(uint8_t *head)
{
    struct elf_header good = made_elf_header(0xffffffff80001234, 3);

    made_elf_write_header(head, &good);
}

static void test_is(void **state)
{
    (void)state;
    assert_true(elf_is((struct bytes){(const uint8_t *)"\177ELF", 4}));
    assert_true(elf_is((struct bytes){(const uint8_t *)"\177ELFxyz", 7}));
    assert_false(elf_is((struct bytes){(const uint8_t *)"\177ELF", 3}));
    assert_false(elf_is((struct bytes){(const uint8_t *)"\177ELf", 4}));
    assert_false(elf_is((struct bytes){(const uint8_t *)"\177elf", 4}));
    assert_false(elf_is((struct bytes){(const uint8_t *)"MZ\0\0", 4}));
    assert_false(elf_is((struct bytes){NULL, 0}));
}

static void test_machine_names(void **state)
{
    /* generic ABI, e_machine */
    static const struct {
        uint16_t machine;
        const char *name;
    } names[] = {{3, "i386"},    {8, "MIPS"},      {20, "PowerPC"}, {21, "PowerPC64"},  {40, "ARM"},
                 {62, "x86_64"}, {183, "aarch64"}, {243, "riscv"},  {258, "LoongArch"}, {259, "unknown"}};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_string_equal(elf_machine_name(names[i].machine), names[i].name);
    assert_string_equal(elf_machine_name(0), "unknown");
    assert_string_equal(elf_machine_name(UINT16_MAX), "unknown");
}

static void test_header(void **state)
{
    static const uint16_t machines[] = {ELF_MACHINE_X86_64, ELF_MACHINE_AARCH64, ELF_MACHINE_RISCV};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct elf_header made = {.file_type = (uint16_t)(0x1200 + ELF_TYPE_EXEC + i),
                                  .machine = machines[i],
                                  .entry = 0x1122334455667788,
                                  .segment_offset = 100 + i,
                                  .segment_count = 5,
                                  .segment_stride = ELF_PROGRAM_HEADER_SIZE + 8 * (uint32_t)i};
        uint8_t head[ELF_HEADER_SIZE + 8] = {0};

        made_elf_write_header(head, &made);
        assert_int_equal(parse(head, ELF_HEADER_SIZE + i, FILE_SIZE, machines[i]), STATUS_OK);
        assert_int_equal(header.file_type, made.file_type);
        assert_int_equal(header.machine, made.machine);
        assert_int_equal(header.entry, made.entry);
        assert_int_equal(header.segment_offset, made.segment_offset);
        assert_int_equal(header.segment_count, made.segment_count);
        assert_int_equal(header.segment_stride, made.segment_stride);
        assert_string_equal(error.text, "");
    }
}

/* One number of a good header, changed. */
static const struct {
    size_t offset, width;
    uint64_t value;
    enum status status;
    const char *message;
} refusals[] = {
    {0, 4, 0x464c4500, STATUS_INVALID, NAME ": is not an ELF file"},
    {4, 1, 1, STATUS_UNSUPPORTED,
     NAME ": is a 32-bit ELF file, and Baton starts 64-bit kernels. Compile and link it with -m64, or with a 64-bit "
          "target."},
    {5, 1, 2, STATUS_UNSUPPORTED,
     NAME ": is a big-endian ELF file, and this machine is little-endian. Build it for a little-endian target."},
    {6, 1, 2, STATUS_INVALID, NAME ": has ELF version 2, and only version 1 exists. Copy it again."},
    {18, 2, ELF_MACHINE_AARCH64, STATUS_UNSUPPORTED,
     NAME ": is built for aarch64 (ELF machine 183), and this machine is x86_64. Build it for x86_64."},
    {18, 2, 0x1234, STATUS_UNSUPPORTED,
     NAME ": is built for unknown (ELF machine 4660), and this machine is x86_64. Build it for x86_64."},
    {56, 2, 0, STATUS_INVALID,
     NAME ": has no segments (no program headers), so there is nothing to load. Is it an object file? Link it with "
          "ld."},
    {56, 2, 0xffff, STATUS_UNSUPPORTED,
     NAME ": has 65535 segments or more, and a kernel has a handful. Link it again."},
    {54, 2, 55, STATUS_INVALID, NAME ": its program headers have 55 bytes each instead of 56. Link or copy it again."},
    {54, 2, 0, STATUS_INVALID, NAME ": its program headers have 0 bytes each instead of 56. Link or copy it again."},
    {54, 2, 32, STATUS_INVALID, NAME ": its program headers have 32 bytes each instead of 56. Link or copy it again."},
    {32, 8, FILE_SIZE - 3 * 56 + 1, STATUS_INVALID,
     NAME ": is truncated: its program headers (168 bytes at byte 3929) lie outside the file of 4096 bytes. Copy it "
          "again."},
    {32, 8, UINT64_MAX, STATUS_INVALID,
     NAME ": is truncated: its program headers (168 bytes at byte 18446744073709551615) lie outside the file of 4096 "
          "bytes. Copy it again."},
    {56, 2, 0xfffe, STATUS_INVALID,
     NAME ": is truncated: its program headers (3669904 bytes at byte 64) lie outside the file of 4096 bytes. Copy it "
          "again."},
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        uint8_t head[ELF_HEADER_SIZE];

        make_good(head);
        put_number(head + refusals[i].offset, refusals[i].width, refusals[i].value);
        assert_int_equal(parse(head, sizeof(head), FILE_SIZE, ELF_MACHINE_X86_64), refusals[i].status);
        assert_string_equal(error.text, refusals[i].message);
        check_untouched();
    }
}

/* The table may end where the file ends, and may have as many entries as the field can say. */
static void test_limits(void **state)
{
    uint8_t head[ELF_HEADER_SIZE];

    (void)state;
    make_good(head);
    put_number(head + 32, 8, FILE_SIZE - 3 * 56);
    assert_int_equal(parse(head, sizeof(head), FILE_SIZE, ELF_MACHINE_X86_64), STATUS_OK);
    put_number(head + 56, 2, 0xfffe);
    put_number(head + 54, 2, 0xffff);
    put_number(head + 32, 8, 64);
    assert_int_equal(parse(head, sizeof(head), 64 + 0xfffeULL * 0xffff, ELF_MACHINE_X86_64), STATUS_OK);
    assert_int_equal(header.segment_count, 0xfffe);
    assert_int_equal(header.segment_stride, 0xffff);
    assert_int_equal(parse(head, sizeof(head), 64 + 0xfffeULL * 0xffff - 1, ELF_MACHINE_X86_64), STATUS_INVALID);
}

static void test_every_truncation(void **state)
{
    uint8_t head[ELF_HEADER_SIZE];

    (void)state;
    make_good(head);
    for (size_t size = 0; size < ELF_HEADER_SIZE; size++) {
        assert_int_equal(parse(head, size, size, ELF_MACHINE_X86_64), STATUS_INVALID);
        check_untouched();
        if (size < 4) {
            assert_string_equal(error.text, NAME ": is not an ELF file");
        } else {
            assert_non_null(strstr(error.text, "is truncated"));
            assert_non_null(strstr(error.text, "an ELF header alone has 64. Copy it again."));
        }
    }
}

/* Whatever the bytes are: refused with words, or within the file. */
static void test_garbage(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        uint8_t head[ELF_HEADER_SIZE];
        uint64_t file_size = chance_size(&chance, UINT64_MAX);

        make_good(head);
        for (uint64_t k = chance_size(&chance, 20); k > 0; k--)
            head[chance_between(&chance, 4, ELF_HEADER_SIZE - 1)] = (uint8_t)chance_size(&chance, 255);
        if (parse(head, sizeof(head), file_size, ELF_MACHINE_X86_64) != STATUS_OK) {
            if (strncmp(error.text, NAME ": ", strlen(NAME) + 2) != 0)
                CHANCE_FAIL(&chance, "'%s'", error.text);
            check_untouched();
        } else if (header.segment_offset > file_size ||
                   (uint64_t)header.segment_count * header.segment_stride > file_size - header.segment_offset ||
                   header.segment_count == 0 || header.segment_stride < ELF_PROGRAM_HEADER_SIZE) {
            CHANCE_FAIL(&chance, "the table lies outside the file");
        }
    }
}

static void test_segments(void **state)
{
    const struct elf_segment made[] = {
        {ELF_SEGMENT_LOAD, ELF_READ | ELF_EXECUTE, 0x1000, 0xffffffff80000000, 0x100000, 0x123, 0x456, 0x200000},
        {ELF_SEGMENT_DYNAMIC, ELF_WRITE, UINT64_MAX, 1, UINT64_MAX - 1, 2, UINT64_MAX - 2, 3},
        {UINT32_MAX, UINT32_MAX, 0, UINT64_MAX, 0, UINT64_MAX, 0, UINT64_MAX},
    };

    (void)state;
    for (uint32_t stride = ELF_PROGRAM_HEADER_SIZE; stride < 80; stride += 3) {
        struct bytes table = made_elf_table(made, 3, stride), cut = {table.data, table.size - stride + 55};
        struct elf_header with = made_elf_header(0, 3);
        struct elf_segment segment;

        with.segment_stride = stride;
        for (uint32_t i = 0; i < 3; i++) {
            assert_true(elf_read_segment(table, &with, i, &segment));
            assert_memory_equal(&segment, &made[i], sizeof(segment));
        }
        assert_false(elf_read_segment(table, &with, 3, &segment));
        assert_false(elf_read_segment(table, &with, UINT32_MAX, &segment));
        assert_false(elf_read_segment(cut, &with, 2, &segment));
        assert_memory_equal(&segment, &made[2], sizeof(segment)); /* untouched */
        assert_true(elf_read_segment(cut, &with, 1, &segment));
        free((void *)table.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_is),       cmocka_unit_test(test_machine_names), cmocka_unit_test(test_header),
        cmocka_unit_test(test_refusals), cmocka_unit_test(test_limits),        cmocka_unit_test(test_every_truncation),
        cmocka_unit_test(test_garbage),  cmocka_unit_test(test_segments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
