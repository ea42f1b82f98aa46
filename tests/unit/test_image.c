/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels' layouts by hand: what boots, what boots with a warning, and every refusal. By chance: test_image_pages.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "image.h"
#include "log.h"
#include "made_elf.h"
#include "permissions.h"

#define NAME      "/kernel.elf"
#define FILE_SIZE 0x100000ULL
#define BASE      0xffffffff80000000ULL
#define CODE      (ELF_READ | ELF_EXECUTE)
#define DATA      (ELF_READ | ELF_WRITE)
#define CONSTANTS ELF_READ

static uint8_t room[64 * 1024];
static struct image image;
static struct error error;
static char logged[LOG_RING_SIZE + 1];

static int setup(void **state)
{
    (void)state;
    log_reset();
    return 0;
}

static struct elf_segment load(uint32_t flags, uint64_t address, uint64_t memory_size, uint64_t file_size,
                               uint64_t offset)
{
    return (struct elf_segment){.kind = ELF_SEGMENT_LOAD,
                                .flags = flags,
                                .offset = offset,
                                .address = address,
                                .physical = 0x5a5a5a5a,
                                .file_size = file_size,
                                .memory_size = memory_size,
                                .alignment = 0x1000};
}

static enum status lay_out_header(const struct elf_header *header, const struct elf_segment *segments, size_t count)
{
    struct bytes table = made_elf_table(segments, count, ELF_PROGRAM_HEADER_SIZE);
    struct arena arena = {room, sizeof(room), 0};
    enum status status;

    memset(&image, 0xaa, sizeof(image));
    memset(&error, 0, sizeof(error));
    log_reset();
    status = image_from_elf(NAME, FILE_SIZE, header, table, &arena, &image, &error);
    log_copy(logged, sizeof(logged));
    assert_string_equal(logged, ""); /* a plan may be made several times: what it warns of is said at its end */
    if (status == STATUS_OK)
        image_log_warnings(NAME, &image);
    log_copy(logged, sizeof(logged));
    free((void *)table.data);
    return status;
}

static enum status lay_out(const struct elf_segment *segments, size_t count, uint64_t entry)
{
    struct elf_header header = made_elf_header(entry, (uint32_t)count);

    return lay_out_header(&header, segments, count);
}

static void check_boots(const struct elf_segment *segments, size_t count, uint64_t entry, const char *log)
{
    enum status status = lay_out(segments, count, entry);

    if (status != STATUS_OK)
        fail_msg("%d: %s", status, error.text);
    assert_string_equal(logged, log);
    assert_int_equal(image.entry, entry);
}

static void check_run(size_t index, uint64_t offset, uint64_t size, uint32_t permissions)
{
    assert_true(index < image.run_count);
    assert_int_equal(image.runs[index].offset, offset);
    assert_int_equal(image.runs[index].size, size);
    assert_int_equal(image.runs[index].permissions, permissions);
}

static void check_part(size_t index, uint64_t offset, uint64_t file_offset, uint64_t size)
{
    assert_true(index < image.part_count);
    assert_int_equal(image.parts[index].offset, offset);
    assert_int_equal(image.parts[index].file_offset, file_offset);
    assert_int_equal(image.parts[index].size, size);
}

static void check_segment(size_t index, uint64_t offset, uint64_t size, uint32_t permissions, uint32_t number)
{
    assert_true(index < image.segment_count);
    assert_int_equal(image.segments[index].offset, offset);
    assert_int_equal(image.segments[index].size, size);
    assert_int_equal(image.segments[index].permissions, permissions);
    assert_int_equal(image.segments[index].number, number);
}

/* ---- what boots ---- */

static void test_high(void **state)
{
    const struct elf_segment segments[] = {
        load(DATA, BASE + 0x5000, 0x3456, 0x200, 0x4000), /* not in the order of their addresses */
        load(CODE, BASE, 0x1234, 0x1234, 0x1000),
        {.kind = 0x6474e551,
         .flags = ELF_READ | ELF_WRITE | ELF_EXECUTE,
         .address = 1,
         .memory_size = 1}, /* GNU_STACK */
        load(CONSTANTS, BASE + 0x2000, 0x1000, 0x1000, 0x3000),
        load(DATA, 0x1000, 0, 0, 0),                                                       /* takes no memory */
        {.kind = 7, .address = 0x777, .memory_size = UINT64_MAX, .file_size = UINT64_MAX}, /* thread-local: not ours */
    };

    (void)state;
    check_boots(segments, 6, BASE + 0x1000, "");
    assert_int_equal(image.base, BASE);
    assert_int_equal(image.size, 0x9000);
    assert_int_equal(image.alignment, 0x1000);
    assert_true(image.high);
    assert_false(image.movable);
    assert_int_equal(image.dynamic.size, 0);
    assert_int_equal(image.note_count, 0);
    assert_int_equal(image.run_count, 3);
    check_run(0, 0, 0x2000, PERMIT_EXECUTE);
    check_run(1, 0x2000, 0x1000, PERMIT_READ);
    check_run(2, 0x5000, 0x4000, PERMIT_WRITE); /* what lies between belongs to nobody */
    assert_int_equal(image.part_count, 3);
    check_part(0, 0, 0x1000, 0x1234);
    check_part(1, 0x2000, 0x3000, 0x1000);
    check_part(2, 0x5000, 0x4000, 0x200);
    assert_int_equal(image.segment_count, 3);
    check_segment(0, 0, 0x1234, PERMIT_EXECUTE, 1);
    check_segment(1, 0x2000, 0x1000, PERMIT_READ, 3);
    check_segment(2, 0x5000, 0x3456, PERMIT_WRITE, 0);
}

