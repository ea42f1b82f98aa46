/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <baton/baton.h>

#include "acpi.h"
#include "chance.h"
#include "log.h"
#include "made_tables.h"
#include "put.h"

/* No two in one page, but where it says so; in reserved memory or not is none of the parser's business. */
#define RSDP   0x7f001014ULL /* no alignment */
#define RSDP_1 0x000e0010ULL
#define XSDT   0x140000fe1ULL /* above 4 GiB, odd, on two pages */
#define RSDT   0x7f100000ULL
#define FADT   0x7f103ff7ULL /* on two pages */
#define FACS   0x7f200040ULL
#define DSDT   0x180000123ULL
#define MADT   0x7f300800ULL
#define HPET   0x7f300a00ULL /* MADT's page */
#define SSDT   0x7f400000ULL
#define FACS_1 0x7f500000ULL
#define DSDT_1 0x7f600000ULL

#define DSDT_SIZE 0x3456

enum { FADT_SIZE = 276, MADT_SIZE = 44 + 8 + 12 + 10 + 12 };

/* Where made_machine() puts what. */
enum block {
    BLOCK_RSDP,
    BLOCK_XSDT,
    BLOCK_RSDT,
    BLOCK_FADT,
    BLOCK_FACS,
    BLOCK_DSDT,
    BLOCK_MADT,
    BLOCK_HPET,
    BLOCK_SSDT,
    BLOCK_RSDP_1,
    BLOCK_FACS_1,
    BLOCK_DSDT_1,
    BLOCKS,
};

struct machine {
    struct made_memory memory;
    struct firmware_pointers pointers;
    struct firmware_tables tables;
};

static uint8_t *block(struct machine *machine, enum block which)
{
    return machine->memory.blocks[which].bytes;
}

static void seal(struct machine *machine, enum block which)
{
    struct made_block *made = &machine->memory.blocks[which];

    if (which == BLOCK_RSDP)
        made_rsdp_seal(made->bytes);
    else if (which == BLOCK_RSDP_1)
        made_seal(made->bytes, made->size, 8);
    else
        made_seal(made->bytes, made->size, 9);
}

static void make_madt(struct made_memory *memory)
{
    uint8_t *at = made_table(memory, MADT, "APIC", MADT_SIZE);

    put_number(at + 36, 4, 0xfee00000);
    memcpy(at + 44, "\x00\x08\x00\x00\x01\x00\x00\x00", 8);                  /* a processor */
    memcpy(at + 52, "\x01\x0c\x00\x00\x00\x00\xc0\xfe\x00\x00\x00\x00", 12); /* I/O APIC at 0xfec00000 */
    memcpy(at + 64, "\x02\x0a\x00\x00\x02\x00\x00\x00\x00\x00", 10);         /* an interrupt elsewhere */
    memcpy(at + 74, "\x01\x0c\x01\x00\x00\x10\xc0\xfe\x18\x00\x00\x00", 12); /* I/O APIC at 0xfec01000 */
    made_seal(at, MADT_SIZE, 9);
}

/* A sound machine. XSDT and RSDT list the same tables, and one each that the other does not. */
static void make_machine(struct machine *machine)
{
    static const uint64_t xsdt[] = {FADT, MADT, 0, HPET, SSDT};
    static const uint64_t rsdt[] = {FADT, MADT, 0, HPET};
    struct made_memory *memory = &machine->memory;
    uint8_t *at;

    *machine = (struct machine){.pointers = {.acpi20 = RSDP, .acpi10 = RSDP_1}};
    made_rsdp(memory, RSDP, 2, RSDT, XSDT);
    made_root(memory, XSDT, 8, xsdt, sizeof(xsdt) / sizeof(xsdt[0]));
    made_root(memory, RSDT, 4, rsdt, sizeof(rsdt) / sizeof(rsdt[0]));
    at = made_table(memory, FADT, "FACP", FADT_SIZE);
    put_number(at + 36, 4, FACS_1);
    put_number(at + 40, 4, DSDT_1);
    put_number(at + 132, 8, FACS);
    put_number(at + 140, 8, DSDT);
    made_seal(at, FADT_SIZE, 9);
    at = made_memory_add(memory, FACS, 64);
    memcpy(at, "FACS\x40", 5); /* has no checksum */
    made_table(memory, DSDT, "DSDT", DSDT_SIZE);
    make_madt(memory);
    at = made_table(memory, HPET, "HPET", 56);
    put_number(at + 44, 8, 0xfed00000);
    made_seal(at, 56, 9);
    made_table(memory, SSDT, "SSDT", 0x1001);
    made_rsdp(memory, RSDP_1, 0, RSDT, 0);
    at = made_memory_add(memory, FACS_1, 64);
    memcpy(at, "FACS\x40", 5);
    made_table(memory, DSDT_1, "DSDT", 36);
    assert_int_equal(memory->count, BLOCKS);
    log_reset();
}

