/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "chance.h"
#include "log.h"
#include "made_tables.h"
#include "put.h"
#include "smbios.h"

#define ENTRY_3 0x13ffff7f5ULL /* on two pages, above 4 GiB */
#define TABLE_3 0x140800010ULL
#define ENTRY_2 0xf0010ULL
#define TABLE_2 0x7e000ff0ULL

enum { SIZE_3 = 0x1800, SIZE_2 = 0x20 };
enum block { BLOCK_ENTRY_3, BLOCK_TABLE_3, BLOCK_ENTRY_2, BLOCK_TABLE_2, BLOCKS };

struct machine {
    struct made_memory memory;
    struct firmware_pointers pointers;
    struct firmware_tables tables;
};

static void make_machine(struct machine *machine)
{
    *machine = (struct machine){.pointers = {.smbios3 = ENTRY_3, .smbios2 = ENTRY_2}};
    made_smbios3(&machine->memory, ENTRY_3, TABLE_3, SIZE_3);
    made_memory_add(&machine->memory, TABLE_3, SIZE_3);
    made_smbios2(&machine->memory, ENTRY_2, TABLE_2, SIZE_2);
    made_memory_add(&machine->memory, TABLE_2, SIZE_2);
    assert_int_equal(machine->memory.count, BLOCKS);
    log_reset();
}

static void find(struct machine *machine)
{
    struct physical_memory view = made_memory_view(&machine->memory);
    struct table_ranges ranges = {.range = machine->tables.ranges, .capacity = FIRMWARE_TABLE_RANGES};

    smbios_find(&machine->pointers, &view, &machine->tables, &ranges);
    machine->tables.range_count = ranges.count;
    made_check_ranges(machine->tables.ranges, ranges.count);
}

static bool is_found(const struct machine *machine, enum block which)
{
    const struct made_block *made = &machine->memory.blocks[which];

    return made_is_in(machine->tables.ranges, machine->tables.range_count, made->address, made->size);
}

static void test_sound(void **state)
{
    static const struct table_range expected[] = {
        {0xf0000, 0x1000},
        {0x7e000000, 0x2000},
        {0x13ffff000, 0x1000},
        {0x140800000, 0x2000},
    };
    struct machine machine;

    (void)state;
    make_machine(&machine);
    find(&machine);
    made_check_log(NULL);
    assert_true(machine.tables.has_smbios3);
    assert_memory_equal(machine.tables.smbios3, machine.memory.blocks[BLOCK_ENTRY_3].bytes, 24);
    assert_true(machine.tables.has_smbios2);
    assert_memory_equal(machine.tables.smbios2, machine.memory.blocks[BLOCK_ENTRY_2].bytes, 31);
    assert_int_equal(machine.tables.range_count, sizeof(expected) / sizeof(expected[0]));
    assert_memory_equal(machine.tables.ranges, expected, sizeof(expected));
    made_memory_end(&machine.memory);

    make_machine(&machine);
    machine.pointers = (struct firmware_pointers){0};
    find(&machine);
    made_check_log(NULL);
    assert_int_equal(machine.memory.reads, 0);
    assert_false(machine.tables.has_smbios3 || machine.tables.has_smbios2);
    made_memory_end(&machine.memory);
}

/* Version 2.1 of the specification gave the length one too small. */
static void test_short_length(void **state)
{
    struct machine machine;

    (void)state;
    make_machine(&machine);
    machine.memory.blocks[BLOCK_ENTRY_2].bytes[5] = 30;
    made_smbios2_seal(machine.memory.blocks[BLOCK_ENTRY_2].bytes);
    find(&machine);
    made_check_log(NULL);
    assert_true(machine.tables.has_smbios2);
    made_memory_end(&machine.memory);
}