static void test_low(void **state)
{
    const struct elf_segment segments[] = {
        load(CODE, 0x100000, 0x1000, 0x1000, 0x1000), load(DATA, 0x101000, 0x10, 0, 0), /* only .bss */
    };

    (void)state;
    check_boots(segments, 2, 0x100fff, "");
    assert_int_equal(image.base, 0x100000);
    assert_int_equal(image.size, 0x2000);
    assert_false(image.high);
    assert_int_equal(image.part_count, 1);
    check_run(1, 0x1000, 0x1000, PERMIT_WRITE);
}

/* The last page of the address space is a page like others: 2^64 is no address, and nothing may count with it. */
static void test_highest_page(void **state)
{
    const struct elf_segment segments[] = {
        load(CODE, 0xffffffffffffd000, 0x1000, 0x800, 0x1000),
        load(DATA, 0xffffffffffffe800, 0x1800, 0x1800, 0x2000),
    };
    const struct elf_segment last_byte[] = {load(CODE, UINT64_MAX, 1, 1, 0)};

    (void)state;
    check_boots(segments, 2, 0xffffffffffffd000,
                "warning: " NAME ": 1 segment(s) begin in the middle of a page, the last at 0xffffffffffffe800. Align "
                "them to 4096 bytes in the linker script.\n");
    assert_int_equal(image.base, 0xffffffffffffd000);
    assert_int_equal(image.size, 0x3000);
    assert_int_equal(image.run_count, 2);
    check_run(1, 0x1000, 0x2000, PERMIT_WRITE);
    check_part(1, 0x1800, 0x2000, 0x1800);

    check_boots(last_byte, 1, UINT64_MAX,
                "warning: " NAME ": 1 segment(s) begin in the middle of a page, the last at 0xffffffffffffffff. Align "
                "them to 4096 bytes in the linker script.\n");
    assert_int_equal(image.base, 0xfffffffffffff000);
    assert_int_equal(image.size, 0x1000);
    check_run(0, 0, 0x1000, PERMIT_EXECUTE);
    check_part(0, 0xfff, 0, 1);
}

static void test_halves(void **state)
{
    const struct elf_segment highest_low[] = {load(CODE, 0x00007fffffffe000, 0x2000, 0, 0)};
    const struct elf_segment lowest_high[] = {load(CODE, 0xffff800000000000, 0x1000, 0, 0)};

    (void)state;
    check_boots(highest_low, 1, 0x00007fffffffffff, "");
    assert_false(image.high);
    assert_int_equal(image.size, 0x2000);
    check_boots(lowest_high, 1, 0xffff800000000000, "");
    assert_true(image.high);
}

/* ---- pages that are not whole ---- */

/* As ld.lld lays out a kernel without ALIGN: every segment begins where the one before ended, a page further. */
static void test_middle_of_page(void **state)
{
    const struct elf_segment segments[] = {
        load(CONSTANTS, BASE + 0x200, 0x100, 0x100, 0x200),
        load(CODE, BASE + 0x1300, 0xd00, 0xd00, 0x300),
        load(DATA, BASE + 0x2010, 0x20, 0x20, 0x1010),
    };

    (void)state;
    check_boots(segments, 3, BASE + 0x1300,
                "warning: " NAME ": 3 segment(s) begin in the middle of a page, the last at 0xffffffff80002010. Align "
                "them to 4096 bytes in the linker script.\n");
    assert_int_equal(image.base, BASE);
    assert_int_equal(image.size, 0x3000);
    check_run(0, 0, 0x1000, PERMIT_READ);
    check_run(1, 0x1000, 0x1000, PERMIT_EXECUTE);
    check_run(2, 0x2000, 0x1000, PERMIT_WRITE);
    check_part(0, 0x200, 0x200, 0x100);
    check_part(2, 0x2010, 0x1010, 0x20);
}

static void test_shared_pages(void **state)
{
    const struct elf_segment segments[] = {
        load(CODE, BASE, 0x1800, 0x1800, 0),
        load(CONSTANTS, BASE + 0x1800, 0x1000, 0x1000, 0x1800), /* its first half page is code's */
        load(DATA, BASE + 0x2800, 0x2800, 0x800, 0x2800),       /* its first half page was constants' */
    };

    (void)state;
    check_boots(segments, 3, BASE,
                "warning: " NAME ": segments share 2 page(s), the last at 0xffffffff80002000, which both may use as "
                "RW-. Align segments to 4096 bytes in the linker script.\n");
    assert_int_equal(image.size, 0x5000);
    assert_int_equal(image.run_count, 2);
    check_run(0, 0, 0x2000, PERMIT_EXECUTE);
    check_run(1, 0x2000, 0x3000, PERMIT_WRITE);
    assert_int_equal(image.part_count, 3);
}