static void find(struct machine *machine)
{
    struct physical_memory view = made_memory_view(&machine->memory);
    struct table_ranges ranges = {.range = machine->tables.ranges, .capacity = FIRMWARE_TABLE_RANGES};

    acpi_find(&machine->pointers, &view, &machine->tables, &ranges);
    machine->tables.range_count = ranges.count;
    made_check_ranges(machine->tables.ranges, ranges.count);
}

/* Whether the pages of the block were found. */
static bool is_found(const struct machine *machine, enum block which)
{
    const struct made_block *made = &machine->memory.blocks[which];

    return made_is_in(machine->tables.ranges, machine->tables.range_count, made->address, made->size);
}

static void test_sound(void **state)
{
    static const struct table_range expected[] = {
        {0x7f001000, 0x1000}, {0x7f100000, 0x1000}, {0x7f103000, 0x2000},  {0x7f200000, 0x1000},
        {0x7f300000, 0x1000}, {0x7f400000, 0x2000}, {0x140000000, 0x2000}, {0x180000000, 0x4000},
    };
    struct machine machine;

    (void)state;
    make_machine(&machine);
    find(&machine);
    made_check_log(NULL);
    assert_true(machine.tables.has_rsdp);
    assert_int_equal(machine.tables.rsdp_address, RSDP);
    assert_int_equal(machine.tables.rsdp_size, 36);
    assert_memory_equal(machine.tables.rsdp, block(&machine, BLOCK_RSDP), 36);
    assert_int_equal(machine.tables.io_apic_count, 2);
    assert_int_equal(machine.tables.io_apic[0], 0xfec00000);
    assert_int_equal(machine.tables.io_apic[1], 0xfec01000);
    assert_int_equal(machine.tables.hpet, 0xfed00000);
    assert_int_equal(machine.tables.range_count, sizeof(expected) / sizeof(expected[0]));
    assert_memory_equal(machine.tables.ranges, expected, sizeof(expected));
    /* RSDP three times; XSDT, RSDT, four tables, FACS and DSDT two times each, though FADT, MADT and HPET are listed
     * in two places. */
    assert_int_equal(machine.memory.reads, 3 + 8 * 2);
    made_memory_end(&machine.memory);
}

static void test_nothing(void **state)
{
    struct machine machine;

    (void)state;
    make_machine(&machine);
    machine.pointers = (struct firmware_pointers){0};
    find(&machine);
    made_check_log(NULL);
    assert_false(machine.tables.has_rsdp);
    assert_int_equal(machine.tables.range_count, 0);
    assert_int_equal(machine.memory.reads, 0);
    made_memory_end(&machine.memory);
}

/* ACPI 1.0: 20 bytes, the first checksum only, no XSDT whatever stands behind. */
static void test_first_revision(void **state)
{
    struct machine machine;

    (void)state;
    make_machine(&machine);
    machine.pointers.acpi20 = 0;
    find(&machine);
    made_check_log(NULL);
    assert_true(machine.tables.has_rsdp);
    assert_int_equal(machine.tables.rsdp_address, RSDP_1);
    assert_int_equal(machine.tables.rsdp_size, 20);
    assert_memory_equal(machine.tables.rsdp, block(&machine, BLOCK_RSDP_1), 20);
    assert_true(is_found(&machine, BLOCK_RSDP_1));
    assert_false(is_found(&machine, BLOCK_RSDP));
    assert_false(is_found(&machine, BLOCK_XSDT));
    assert_false(is_found(&machine, BLOCK_SSDT));
    assert_true(is_found(&machine, BLOCK_HPET));
    made_memory_end(&machine.memory);
}