/* One fault each: this entry point is lost with its table, and the other one is not. */
static void test_faults(void **state)
{
    static const struct {
        enum block where;
        size_t offset, width;
        uint64_t value;
        bool sealed; /* with right checksums */
        const char *words;
    } rows[] = {
        {BLOCK_ENTRY_3, 0, 1, '-', true, "SMBIOS 3 at 0x13ffff7f5: there is none to read"},
        {BLOCK_ENTRY_3, 4, 1, '-', true, "there is none to read"},
        {BLOCK_ENTRY_3, 6, 1, 23, true, "there is none to read"},
        {BLOCK_ENTRY_3, 6, 1, 25, true, "there is none to read"},
        {BLOCK_ENTRY_3, 9, 1, 1, false, "SMBIOS 3 at 0x13ffff7f5: wrong checksum"},
        {BLOCK_ENTRY_3, 12, 4, 0, true, "SMBIOS 3 at 0x13ffff7f5: its table cannot be read"},
        {BLOCK_ENTRY_3, 12, 4, SIZE_3 + 1, true, "its table cannot be read"},
        {BLOCK_ENTRY_3, 12, 4, 0xffffffff, true, "its table cannot be read"},
        {BLOCK_ENTRY_3, 16, 8, 0, true, "its table cannot be read"},
        {BLOCK_ENTRY_3, 16, 8, UINT64_MAX, true, "its table cannot be read"},
        {BLOCK_ENTRY_2, 0, 1, '-', true, "SMBIOS 2 at 0xf0010: there is none to read"},
        {BLOCK_ENTRY_2, 3, 1, '-', true, "there is none to read"},
        {BLOCK_ENTRY_2, 16, 1, '-', true, "there is none to read"},
        {BLOCK_ENTRY_2, 20, 1, '-', true, "there is none to read"},
        {BLOCK_ENTRY_2, 5, 1, 29, true, "there is none to read"},
        {BLOCK_ENTRY_2, 5, 1, 32, false, "there is none to read"},
        {BLOCK_ENTRY_2, 8, 1, 1, false, "SMBIOS 2 at 0xf0010: wrong checksum"},
        {BLOCK_ENTRY_2, 28, 1, 1, false, "SMBIOS 2 at 0xf0010: wrong checksum"},
        {BLOCK_ENTRY_2, 22, 2, 0, true, "SMBIOS 2 at 0xf0010: its table cannot be read"},
        {BLOCK_ENTRY_2, 22, 2, SIZE_2 + 1, true, "its table cannot be read"},
        {BLOCK_ENTRY_2, 24, 4, 0, true, "its table cannot be read"},
        {BLOCK_ENTRY_2, 24, 4, 0xffffffff, true, "its table cannot be read"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool is_3 = rows[i].where == BLOCK_ENTRY_3;
        struct machine machine;
        uint8_t *entry;

        make_machine(&machine);
        entry = machine.memory.blocks[rows[i].where].bytes;
        put_number(entry + rows[i].offset, rows[i].width, rows[i].value);
        if (rows[i].sealed && is_3)
            made_seal(entry, 24, 5);
        else if (rows[i].sealed)
            made_smbios2_seal(entry);
        find(&machine);
        made_check_log(rows[i].words);
        assert_int_equal(machine.tables.has_smbios3, !is_3);
        assert_int_equal(machine.tables.has_smbios2, is_3);
        assert_int_equal(is_found(&machine, BLOCK_ENTRY_3), !is_3);
        assert_int_equal(is_found(&machine, BLOCK_TABLE_3), !is_3);
        assert_int_equal(is_found(&machine, BLOCK_ENTRY_2), is_3);
        assert_int_equal(is_found(&machine, BLOCK_TABLE_2), is_3);
        made_memory_end(&machine.memory);
    }
}

/* The second checksum of the 32-bit entry point counts by itself. */
static void test_second_checksum(void **state)
{
    struct machine machine;
    uint8_t *entry;

    (void)state;
    make_machine(&machine);
    entry = machine.memory.blocks[BLOCK_ENTRY_2].bytes;
    entry[30]++;
    made_seal(entry, 31, 4);
    find(&machine);
    made_check_log("SMBIOS 2 at 0xf0010: wrong checksum");
    assert_false(machine.tables.has_smbios2);
    made_memory_end(&machine.memory);
}

/* A structure table of 1 MiB is read, a larger one is not. */
static void test_largest(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        size_t size = (1 << 20) + more;
        struct machine machine = {.pointers = {.smbios3 = ENTRY_3}};

        log_reset();
        made_smbios3(&machine.memory, ENTRY_3, TABLE_3, size);
        made_memory_add(&machine.memory, TABLE_3, size);
        find(&machine);
        made_check_log(more ? "its table cannot be read" : NULL);
        assert_int_equal(machine.tables.has_smbios3, !more);
        made_memory_end(&machine.memory);
    }
}

/* Memory that ends at each byte of an entry point or a table. */
static void test_truncations(void **state)
{
    (void)state;
    for (enum block which = 0; which < BLOCKS; which++) {
        size_t whole = 0;

        for (size_t size = 0; whole == 0 || size < whole; size++) {
            bool is_3 = which == BLOCK_ENTRY_3 || which == BLOCK_TABLE_3;
            struct machine machine;

            make_machine(&machine);
            whole = machine.memory.blocks[which].size;
            machine.memory.blocks[which].size = size;
            find(&machine);
            made_check_log("read");
            assert_int_equal(machine.tables.has_smbios3, !is_3);
            assert_int_equal(machine.tables.has_smbios2, is_3);
            assert_int_equal(machine.tables.range_count, 2);
            made_memory_end(&machine.memory);
        }
    }
}

static void test_corruption(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        struct machine machine;
        uint8_t *entry_3, *entry_2;

        make_machine(&machine);
        entry_3 = machine.memory.blocks[BLOCK_ENTRY_3].bytes;
        entry_2 = machine.memory.blocks[BLOCK_ENTRY_2].bytes;
        entry_3[chance_below(&chance, 24)] = (uint8_t)chance_bits(&chance);
        entry_2[chance_below(&chance, 31)] = (uint8_t)chance_bits(&chance);
        if (!chance_one_in(&chance, 4))
            made_seal(entry_3, 24, 5);
        if (!chance_one_in(&chance, 4) && entry_2[5] <= 31)
            made_smbios2_seal(entry_2);
        find(&machine);
        if (machine.tables.has_smbios3 != is_found(&machine, BLOCK_ENTRY_3) ||
            machine.tables.has_smbios2 != is_found(&machine, BLOCK_ENTRY_2))
            CHANCE_FAIL(&chance, "an entry point without its page");
        made_memory_end(&machine.memory);
    }
    log_reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),           cmocka_unit_test(test_short_length), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_second_checksum), cmocka_unit_test(test_largest),      cmocka_unit_test(test_truncations),
        cmocka_unit_test(test_corruption),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