/* The first of two is the weaker one: the page leaves its run. */
static void test_shared_page_gets_stronger(void **state)
{
    const struct elf_segment segments[] = {
        load(CONSTANTS, BASE, 0x1800, 0x1800, 0),
        load(CODE, BASE + 0x1800, 0x100, 0x100, 0x1800),
        load(CONSTANTS, BASE + 0x1900, 0x2000, 0x100, 0x1900),
    };

    (void)state;
    assert_int_equal(lay_out(segments, 3, BASE + 0x1800), STATUS_OK);
    assert_int_equal(image.run_count, 3);
    check_run(0, 0, 0x1000, PERMIT_READ);
    check_run(1, 0x1000, 0x1000, PERMIT_EXECUTE);
    check_run(2, 0x2000, 0x2000, PERMIT_READ);
}

/* A page that three segments share is one page. */
static void test_shared_pages_are_counted(void **state)
{
    const struct elf_segment segments[] = {
        load(CONSTANTS, BASE, 0x1800, 0x1800, 0),
        load(CODE, BASE + 0x1800, 0x100, 0x100, 0x1800),
        load(CONSTANTS, BASE + 0x1900, 0x100, 0x100, 0x1900),
    };

    (void)state;
    check_boots(segments, 3, BASE + 0x1800,
                "warning: " NAME ": segments share 1 page(s), the last at 0xffffffff80001000, which both may use as "
                "R-X. Align segments to 4096 bytes in the linker script.\n");
}

/* Many tiny segments on one page, all of one kind. */
static void test_one_page_for_many(void **state)
{
    struct elf_segment segments[64];

    (void)state;
    for (size_t i = 0; i < 64; i++)
        segments[63 - i] = load(CODE, BASE + 64 * i, 64, 64, 64 * i);
    assert_int_equal(lay_out(segments, 64, BASE), STATUS_OK);
    assert_int_equal(image.size, 0x1000);
    assert_int_equal(image.run_count, 1);
    check_run(0, 0, 0x1000, PERMIT_EXECUTE);
    assert_int_equal(image.part_count, 64);
    for (size_t i = 0; i < 64; i++)
        check_part(i, 64 * i, 64 * i, 64);
}

/* ---- alignment ---- */