/* So does revision 1, which never was. */
static void test_revision_1(void **state)
{
    struct machine machine;

    (void)state;
    make_machine(&machine);
    machine.pointers.acpi20 = 0;
    block(&machine, BLOCK_RSDP_1)[15] = 1;
    seal(&machine, BLOCK_RSDP_1);
    find(&machine);
    made_check_log(NULL);
    assert_int_equal(machine.tables.rsdp_size, 20);
    made_memory_end(&machine.memory);
}

/* A table of 16 MiB is read, a larger one is not. */
static void test_largest(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        static const uint64_t entries[] = {SSDT};
        struct machine machine = {.pointers = {.acpi10 = RSDP_1}};

        log_reset();
        made_rsdp(&machine.memory, RSDP_1, 0, RSDT, 0);
        made_root(&machine.memory, RSDT, 4, entries, 1);
        made_table(&machine.memory, SSDT, "SSDT", (16 << 20) + more);
        find(&machine);
        made_check_log(more ? "cannot be read: 1, the first at 0x7f400000" : NULL);
        assert_int_equal(made_is_in(machine.tables.ranges, machine.tables.range_count, SSDT, 16 << 20), !more);
        made_memory_end(&machine.memory);
    }
}

/* One fault each. */
static void test_faults(void **state)
{
    enum { FALLBACK = 1 << BLOCK_RSDP | 1 << BLOCK_XSDT | 1 << BLOCK_SSDT };
    enum { NO_XSDT = 1 << BLOCK_XSDT | 1 << BLOCK_SSDT };
    enum { NO_FADT = 1 << BLOCK_FACS | 1 << BLOCK_DSDT };
    static const struct {
        enum block where;
        size_t offset, width;
        uint64_t value;
        bool sealed; /* with a right checksum */
        const char *words;
        unsigned lost; /* a bit for each block that is not found */
    } rows[] = {
        {BLOCK_RSDP, 0, 1, 'r', true, "RSDP at 0x7f001014: there is none to read", FALLBACK},
        {BLOCK_RSDP, 7, 1, '_', true, "RSDP at 0x7f001014: there is none to read", FALLBACK},
        {BLOCK_RSDP, 9, 1, 0, false, "RSDP at 0x7f001014: wrong checksum", FALLBACK},
        {BLOCK_RSDP, 33, 1, 1, false, "wrong extended checksum", FALLBACK},
        {BLOCK_RSDP, 20, 4, 35, true, "RSDP at 0x7f001014: wrong length", FALLBACK},
        {BLOCK_RSDP, 20, 4, 0, true, "wrong length", FALLBACK},
        {BLOCK_RSDP, 20, 4, 37, true, "wrong length", FALLBACK}, /* more than there is */
        {BLOCK_RSDP, 20, 4, 0xffffffff, true, "wrong length", FALLBACK},
        {BLOCK_RSDP, 24, 8, 0, true, NULL, NO_XSDT},
        {BLOCK_RSDP, 16, 4, 0, true, NULL, 1 << BLOCK_RSDT},
        {BLOCK_RSDP, 24, 8, 0x123456789000, true, "XSDT at 0x123456789000: there is none", NO_XSDT},
        {BLOCK_RSDP, 24, 8, SSDT, true, "XSDT at 0x7f400000: there is none", NO_XSDT},
        {BLOCK_RSDP, 24, 8, UINT64_MAX, true, "XSDT at 0xffffffffffffffff", NO_XSDT},
        {BLOCK_XSDT, 20, 1, 0, false, "XSDT at 0x140000fe1: wrong checksum", 1 << BLOCK_SSDT},
        {BLOCK_XSDT, 4, 4, 35, true, "XSDT at 0x140000fe1: there is none", NO_XSDT},
        {BLOCK_XSDT, 4, 4, 36 + 7, true, "XSDT at 0x140000fe1: wrong checksum", 1 << BLOCK_SSDT},
        {BLOCK_XSDT, 4, 4, 0xffffffff, true, "XSDT at 0x140000fe1: there is none", NO_XSDT},
        {BLOCK_XSDT, 36, 8, 0x7ffffffffffff000, true, "cannot be read: 1, the first at 0x7ffffffffffff000",
         0}, /* the RSDT has it still */
        {BLOCK_XSDT, 36 + 4 * 8, 8, 0xffffffffffffffff, true, "cannot be read: 1, ", 1 << BLOCK_SSDT},
        {BLOCK_RSDT, 20, 1, 0, false, "RSDT at 0x7f100000: wrong checksum", 0},
        {BLOCK_FADT, 30, 1, 7, false, "wrong checksum: 1, the first at 0x7f103ff7", 0},
        {BLOCK_FADT, 0, 1, 'G', true, NULL, NO_FADT},
        {BLOCK_FADT, 4, 4, 3, true, "cannot be read: 1, the first at 0x7f103ff7", 1 << BLOCK_FADT | NO_FADT},
        {BLOCK_FADT, 132, 8, 0, true, NULL, 1 << BLOCK_FACS},
        {BLOCK_FADT, 140, 8, 0, true, NULL, 1 << BLOCK_DSDT},
        {BLOCK_FADT, 132, 8, SSDT, true, "cannot be read: 1, the first at 0x7f400000", 1 << BLOCK_FACS},
        {BLOCK_FADT, 140, 8, 1, true, "cannot be read: 1, the first at 0x1\n", 1 << BLOCK_DSDT},
        {BLOCK_FACS, 4, 4, 63, false, "cannot be read: 1, the first at 0x7f200040", 1 << BLOCK_FACS},
        {BLOCK_FACS, 4, 4, 65, false, "cannot be read: 1, the first at 0x7f200040", 1 << BLOCK_FACS},
        {BLOCK_FACS, 8, 4, 0x12345678, false, NULL, 0}, /* no checksum */
        {BLOCK_FACS, 3, 1, 'X', false, "cannot be read: 1, the first at 0x7f200040", 1 << BLOCK_FACS},
        {BLOCK_DSDT, 100, 1, 1, false, "wrong checksum: 1, the first at 0x180000123", 0},
        {BLOCK_DSDT, 4, 4, DSDT_SIZE + 1, true, "cannot be read: 1, the first at 0x180000123", 1 << BLOCK_DSDT},
        {BLOCK_SSDT, 4, 4, (16 << 20) + 1, true, "cannot be read: 1, the first at 0x7f400000", 1 << BLOCK_SSDT},
        {BLOCK_SSDT, 0x1000, 1, 1, false, "wrong checksum: 1, the first at 0x7f400000", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine machine;

        make_machine(&machine);
        put_number(block(&machine, rows[i].where) + rows[i].offset, rows[i].width, rows[i].value);
        if (rows[i].sealed)
            seal(&machine, rows[i].where);
        find(&machine);
        made_check_log(rows[i].words);
        assert_true(machine.tables.has_rsdp);
        assert_int_equal(machine.tables.rsdp_address, rows[i].lost == FALLBACK ? RSDP_1 : RSDP);
        for (enum block which = BLOCK_RSDP; which <= BLOCK_SSDT; which++) {
            if (is_found(&machine, which) == (rows[i].lost >> which & 1))
                fail_msg("row %zu: block %d is%s found", i, which, is_found(&machine, which) ? "" : " not");
        }
        made_memory_end(&machine.memory);
    }
}

/* Both pointers are broken, or lead to one broken RSDP, of which one line is enough. */
static void test_no_fallback(void **state)
{
    struct machine machine;

    (void)state;
    make_machine(&machine);
    block(&machine, BLOCK_RSDP)[8]++;
    block(&machine, BLOCK_RSDP_1)[8]++;
    find(&machine);
    made_check_log("RSDP at 0xe0010: wrong checksum");
    assert_false(machine.tables.has_rsdp);
    assert_int_equal(machine.tables.range_count, 0);
    machine.memory.reads = 0;
    machine.pointers.acpi10 = RSDP;
    find(&machine);
    made_check_log("RSDP at 0x7f001014: wrong checksum");
    assert_int_equal(machine.memory.reads, 1);
    made_memory_end(&machine.memory);

    /* an RSDP that leads nowhere is none */
    make_machine(&machine);
    block(&machine, BLOCK_XSDT)[9]++;
    block(&machine, BLOCK_RSDT)[9]++;
    find(&machine);
    made_check_log("RSDP at 0xe0010: leads to no tables");
    assert_false(machine.tables.has_rsdp);
    assert_int_equal(machine.tables.io_apic_count, 0);
    made_memory_end(&machine.memory);
}

/* The address of a device is not taken from a table that is not sound: Baton would write to it. */
static void test_devices(void **state)
{
    struct machine machine;

    (void)state;
    make_machine(&machine);
    block(&machine, BLOCK_MADT)[9]++;
    block(&machine, BLOCK_HPET)[9]++;
    find(&machine);
    made_check_log("wrong checksum: 2, the first at 0x7f300800");
    assert_int_equal(machine.tables.io_apic_count, 0);
    assert_int_equal(machine.tables.hpet, 0);
    assert_true(is_found(&machine, BLOCK_MADT));
    assert_true(is_found(&machine, BLOCK_HPET));
    made_memory_end(&machine.memory);

    make_machine(&machine);
    block(&machine, BLOCK_HPET)[40] = 1; /* I/O ports */
    seal(&machine, BLOCK_HPET);
    put_number(block(&machine, BLOCK_MADT) + 78, 4, 0xfec00000); /* twice the same */
    put_number(block(&machine, BLOCK_MADT) + 56, 4, 0);
    seal(&machine, BLOCK_MADT);
    find(&machine);
    made_check_log(NULL);
    assert_int_equal(machine.tables.io_apic_count, 1);
    assert_int_equal(machine.tables.io_apic[0], 0xfec00000);
    assert_int_equal(machine.tables.hpet, 0);
    made_memory_end(&machine.memory);
}

/* A structure whose length is too small, or goes beyond the table, ends the list. */
static void test_madt_structures(void **state)
{
    (void)state;
    for (unsigned length = 0; length < 256; length++) {
        struct machine machine;
        size_t expected = length == 10 ? 2 : 1; /* the right one; a longer one skips the next */

        make_machine(&machine);
        block(&machine, BLOCK_MADT)[65] = (uint8_t)length;
        seal(&machine, BLOCK_MADT);
        find(&machine);
        assert_int_equal(machine.tables.io_apic_count, expected);
        made_memory_end(&machine.memory);

        make_machine(&machine);
        block(&machine, BLOCK_MADT)[75] = (uint8_t)length;
        seal(&machine, BLOCK_MADT);
        find(&machine);
        assert_int_equal(machine.tables.io_apic_count, length == 12 ? 2 : 1);
        made_memory_end(&machine.memory);
    }
}

static void test_many_io_apics(void **state)
{
    enum { COUNT = FIRMWARE_IO_APICS + 3, SIZE = 44 + 12 * COUNT };
    static const uint64_t entries[] = {MADT};
    struct machine machine = {.pointers = {.acpi20 = RSDP}};
    uint8_t *at;

    (void)state;
    log_reset();
    made_rsdp(&machine.memory, RSDP, 2, 0, XSDT);
    made_root(&machine.memory, XSDT, 8, entries, 1);
    at = made_table(&machine.memory, MADT, "APIC", SIZE);
    for (size_t i = 0; i < COUNT; i++) {
        at[44 + 12 * i] = 1;
        at[45 + 12 * i] = 12;
        put_number(at + 48 + 12 * i, 4, 0xfec00000 + 0x1000 * i);
    }
    made_seal(at, SIZE, 9);
    find(&machine);
    made_check_log("I/O APIC at 0xfec40000: one too many");
    assert_int_equal(machine.tables.io_apic_count, FIRMWARE_IO_APICS);
    for (size_t i = 0; i < FIRMWARE_IO_APICS; i++)
        assert_int_equal(machine.tables.io_apic[i], 0xfec00000 + 0x1000 * i);
    made_memory_end(&machine.memory);
}

/* Tables have grown: what a short FADT does not have is not looked for behind it. */
static void test_fadt_lengths(void **state)
{
    (void)state;
    for (size_t length = 36; length <= 160; length++) {
        struct machine machine;
        struct made_block *fadt = &machine.memory.blocks[BLOCK_FADT];

        make_machine(&machine);
        put_number(fadt->bytes + 4, 4, length);
        made_seal(fadt->bytes, length, 9);
        find(&machine);
        made_check_log(NULL);
        assert_int_equal(is_found(&machine, BLOCK_FACS), length >= 140);
        assert_int_equal(is_found(&machine, BLOCK_FACS_1), length >= 40 && length < 140);
        assert_int_equal(is_found(&machine, BLOCK_DSDT), length >= 148);
        assert_int_equal(is_found(&machine, BLOCK_DSDT_1), length >= 44 && length < 148);
        made_memory_end(&machine.memory);
    }
}

/* A later revision's RSDP: the copy is of 36 bytes, and sound. */
static void test_long_rsdp(void **state)
{
    for (size_t size = 37; size <= 4097; size += size < 600 ? 1 : 3497) {
        struct machine machine;
        struct made_block *rsdp = &machine.memory.blocks[BLOCK_RSDP];
        uint8_t *longer = calloc(size, 1);

        (void)state;
        make_machine(&machine);
        assert_non_null(longer);
        memcpy(longer, rsdp->bytes, 36);
        put_number(longer + 20, 4, size);
        memset(longer + 36, 0x5c, size - 36);
        made_seal(longer, 20, 8);
        made_seal(longer, size, 32);
        free(rsdp->bytes);
        *rsdp = (struct made_block){RSDP, size, longer};
        find(&machine);
        if (size > 4096) {
            made_check_log("RSDP at 0x7f001014: wrong length");
            assert_int_equal(machine.tables.rsdp_address, RSDP_1);
        } else {
            made_check_log(NULL);
            assert_int_equal(machine.tables.rsdp_size, 36);
            assert_int_equal(machine.tables.rsdp[20] | machine.tables.rsdp[21] << 8, 36);
            assert_int_equal(bytes_sum((struct bytes){machine.tables.rsdp, 20}), 0);
            assert_int_equal(bytes_sum((struct bytes){machine.tables.rsdp, 36}), 0);
            assert_memory_equal(machine.tables.rsdp + 24, rsdp->bytes + 24, 8);
            assert_true(is_found(&machine, BLOCK_RSDP));
        }
        made_memory_end(&machine.memory);
    }
}

/* Memory that ends in the middle of each table, at each of its bytes: it is left out, and nothing else is. */
static void test_truncations(void **state)
{
    (void)state;
    for (enum block which = BLOCK_RSDP; which <= BLOCK_SSDT; which++) {
        size_t whole = 0;

        for (size_t size = 0; whole == 0 || size < whole; size += size < 600 ? 1 : 509) {
            struct machine machine;

            make_machine(&machine);
            whole = machine.memory.blocks[which].size;
            machine.memory.blocks[which].size = size;
            find(&machine);
            made_check_log("read");
            machine.memory.blocks[which].size = whole;
            assert_true(machine.tables.has_rsdp);
            assert_int_equal(machine.tables.rsdp_address == RSDP, which != BLOCK_RSDP);
            assert_false(is_found(&machine, which) && which != BLOCK_HPET && which != BLOCK_MADT);
            assert_int_equal(machine.tables.hpet != 0, which != BLOCK_HPET);
            assert_int_equal(machine.tables.io_apic_count, which == BLOCK_MADT ? 0 : 2);
            assert_int_equal(is_found(&machine, BLOCK_DSDT), which != BLOCK_DSDT && which != BLOCK_FADT);
            made_memory_end(&machine.memory);
        }
    }
}

/* A thousand tables cost two reads each; of more than 4,096 the rest is left out. */
static void test_cost(void **state)
{
    static const size_t counts[] = {10, 1000, 4096, 4097, 10000};

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct machine machine = {.pointers = {.acpi20 = RSDP}};
        uint64_t *entries = calloc(counts[i], sizeof(*entries));
        size_t read = counts[i] < 4096 ? counts[i] : 4096;
        uint8_t *at;

        assert_non_null(entries);
        log_reset();
        for (size_t j = 0; j < counts[i]; j++)
            entries[j] = SSDT + 0x2040 * (counts[i] - j); /* downwards, a gap between any two */
        made_rsdp(&machine.memory, RSDP, 2, 0, XSDT);
        made_root(&machine.memory, XSDT, 8, entries, counts[i]);
        at = made_memory_add(&machine.memory, SSDT, 0x2040 * (counts[i] + 1));
        for (size_t j = 0; j < counts[i]; j++) {
            uint8_t *table = at + (entries[j] - SSDT);

            memcpy(table, "SSDT\x24", 5);
            made_seal(table, 36, 9);
        }
        find(&machine);
        made_check_log(counts[i] > 4096 ? "only 4096 are read" : NULL);
        assert_int_equal(machine.memory.reads, 3 + 2 + 2 * read);
        if (counts[i] == 10) {
            assert_int_equal(machine.tables.range_count, 12);
        } else {
            assert_int_equal(machine.tables.range_count, FIRMWARE_TABLE_RANGES);
            for (size_t j = 0; j < FIRMWARE_TABLE_RANGES - 2; j++)
                assert_true(made_is_in(machine.tables.ranges, FIRMWARE_TABLE_RANGES, entries[j], 36));
        }
        assert_true(is_found(&machine, 0));
        assert_true(is_found(&machine, 1));
        free(entries);
        made_memory_end(&machine.memory);
    }
}

/* A FADT that is its own DSDT, and lists that list themselves, end. */
static void test_circles(void **state)
{
    static const uint64_t entries[] = {XSDT, RSDT, FADT, RSDP};
    struct machine machine = {.pointers = {.acpi20 = RSDP}};
    uint8_t *at;

    (void)state;
    log_reset();
    made_rsdp(&machine.memory, RSDP, 2, RSDT, XSDT);
    made_root(&machine.memory, XSDT, 8, entries, 4);
    made_root(&machine.memory, RSDT, 4, entries, 4);
    at = made_table(&machine.memory, FADT, "FACP", FADT_SIZE);
    put_number(at + 132, 8, XSDT);
    put_number(at + 140, 8, FADT);
    made_seal(at, FADT_SIZE, 9);
    find(&machine);
    made_check_log("cannot be read");
    assert_true(machine.tables.has_rsdp);
    made_memory_end(&machine.memory);
}

/* Any bytes changed, with right and wrong checksums: the sanitizers see to the rest. */
static void test_corruption(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        struct machine machine;

        make_machine(&machine);
        for (uint64_t changes = chance_between(&chance, 1, 6); changes > 0; changes--) {
            enum block which = (enum block)chance_below(&chance, BLOCKS);
            struct made_block *made = &machine.memory.blocks[which];
            uint64_t offset = chance_below(&chance, made->size < 160 ? made->size : 160);

            put_number(made->bytes + offset, chance_one_in(&chance, 3) && offset + 8 <= made->size ? 8 : 1,
                       chance_size(&chance, UINT64_MAX));
            if (!chance_one_in(&chance, 4) && made->size > 9)
                seal(&machine, which);
        }
        if (chance_one_in(&chance, 3)) {
            struct made_block *cut = &machine.memory.blocks[chance_below(&chance, BLOCKS)];

            cut->size = (size_t)chance_below(&chance, cut->size);
        }
        find(&machine);
        if (machine.tables.has_rsdp && (bytes_sum((struct bytes){machine.tables.rsdp, machine.tables.rsdp_size}) != 0 ||
                                        machine.tables.range_count == 0))
            CHANCE_FAIL(&chance, "an RSDP that is not sound");
        made_memory_end(&machine.memory);
    }
    log_reset();
}