static void test_alignment(void **state)
{
    static const struct {
        uint64_t base, first, second, expected;
    } rows[] = {
        {BASE, 0x1000, 0x1000, 0x1000},
        {BASE, 0x200000, 0x1000, 0x200000},
        {BASE, 0x1000, 0x200000, 0x200000}, /* the strictest segment decides */
        {BASE, 0, 1, 0x1000},
        {BASE, 16, 0x800, 0x1000},
        {BASE, 0x4000, 0x2000, 0x4000},
        {BASE, 0x40000000, 0x1000, 0x200000}, /* more than 2 MiB gains nothing */
        {BASE, 1ULL << 63, 0x1000, 0x200000},
        {BASE, 0x3000, 0x1000, 0x1000}, /* not a power of two: nonsense */
        {BASE, UINT64_MAX, 0x1000, 0x1000},
        {BASE + 0x1000, 0x200000, 0x1000, 0x1000}, /* the base does not have it itself */
        {BASE + 0x100000, 0x100000, 0x1000, 0x100000},
        {0x200000, 0x200000, 0x1000, 0x200000},
        {0x100000, 0x200000, 0x1000, 0x1000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct elf_segment segments[] = {load(CODE, rows[i].base, 0x1000, 0, 0),
                                         load(DATA, rows[i].base + 0x1000, 0x1000, 0, 0)};

        segments[0].alignment = rows[i].first;
        segments[1].alignment = rows[i].second;
        check_boots(segments, 2, rows[i].base, "");
        if (image.alignment != rows[i].expected)
            fail_msg("row %zu: 0x%llx", i, (unsigned long long)image.alignment);
    }
}

/* ---- refusals ---- */

static void check_refused(enum status status, const char *message)
{
    uint8_t untouched[sizeof(image)];

    memset(untouched, 0xaa, sizeof(untouched));
    assert_string_equal(error.text, message);
    assert_memory_equal(&image, untouched, sizeof(image));
    assert_true(status == STATUS_INVALID || status == STATUS_UNSUPPORTED);
}

/* The lines to paste, as GNU ld and ld.lld take them. */
#define SCRIPT                                                                                                         \
    "Give each its own pages in the linker script:\n"                                                                  \
    "  PHDRS { text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }\n"                             \
    "  SECTIONS {\n"                                                                                                   \
    "    . = 0xffffffff80000000;\n"                                                                                    \
    "    .text : { *(.text .text.*) } :text\n"                                                                         \
    "    . = ALIGN(4096);\n"                                                                                           \
    "    .rodata : { *(.rodata .rodata.*) } :rodata\n"                                                                 \
    "    . = ALIGN(4096);\n"                                                                                           \
    "    .data : { *(.data .data.*) } :data\n"                                                                         \
    "    .bss : { *(.bss .bss.*) *(COMMON) } :data\n"                                                                  \
    "  }"

static const struct refusal {
    struct elf_segment segments[3]; /* up to one of kind 0 */
    uint64_t entry;
    const char *message;
} refusals[] = {
#define LOAD(flags, address, memory_size, file_size, offset)                                                           \
    {                                                                                                                  \
        ELF_SEGMENT_LOAD, flags, offset, address, 0, file_size, memory_size, 0x1000                                    \
    }
#define RELRO(start, size)                                                                                             \
    {                                                                                                                  \
        .kind = ELF_SEGMENT_RELRO, .address = (start), .memory_size = (size)                                           \
    }
#define NOT_WRITABLE(size, start)                                                                                      \
    NAME ": PT_GNU_RELRO (" size " bytes at " start ") does not lie in writable segments. Link it again; -z norelro "  \
         "leaves it out."
    {{LOAD(CODE, BASE, 0x1000, 0x1000, FILE_SIZE - 0xfff)},
     BASE,
     NAME ": is truncated: segment 0 has 4096 bytes at byte 1044481, but the file has only 1048576. Copy it again."},
    {{LOAD(CODE, BASE, 0x1000, 1, FILE_SIZE)},
     BASE,
     NAME ": is truncated: segment 0 has 1 bytes at byte 1048576, but the file has only 1048576. Copy it again."},
    {{LOAD(CODE, BASE, 0x1000, 0x1000, UINT64_MAX - 0xffe)},
     BASE,
     NAME ": is truncated: segment 0 has 4096 bytes at byte 18446744073709547521, but the file has only 1048576. Copy "
          "it again."},
    {{LOAD(CODE, BASE, 0x1000, 0x1000, 0), LOAD(DATA, BASE + 0x1000, 0xfff, 0x1000, 0)},
     BASE,
     NAME ": segment 1 has more bytes in the file (4096) than in memory (4095). Link it again."},
    {{LOAD(CODE, 0xfffffffffffff000, 0x1001, 0, 0)},
     0xfffffffffffff000,
     NAME ": segment 0 (0x1001 bytes at 0xfffffffffffff000) wraps around the end of the address space. Check the link "
          "address and the sizes in the linker script."},
    {{LOAD(CODE, BASE, UINT64_MAX, 0, 0)},
     BASE,
     NAME ": segment 0 (0xffffffffffffffff bytes at 0xffffffff80000000) wraps around the end of the address space. "
          "Check the link address and the sizes in the linker script."},
    {{LOAD(CODE, 0x00007ffffffff000, 0x1001, 0, 0)},
     0x00007ffffffff000,
     NAME ": segment 0 (0x7ffffffff000-0x800000000000) is not in the lower half (below 0x800000000000) and not in the "
          "upper half (from 0xffff800000000000 on). Link the kernel at 0xffffffff80000000."},
    {{LOAD(CODE, 0x0000800000000000, 1, 0, 0)},
     0x0000800000000000,
     NAME ": segment 0 (0x800000000000-0x800000000000) is not in the lower half (below 0x800000000000) and not in the "
          "upper half (from 0xffff800000000000 on). Link the kernel at 0xffffffff80000000."},
    {{LOAD(CODE, 0xffff7ffffffff000, 0x1000, 0, 0)},
     0xffff7ffffffff000,
     NAME ": segment 0 (0xffff7ffffffff000-0xffff7fffffffffff) is not in the lower half (below 0x800000000000) and not "
          "in the upper half (from 0xffff800000000000 on). Link the kernel at 0xffffffff80000000."},
    {{LOAD(CODE, 0x100000, 0xffffffffffe00000, 0, 0)}, /* from one half into the other */
     0x100000,
     NAME ": segment 0 (0x100000-0xffffffffffefffff) is not in the lower half (below 0x800000000000) and not in the "
          "upper half (from 0xffff800000000000 on). Link the kernel at 0xffffffff80000000."},
    {{LOAD(CODE | DATA, BASE, 0x2345, 0, 0)},
     BASE,
     NAME ": segment 0 (0xffffffff80000000-0xffffffff80002344) is writable and executable (RWE), as GNU ld makes it "
          "when one segment holds everything. " SCRIPT},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(CODE, 0x100000, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0)},
     BASE,
     NAME ": has segments in both halves of the address space: segment 1 at 0x100000 and segment 0 at "
          "0xffffffff80000000. Link it into one half: either all at 0xffffffff80000000, or all low. A low boot stub is "
          "not needed: Baton enters the kernel with paging on."},
    {{LOAD(CODE, 0x00007ffffffff000, 0x1000, 0, 0),
      LOAD(DATA, 0xffff800000000000, 0x1000, 0, 0)}, /* as near as can be */
     0x00007ffffffff000,
     NAME ": has segments in both halves of the address space: segment 0 at 0x7ffffffff000 and segment 1 at "
          "0xffff800000000000. Link it into one half: either all at 0xffffffff80000000, or all low. A low boot stub is "
          "not needed: Baton enters the kernel with paging on."},
    {{LOAD(CODE, BASE, 0x1001, 0, 0), LOAD(CODE, BASE + 0x1000, 0x1000, 0, 0)},
     BASE,
     NAME ": segments 0 (0xffffffff80000000-0xffffffff80001000) and 1 (from 0xffffffff80001000) overlap. Check the "
          "addresses in the linker script."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE, 0x1000, 0, 0)},
     BASE,
     NAME ": segments 0 (0xffffffff80000000-0xffffffff80000fff) and 1 (from 0xffffffff80000000) overlap. Check the "
          "addresses in the linker script."},
    {{LOAD(DATA, BASE + 0x1800, 0x800, 0, 0), LOAD(CODE, BASE, 0x1800, 0, 0)}, /* ld.lld without ALIGN */
     BASE,
     NAME ": the page at 0xffffffff80001000 holds code and writable data: segment 0 (RW-) begins in the middle of it, "
          "at 0xffffffff80001800. " SCRIPT},
    {{LOAD(ELF_WRITE, BASE, 0x800, 0, 0), LOAD(ELF_EXECUTE, BASE + 0x800, 0x800, 0, 0)},
     BASE + 0x800,
     NAME ": the page at 0xffffffff80000000 holds code and writable data: segment 1 (--X) begins in the middle of it, "
          "at 0xffffffff80000800. " SCRIPT},
    {{LOAD(CODE, BASE, 0x1800, 0, 0), LOAD(CONSTANTS, BASE + 0x1800, 0x100, 0, 0), /* the third on the page */
      LOAD(DATA, BASE + 0x1900, 0x800, 0, 0)},
     BASE,
     NAME ": the page at 0xffffffff80001000 holds code and writable data: segment 2 (RW-) begins in the middle of it, "
          "at 0xffffffff80001900. " SCRIPT},
    {{LOAD(DATA, BASE, 0x1000, 0, 0)},
     BASE,
     NAME ": its entry point 0xffffffff80000000 is not in an executable segment. Name the first function in the linker "
          "script, ENTRY(kernel), and see that it is not discarded."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0)},
     0,
     NAME ": its entry point 0x0 is not in an executable segment. Name the first function in the linker script, "
          "ENTRY(kernel), and see that it is not discarded."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0)},
     BASE + 0x1000,
     NAME ": its entry point 0xffffffff80001000 is not in an executable segment. Name the first function in the linker "
          "script, ENTRY(kernel), and see that it is not discarded."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(CODE, BASE + 0x3000, 0x1000, 0, 0)}, /* between two */
     BASE + 0x2000,
     NAME ": its entry point 0xffffffff80002000 is not in an executable segment. Name the first function in the linker "
          "script, ENTRY(kernel), and see that it is not discarded."},
    {{LOAD(CODE, 0, 0x1000, 0, 0)},
     0,
     NAME ": is linked at address 0, and that page is never mapped, so that a null pointer stays one. Link the kernel "
          "at 0xffffffff80000000."},
    {{LOAD(DATA, 0x2000, 0x1000, 0, 0), LOAD(CODE, 0xfff, 0x1, 0, 0)},
     0xfff,
     NAME ": is linked at address 0, and that page is never mapped, so that a null pointer stays one. Link the kernel "
          "at 0xffffffff80000000."},
    {{LOAD(CODE, BASE, 0, 0, 0), {.kind = ELF_SEGMENT_DYNAMIC, .memory_size = 9}},
     BASE,
     NAME ": has no segment to load (no PT_LOAD with a size). Does the linker script put .text into a segment?"},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), {.kind = ELF_SEGMENT_INTERP, .file_size = 20}},
     BASE,
     NAME
     ": asks for a dynamic linker (PT_INTERP), which a kernel does not have. Link it with -static -nostdlib; a PIE "
     "with -static-pie -nostdlib (ld: --no-dynamic-linker)."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), {.kind = ELF_SEGMENT_NOTE, .offset = FILE_SIZE - 4, .file_size = 5}},
     BASE,
     NAME ": is truncated: segment 1 has 5 bytes at byte 1048572, but the file has only 1048576. Copy it again."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), {.kind = ELF_SEGMENT_DYNAMIC, .offset = UINT64_MAX, .file_size = 2}},
     BASE,
     NAME ": is truncated: segment 1 has 2 bytes at byte 18446744073709551615, but the file has only 1048576. Copy it "
          "again."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0),
      {.kind = ELF_SEGMENT_DYNAMIC, .file_size = 16},
      {.kind = ELF_SEGMENT_DYNAMIC, .file_size = 16}},
     BASE,
     NAME ": has two PT_DYNAMIC segments. Link it again, with one."},
    {{LOAD(DATA, BASE, 0x1000, 0, 0), RELRO(BASE, 0x1000), RELRO(BASE, 0x1000)},
     BASE,
     NAME ": has two PT_GNU_RELRO segments. Link it again, with one."},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0), RELRO(BASE, 0x2000)},
     BASE,
     NOT_WRITABLE("0x2000", "0xffffffff80000000")},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0), RELRO(BASE + 0x1000, 0x1001)},
     BASE,
     NOT_WRITABLE("0x1001", "0xffffffff80001000")},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0), RELRO(BASE - 0x1000, 0x3000)},
     BASE,
     NOT_WRITABLE("0x3000", "0xffffffff7ffff000")},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0), RELRO(BASE + 0x1fff, UINT64_MAX)},
     BASE,
     NOT_WRITABLE("0xffffffffffffffff", "0xffffffff80001fff")},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(CONSTANTS, BASE + 0x1000, 0x1000, 0, 0), RELRO(BASE + 0x1800, 8)},
     BASE,
     NOT_WRITABLE("0x8", "0xffffffff80001800")},
    {{LOAD(CODE, BASE, 0x1000, 0, 0), LOAD(DATA, BASE + 0x1000, 0x1000, 0, 0), RELRO(0, 8)}, /* in no segment */
     BASE,
     NOT_WRITABLE("0x8", "0x0")},