/* The console's port: of a sound table, with registers in memory, and of a kind that is known. */
static void test_serial(void **state)
{
    static const struct {
        uint8_t subtype, space, bits;
        bool sound;
        struct serial_port expected;
    } rows[] = {
        {0x00, 0, 8, true, {BATON_SERIAL_16550, 1, 0x9000000}},
        {0x01, 0, 32, true, {BATON_SERIAL_16550, 4, 0x9000000}},
        {0x12, 0, 16, true, {BATON_SERIAL_16550, 2, 0x9000000}},
        {0x03, 0, 8, true, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {0x0d, 0, 32, true, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {0x0e, 0, 32, true, {BATON_SERIAL_PL011, 4, 0x9000000}},
        {0x03, 1, 8, true, {0}}, /* I/O ports */
        {0x05, 0, 8, true, {0}}, /* another kind */
        {0x03, 0, 8, false, {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine machine;
        uint8_t *spcr;

        make_machine(&machine);
        spcr = block(&machine, BLOCK_SSDT);
        memcpy(spcr, "SPCR", 4);
        spcr[36] = rows[i].subtype;
        spcr[40] = rows[i].space;
        spcr[41] = rows[i].bits;
        put_number(spcr + 44, 8, 0x9000000);
        seal(&machine, BLOCK_SSDT);
        spcr[9] += !rows[i].sound;
        find(&machine);
        assert_int_equal(machine.tables.serial.kind, rows[i].expected.kind);
        assert_int_equal(machine.tables.serial.stride, rows[i].expected.stride);
        assert_int_equal(machine.tables.serial.physical, rows[i].expected.physical);
        log_reset();
        made_memory_end(&machine.memory);
    }
}

/* Nodes of RHCT one behind the other, as bytes. */
#define ISA(length, text_length, text) "\0\0" length "\0\1\0" text_length "\0" text "\0"
#define OTHER                          "\1\0\x0a\0\1\0\0\6\6\6"
#define WITH                           ISA("\x18", "\x10", "rv64imac_svpbmt")
#define WITHOUT                        ISA("\x11", "\x09", "rv64imac")

static void test_harts(void **state)
{
    static const struct {
        const char *nodes;
        size_t size;
        uint32_t first; /* node's offset; 0: where it is */
        bool sound, has;
    } rows[] = {
#define NODES(text) text, sizeof(text) - 1
        {NODES(WITH), 0, true, true},
        {NODES(OTHER WITH OTHER), 0, true, true},
        {NODES(WITH WITH), 0, true, true},
        {NODES(WITH WITHOUT), 0, true, false},
        {NODES(WITHOUT WITH), 0, true, false},
        {NODES(WITH), 0, false, false},
        {NODES(""), 0, true, false},
        {NODES(OTHER), 0, true, false},
        {NODES(ISA("\x13", "\x0b", "rv64svpbmt")), 0, true, false},
        {NODES(ISA("\x18", "\x0f", "rv64imac_svpbmt")), 0, true, false}, /* its last byte is not a NUL's */
        {NODES(ISA("\x18", "\x11", "rv64imac_svpbmt")), 0, true, false}, /* longer than the node */
        {NODES(ISA("\x18", "\x00", "rv64imac_svpbmt")), 0, true, false},
        {NODES(WITH ISA("\x80", "\x09", "rv64imac")), 0, true, false}, /* longer than the table */
        {NODES(WITH "\0\0\5\0\0"), 0, true, false},                    /* shorter than a node's head */
        {NODES(WITH "\0\0\0\0\0\0"), 0, true, false},
        {NODES(WITH "\0"), 0, true, false},
        {NODES(OTHER WITH), 66, true, true},
        {NODES(WITH), 200, true, false},
        {NODES(WITH), 52, true, false},
        {NODES(WITH), 1, true, false},
        {NODES(WITH), 0xffffffff, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct machine machine;
        uint8_t *rhct;

        make_machine(&machine);
        rhct = block(&machine, BLOCK_SSDT);
        memset(rhct + 36, 0, 0x1001 - 36);
        memcpy(rhct, "RHCT", 4);
        put_number(rhct + 4, 4, 56 + rows[i].size);
        put_number(rhct + 52, 4, rows[i].first != 0 ? rows[i].first : 56);
        memcpy(rhct + 56, rows[i].nodes, rows[i].size);
        rhct[9] = (uint8_t)(rhct[9] - bytes_sum((struct bytes){rhct, 56 + rows[i].size}) + !rows[i].sound);
        find(&machine);
        if (machine.tables.has_svpbmt != rows[i].has)
            fail_msg("row %zu", i);
        log_reset();
        made_memory_end(&machine.memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),           cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_first_revision),  cmocka_unit_test(test_faults),
        cmocka_unit_test(test_no_fallback),     cmocka_unit_test(test_devices),
        cmocka_unit_test(test_madt_structures), cmocka_unit_test(test_many_io_apics),
        cmocka_unit_test(test_fadt_lengths),    cmocka_unit_test(test_long_rsdp),
        cmocka_unit_test(test_truncations),     cmocka_unit_test(test_cost),
        cmocka_unit_test(test_circles),         cmocka_unit_test(test_corruption),
        cmocka_unit_test(test_revision_1),      cmocka_unit_test(test_largest),
        cmocka_unit_test(test_serial),          cmocka_unit_test(test_harts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