#undef LOAD
#undef RELRO
#undef NOT_WRITABLE
};

static void test_refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        const struct refusal *row = &refusals[i];
        size_t count = 0;

        while (count < 3 && row->segments[count].kind != 0)
            count++;
        check_refused(lay_out(row->segments, count, row->entry), row->message);
    }
}

/* The entry's page may be executable; the entry must lie in the segment. */
static void test_entry_behind_the_code(void **state)
{
    const struct elf_segment alone[] = {load(CODE, BASE, 0x800, 0x800, 0)};
    const struct elf_segment shared[] = {load(CODE, BASE, 0x800, 0x800, 0),
                                         load(CONSTANTS, BASE + 0x800, 0x800, 0x800, 0x800)};

    (void)state;
    check_refused(lay_out(alone, 1, BASE + 0x800),
                  NAME ": its entry point 0xffffffff80000800 is not in an executable segment. Name the first function "
                       "in the linker script, ENTRY(kernel), and see that it is not discarded.");
    check_refused(lay_out(shared, 2, BASE + 0x900),
                  NAME ": its entry point 0xffffffff80000900 is not in an executable segment. Name the first function "
                       "in the linker script, ENTRY(kernel), and see that it is not discarded.");
}

static void test_overlap_at_the_very_end(void **state)
{
    const struct elf_segment segments[] = {load(CODE, 0xfffffffffffff000, 0x1000, 0x1000, 0),
                                           load(CODE, UINT64_MAX, 1, 1, 0)};

    (void)state;
    assert_int_equal(lay_out(segments, 2, 0xfffffffffffff000), STATUS_INVALID);
    assert_non_null(strstr(error.text, "overlap"));
}

static void test_kinds_of_file(void **state)
{
    const struct elf_segment segments[] = {load(CODE, BASE, 0x1000, 0, 0)};
    struct elf_header header = made_elf_header(BASE, 1);

    (void)state;
    header.file_type = 1;
    check_refused(lay_out_header(&header, segments, 1),
                  NAME ": is not an executable (ELF type 1). Is it an object file? Link it with ld.");
    header.file_type = 0xfe00;
    check_refused(lay_out_header(&header, segments, 1),
                  NAME ": is not an executable (ELF type 65024). Is it an object file? Link it with ld.");
}

/* ---- position-independent ---- */

static enum status lay_out_pie(const struct elf_segment *segments, size_t count, uint64_t entry)
{
    struct elf_header header = made_elf_header(entry, (uint32_t)count);

    header.file_type = ELF_TYPE_DYN;
    return lay_out_header(&header, segments, count);
}

/* Linked anywhere, they run in the upper half. */
static void test_pie(void **state)
{
    static const uint64_t bases[] = {0, 0x1000, 0x100000, 0x00007fffffff0000, 0xffff800000000000, BASE};

    (void)state;
    for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
        const struct elf_segment segments[] = {
            load(CODE, bases[i], 0x1000, 0x1000, 0),
            load(DATA, bases[i] + 0x1000, 0x2000, 0x1000, 0x1000),
            {.kind = ELF_SEGMENT_DYNAMIC, .offset = 0x1234, .address = bases[i] + 0x1234, .file_size = 0xb0},
        };

        assert_int_equal(lay_out_pie(segments, 3, bases[i]), STATUS_OK);
        assert_true(image.movable);
        assert_true(image.high);
        assert_int_equal(image.base, bases[i]);
        assert_int_equal(image.entry, bases[i]);
        assert_int_equal(image.size, 0x3000);
        assert_int_equal(image.dynamic.offset, 0x1234);
        assert_int_equal(image.dynamic.size, 0xb0);
        assert_int_equal(image.run_count, 2);
    }
}

static void test_pie_refusals(void **state)
{
    struct elf_segment segments[] = {
        load(CODE, 0x1000, 0x1000, 0x1000, 0),
        load(DATA, BASE, 0x1000, 0x1000, 0x1000),
        {.kind = ELF_SEGMENT_DYNAMIC, .offset = 0x1000, .file_size = 16},
    };

    (void)state;
    check_refused(lay_out_pie(segments, 3, 0x1000),
                  NAME ": has segments in both halves of the address space: segment 0 at 0x1000 and segment 1 at "
                       "0xffffffff80000000. Link it into one half: either all at 0xffffffff80000000, or all low. A low "
                       "boot stub is not needed: Baton enters the kernel with paging on.");
    segments[2].file_size = 0;
    for (size_t count = 1; count <= 3; count += 2) { /* without a dynamic table, and with an empty one */
        segments[1].address = 0x2000;
        check_refused(lay_out_pie(segments, count, 0x1000), NAME
                      ": is position-independent (ET_DYN) but has no PT_DYNAMIC segment, so its relocations cannot "
                      "be found. Add to the linker script's PHDRS \"dynamic PT_DYNAMIC;\", and to its SECTIONS "
                      "\".dynamic : { *(.dynamic) } :data :dynamic\"; or compile with -fno-pic and link with -no-pie.");
    }
}

/* ---- notes ---- */

static void test_notes(void **state)
{
    struct elf_segment segments[1 + IMAGE_NOTES + 2] = {load(CODE, BASE, 0x1000, 0x1000, 0)};

    (void)state;
    for (size_t i = 1; i <= IMAGE_NOTES; i++)
        segments[i] = (struct elf_segment){.kind = ELF_SEGMENT_NOTE, .offset = FILE_SIZE - 16 * i, .file_size = 16};
    segments[IMAGE_NOTES + 1] = (struct elf_segment){.kind = ELF_SEGMENT_NOTE, .offset = UINT64_MAX}; /* empty */
    assert_int_equal(lay_out(segments, IMAGE_NOTES + 2, BASE), STATUS_OK);
    assert_int_equal(image.note_count, IMAGE_NOTES);
    for (size_t i = 0; i < IMAGE_NOTES; i++) {
        assert_int_equal(image.notes[i].offset, FILE_SIZE - 16 * (i + 1));
        assert_int_equal(image.notes[i].size, 16);
    }
    segments[IMAGE_NOTES + 2] = segments[1];
    check_refused(lay_out(segments, IMAGE_NOTES + 3, BASE),
                  NAME ": has more than 8 PT_NOTE segments. Put its notes into one in the linker script.");
}

/* ---- read-only once relocated ---- */

static void test_relro(void **state)
{
    /* Code in page 0, data in pages 1 to 4; their border is in the middle of page 1 where `start` is. */
    static const struct {
        uint64_t data, start, size; /* from the base */
        uint64_t first, end;        /* the pages that are read-only then */
    } rows[] = {
        {0x1000, 0x1000, 0x2000, 1, 3}, /* as GNU ld makes it */
        {0x1000, 0x1000, 0x4000, 1, 5}, /* all of it */
        {0x1000, 0x3000, 0x2000, 3, 5}, /* at the end */
        {0x1000, 0x2000, 0x1000, 2, 3}, /* in the middle */
        {0x1234, 0x1234, 0x1dcc, 1, 3}, /* as ld.lld makes it: begins with its segment, filled up to the page's end */
        {0x1234, 0x1238, 0x1dc8, 2, 3}, /* behind other data */
        {0x1000, 0x1008, 0x1ff8, 2, 3}, /* the same */
        {0x1000, 0x1000, 0x1fff, 1, 2}, /* the last page has other data */
        {0x1000, 0x1000, 0xfff, 0, 0},  /* no whole page */
        {0x1000, 0x1008, 0x1ff7, 0, 0}, /* the same */
        {0x1000, 0x1ff8, 0x10, 0, 0},   /* the same, on a border */
        {0x1000, 0x1000, 0, 0, 0},      /* nothing */
        {0x1000, 0x777777777, 0, 0, 0}, /* nothing, anywhere */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct elf_segment segments[] = {
            load(CODE, BASE, 0x1000, 0x1000, 0),
            load(DATA, BASE + rows[i].data, 0x5000 - rows[i].data, 0, 0),
            {.kind = ELF_SEGMENT_RELRO, .address = BASE + rows[i].start, .memory_size = rows[i].size},
        };
        size_t run = 1;

        assert_int_equal(lay_out(segments, 3, BASE), STATUS_OK);
        check_run(0, 0, 0x1000, PERMIT_EXECUTE);
        if (rows[i].first > 1)
            check_run(run++, 0x1000, rows[i].first * 0x1000 - 0x1000, PERMIT_WRITE);
        if (rows[i].end > 0)
            check_run(run++, rows[i].first * 0x1000, (rows[i].end - rows[i].first) * 0x1000, PERMIT_READ);
        if (rows[i].end < 5)
            check_run(run++, rows[i].end > 0 ? rows[i].end * 0x1000 : 0x1000,
                      0x5000 - (rows[i].end > 0 ? rows[i].end * 0x1000 : 0x1000), PERMIT_WRITE);
        assert_int_equal(image.run_count, run);
    }
}

/* A page that other data shares, if only with its first byte, stays writable, though the range begins with its
 * segment. */
static void test_relro_on_a_shared_page(void **state)
{
    static const uint64_t sizes[] = {0x800, 1};

    (void)state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const struct elf_segment segments[] = {
            load(DATA, BASE + 0x1000, sizes[i], sizes[i], 0),
            load(DATA, BASE + 0x1800, 0x1800, 0, 0),
            load(CODE, BASE, 0x1000, 0x1000, 0),
            {.kind = ELF_SEGMENT_RELRO, .address = BASE + 0x1800, .memory_size = 0x1800},
        };

        assert_int_equal(lay_out(segments, 4, BASE), STATUS_OK);
        assert_int_equal(image.run_count, 3);
        check_run(1, 0x1000, 0x1000, PERMIT_WRITE);
        check_run(2, 0x2000, 0x1000, PERMIT_READ);
    }
}

static void test_segment_before(void **state)
{
    const struct elf_segment segments[] = {load(DATA, BASE + 0x3000, 0x10, 0, 0), load(CODE, BASE + 0x800, 8, 8, 0),
                                           load(CONSTANTS, BASE + 0x1000, 8, 8, 0)};

    (void)state;
    assert_int_equal(lay_out(segments, 3, BASE + 0x800), STATUS_OK);
    assert_null(image_segment_before(&image, 0));
    assert_null(image_segment_before(&image, 0x7ff));
    assert_ptr_equal(image_segment_before(&image, 0x800), &image.segments[0]);
    assert_ptr_equal(image_segment_before(&image, 0xfff), &image.segments[0]);
    assert_ptr_equal(image_segment_before(&image, 0x1000), &image.segments[1]);
    assert_ptr_equal(image_segment_before(&image, 0x2fff), &image.segments[1]);
    assert_ptr_equal(image_segment_before(&image, UINT64_MAX), &image.segments[2]);
}

static void test_table_too_short(void **state)
{
    const struct elf_segment segments[] = {load(CODE, BASE, 0x1000, 0, 0)};
    struct elf_header header = made_elf_header(BASE, 2);

    (void)state;
    check_refused(lay_out_header(&header, segments, 1),
                  NAME ": program header 1 lies outside the table. Copy it again.");
}

/* Whatever the room: enough, or STATUS_NEED_ROOM and nothing touched. */
static void test_room(void **state)
{
    const struct elf_segment segments[] = {
        load(CODE, BASE, 0x800, 0x800, 0),
        load(CONSTANTS, BASE + 0x800, 8, 8, 8),
        load(DATA, BASE + 0x1000, 0x3000, 8, 8),
        {.kind = ELF_SEGMENT_RELRO, .address = BASE + 0x2000, .memory_size = 0x1000}};
    struct bytes table = made_elf_table(segments, 4, ELF_PROGRAM_HEADER_SIZE);
    struct elf_header header = made_elf_header(BASE, 4);
    uint8_t untouched[sizeof(image)];
    enum status status = STATUS_NEED_ROOM;
    size_t size = 0;

    (void)state;
    memset(untouched, 0xaa, sizeof(untouched));
    for (; status == STATUS_NEED_ROOM; size++) {
        uint8_t *exact = malloc(size > 0 ? size : 1);
        struct arena arena = {exact, size, 0};

        assert_non_null(exact);
        memset(&image, 0xaa, sizeof(image));
        status = image_from_elf(NAME, FILE_SIZE, &header, table, &arena, &image, &error);
        if (status == STATUS_NEED_ROOM)
            assert_memory_equal(&image, untouched, sizeof(image));
        free(exact);
        assert_true(size < sizeof(room));
    }
    assert_int_equal(status, STATUS_OK);
    assert_true(size > 3 * sizeof(struct image_part));
    free((void *)table.data);
}

/* ---- many segments ---- */

/* `count` segments of two pages in any order; returns the time it took. */
static double lay_out_many(uint32_t count)
{
    struct chance chance = chance_case(count);
    struct elf_segment *segments = calloc(count, sizeof(*segments));
    size_t size = count * 320 + 1024;
    struct elf_header header = made_elf_header(BASE, count);
    struct arena arena = {malloc(size), size, 0};
    struct bytes table;
    double start;

    assert_non_null(segments);
    assert_non_null(arena.base);
    for (uint32_t i = 0; i < count; i++)
        segments[i] = load(i % 2 ? DATA : CODE, BASE + 0x2000 * i, 0x2000, 1, i);
    for (uint32_t i = count; i-- > 1;) {
        struct elf_segment *other = &segments[chance_below(&chance, i + 1)], segment = *other;

        *other = segments[i];
        segments[i] = segment;
    }
    table = made_elf_table(segments, count, ELF_PROGRAM_HEADER_SIZE);
    start = cpu_seconds();
    assert_int_equal(image_from_elf(NAME, FILE_SIZE, &header, table, &arena, &image, &error), STATUS_OK);
    start = cpu_seconds() - start;
    assert_int_equal(image.run_count, count);
    assert_int_equal(image.part_count, count);
    assert_int_equal(image.size, 0x2000 * (uint64_t)count);
    for (uint32_t i = 0; i < count; i++) {
        check_run(i, 0x2000 * i, 0x2000, i % 2 ? PERMIT_WRITE : PERMIT_EXECUTE);
        check_part(i, 0x2000 * i, i, 1);
    }
    free((void *)table.data);
    free(arena.base);
    free(segments);
    return start;
}

/* As many segments in one file or in a hundred: about twice the work by n log n, a hundred times by n². */
static void test_many_segments(void **state)
{
    double best = 1e9;

    (void)state;
    for (unsigned tries = 0; tries < 3 && best > 20; tries++) {
        double small = 0, large;

        for (unsigned i = 0; i < 100; i++)
            small += lay_out_many(100);
        large = lay_out_many(10000);
        best = large / small < best ? large / small : best;
    }
    if (best > 20)
        fail_msg("10,000 segments take %.0f times as long as 100 times 100", best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_high, setup),
        cmocka_unit_test_setup(test_low, setup),
        cmocka_unit_test_setup(test_highest_page, setup),
        cmocka_unit_test_setup(test_halves, setup),
        cmocka_unit_test_setup(test_middle_of_page, setup),
        cmocka_unit_test_setup(test_shared_pages, setup),
        cmocka_unit_test_setup(test_shared_page_gets_stronger, setup),
        cmocka_unit_test_setup(test_shared_pages_are_counted, setup),
        cmocka_unit_test_setup(test_one_page_for_many, setup),
        cmocka_unit_test_setup(test_alignment, setup),
        cmocka_unit_test_setup(test_refusals, setup),
        cmocka_unit_test_setup(test_entry_behind_the_code, setup),
        cmocka_unit_test_setup(test_overlap_at_the_very_end, setup),
        cmocka_unit_test_setup(test_kinds_of_file, setup),
        cmocka_unit_test_setup(test_pie, setup),
        cmocka_unit_test_setup(test_pie_refusals, setup),
        cmocka_unit_test_setup(test_notes, setup),
        cmocka_unit_test_setup(test_relro, setup),
        cmocka_unit_test_setup(test_relro_on_a_shared_page, setup),
        cmocka_unit_test_setup(test_segment_before, setup),
        cmocka_unit_test_setup(test_table_too_short, setup),
        cmocka_unit_test_setup(test_room, setup),
        cmocka_unit_test_setup(test_many_segments, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
