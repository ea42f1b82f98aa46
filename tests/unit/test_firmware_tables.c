/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include <baton/baton.h>

#include "chance.h"
#include "checked.h"
#include "firmware_tables.h"
#include "log.h"
#include "made_map.h"
#include "made_tables.h"
#include "made_tree.h"
#include "put.h"

/* ---- firmware_tables_find ---- */

#define RSDP   0x7f001000ULL
#define XSDT   0x7f002000ULL
#define SSDT   0x7f100000ULL
#define ENTRY  0x7f003000ULL
#define TABLE  0x7f200000ULL
#define TREE   0x140000010ULL
#define TREES  0x1ff8 /* bytes of the device tree */
#define DAMAGE 0x5a

/* A header, the end of the reservations, and zeros. */
static uint8_t *add_device_tree(struct made_memory *memory, uint64_t address, uint32_t size)
{
    static const uint32_t header[] = {0xd00dfeed, 0, 56, 56, 40, 17, 16, 0, 0, 0};
    uint8_t *at = made_memory_add(memory, address, size);

    for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
        put_cell(at + 4 * i, header[i]);
    put_cell(at + 4, size);
    return at;
}

static void find(struct made_memory *memory, const struct firmware_pointers *pointers, struct firmware_tables *tables)
{
    struct physical_memory view = made_memory_view(memory);

    memset(tables, DAMAGE, sizeof(*tables)); /* all of it is written */
    log_reset();
    firmware_tables_find(pointers, &view, tables);
    made_check_ranges(tables->ranges, tables->range_count);
}

static void test_all(void **state)
{
    static const struct firmware_pointers pointers = {
        .acpi20 = RSDP, .smbios3 = ENTRY, .smbios2 = ENTRY + 0x100, .device_tree = TREE};
    static const struct table_range expected[] = {
        {RSDP, 0x3000}, {SSDT, 0x1000}, {TABLE, 0x1000}, {TREE & ~0xfffULL, 0x3000}};
    static const uint64_t entries[] = {SSDT};
    struct made_memory memory = {0};
    struct firmware_tables tables;

    (void)state;
    made_rsdp(&memory, RSDP, 2, 0, XSDT);
    made_root(&memory, XSDT, 8, entries, 1);
    made_table(&memory, SSDT, "SSDT", 40);
    made_smbios3(&memory, ENTRY, TABLE, 64);
    made_smbios2(&memory, ENTRY + 0x100, TABLE, 64);
    made_memory_add(&memory, TABLE, 64);
    add_device_tree(&memory, TREE, TREES);
    find(&memory, &pointers, &tables);
    made_check_log(NULL);
    assert_true(tables.has_rsdp && tables.has_smbios3 && tables.has_smbios2);
    assert_int_equal(tables.device_tree, TREE);
    assert_int_equal(tables.device_tree_size, TREES);
    assert_int_equal(tables.io_apic_count, 0);
    assert_int_equal(tables.hpet, 0);
    assert_int_equal(tables.range_count, sizeof(expected) / sizeof(expected[0]));
    assert_memory_equal(tables.ranges, expected, sizeof(expected));
    made_memory_end(&memory);
}

static void test_nothing(void **state)
{
    static const struct firmware_pointers nothing = {0};
    static const struct firmware_pointers nowhere = {
        .acpi20 = 1, .acpi10 = 2, .smbios3 = UINT64_MAX, .smbios2 = 0xf0000, .device_tree = 1ULL << 63};
    struct made_memory memory = {0};
    struct firmware_tables tables;

    (void)state;
    find(&memory, &nothing, &tables);
    made_check_log(NULL);
    for (unsigned i = 0; i < 2; i++) {
        assert_false(tables.has_rsdp || tables.has_smbios3 || tables.has_smbios2);
        assert_int_equal(tables.device_tree, 0);
        assert_int_equal(tables.range_count, 0);
        find(&memory, &nowhere, &tables);
    }
    made_check_log("device tree at 0x8000000000000000: there is none to read");
}

static void test_device_tree(void **state)
{
    static const struct firmware_pointers pointers = {.device_tree = TREE};

    (void)state;
    for (size_t size = 0; size <= TREES; size++) {
        struct made_memory memory = {0};
        struct firmware_tables tables;

        add_device_tree(&memory, TREE, TREES);
        memory.blocks[0].size = size;
        find(&memory, &pointers, &tables);
        made_check_log(size < TREES ? "device tree at 0x140000010: there is none to read" : NULL);
        assert_int_equal(tables.device_tree, size < TREES ? 0 : TREE);
        assert_int_equal(tables.range_count, size < TREES ? 0 : 1);
        made_memory_end(&memory);
    }
}

/* More pages than there is room for: those that were found first are kept, and the log says so. */
static void test_too_many(void **state)
{
    enum { COUNT = FIRMWARE_TABLE_RANGES };
    static const struct firmware_pointers pointers = {.acpi20 = RSDP, .smbios3 = ENTRY};
    struct made_memory memory = {0};
    struct firmware_tables tables;
    uint64_t entries[COUNT];
    uint8_t *at;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        entries[i] = SSDT + 0x2000 * i;
    made_rsdp(&memory, RSDP, 2, 0, XSDT); /* one range with the XSDT */
    made_root(&memory, XSDT, 8, entries, COUNT);
    at = made_memory_add(&memory, SSDT, 0x2000 * COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(at + 0x2000 * i, "SSDT\x24", 5);
        made_seal(at + 0x2000 * i, 36, 9);
    }
    made_smbios3(&memory, ENTRY, TABLE + 0x1000000, 64);
    made_memory_add(&memory, TABLE + 0x1000000, 64);
    find(&memory, &pointers, &tables);
    made_check_log("2 firmware tables have no place in the memory map"); /* the last SSDT, and the SMBIOS table */
    assert_int_equal(tables.range_count, FIRMWARE_TABLE_RANGES);
    assert_true(tables.has_smbios3);
    for (size_t i = 0; i < COUNT - 1; i++)
        assert_true(made_is_in(tables.ranges, tables.range_count, entries[i], 36));
    assert_true(made_is_in(tables.ranges, tables.range_count, ENTRY, 24)); /* behind the XSDT's page */
    made_memory_end(&memory);
}

/* ---- firmware_tables_may_read ---- */

static void test_types(void **state)
{
    static const bool may[] = {true,  true, true, true,  true,  true, true,  true,
                               false, true, true, false, false, true, false, false};

    (void)state;
    for (uint32_t type = 0; type < 20; type++) {
        struct made_map made = made_map_start(1, 48);
        struct memory_intervals memory;

        made_map_add_memory(&made, type < 18 ? type : 0x70000000 + type, 0x100000, 0x10000);
        memory = made_map_read(&made);
        assert_int_equal(firmware_tables_may_read(&memory, 0x100000, 0x10000), type >= 16 || may[type]);
        assert_int_equal(firmware_tables_may_read(&memory, 0x10ffff, 1), type >= 16 || may[type]);
        made_map_end(&made);
    }
}

/* The tables' page is reserved, and has neighbours of all sorts. */
static void test_reserved(void **state)
{
    static const struct {
        uint64_t address, size;
        bool may;
    } rows[] = {
        {0x7f000000, 36, true},
        {0x7effffff, 2, true},        /* conventional, then reserved */
        {0x7f000fff, 1, true},        /* its last byte */
        {0x7f000fff, 2, false},       /* goes on into MMIO */
        {0x7f001000, 1, false},       /* MMIO */
        {0x7f002000, 0x1000, true},   /* ACPI NVS */
        {0x7f001fff, 2, false},       /* MMIO before it */
        {0x7f003000, 1, false},       /* listed nowhere */
        {0x7f002000, 0x1001, false},  /* goes on into nowhere */
        {0x10000, 0x7eff0000, false}, /* a hole between */
        {0x100000, 0x7ef01000, true}, /* conventional and reserved, all of both */
        {0xfffff, 2, true},           /* the BIOS area, which is not listed, and what follows */
        {0xe0000, 0x20000, true},     /* the BIOS area */
        {0xdffff, 2, false},          /* a hole before it */
        {0x1000, 1, true},            /* conventional */
        {0, 1, false},                /* page 0 */
        {0xfff, 2, false},            /* page 0 */
        {0x2000, 0, false},           /* nothing */
        {UINT64_MAX, 1, false},       /* wraps */
        {0x2000, UINT64_MAX, false},  /* wraps */
        {0x2000, UINT64_MAX - 0x2000, false},
    };
    struct made_map made = made_map_start(8, 48);
    struct memory_intervals memory;

    (void)state;
    made_map_add_memory(&made, EFI_TYPE_ACPI_NVS, 0x7f002000, 0x1000);
    made_map_add_memory(&made, EFI_TYPE_MMIO, 0x7f001000, 0x1000);
    made_map_add_memory(&made, EFI_TYPE_RESERVED, 0x7f000000, 0x1000);
    made_map_add_memory(&made, EFI_TYPE_CONVENTIONAL, 0, 0x20000);
    made_map_add_memory(&made, EFI_TYPE_CONVENTIONAL, 0x100000, 0x7ef00000);
    made_map_add(&made, EFI_TYPE_MMIO, 0x7f000000, 0, 0); /* no pages: nothing */
    memory = made_map_read(&made);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (firmware_tables_may_read(&memory, rows[i].address, rows[i].size) != rows[i].may)
            fail_msg("row %zu", i);
    }
    made_map_end(&made);
}

/* The BIOS area is not read where the map says that it is a device. */
static void test_bios_area(void **state)
{
    struct made_map made = made_map_start(1, 40);
    struct memory_intervals memory = made_map_read(&made);

    (void)state;
    assert_true(firmware_tables_may_read(&memory, 0xe0000, 0x20000));
    assert_false(firmware_tables_may_read(&memory, 0xe0000, 0x20001));
    made_map_add_memory(&made, EFI_TYPE_MMIO, 0xf0000, 0x1000);
    memory = made_map_read(&made);
    assert_true(firmware_tables_may_read(&memory, 0xe0000, 0x10000));
    assert_false(firmware_tables_may_read(&memory, 0xe0000, 0x10001));
    assert_true(firmware_tables_may_read(&memory, 0xf1000, 0xf000));
    made_map_end(&made);
}

/* Against one flag for each page; the map is in any order and overlaps. */
static void test_by_chance(void **state)
{
    enum { FIRST = 0xc0, PAGES = 0x60 };
    static const uint32_t types[] = {EFI_TYPE_RESERVED, EFI_TYPE_CONVENTIONAL, EFI_TYPE_ACPI_NVS, EFI_TYPE_RUNTIME_DATA,
                                     0x80000001};
    size_t allowed = 0;

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        struct made_map made = made_map_start(60, 40 + 8 * chance_below(&chance, 4));
        bool good[PAGES] = {false}, bad[PAGES] = {false}, expected = true;
        uint64_t first = chance_below(&chance, PAGES), pages = chance_size(&chance, PAGES - first);
        uint64_t skip = chance_below(&chance, 4096), cut = chance_below(&chance, 4096);
        struct memory_intervals memory;

        if (pages == 1 && skip + cut >= 4096)
            skip = cut = 0;
        for (uint64_t page = 0x20; page < 0x40; page++)
            good[page] = true; /* the BIOS area */
        for (uint64_t count = chance_below(&chance, 60); count > 0; count--) {
            uint64_t base = chance_below(&chance, PAGES), size = chance_size(&chance, PAGES - base);
            bool is_bad = chance_one_in(&chance, 60);

            made_map_add_memory(&made, is_bad ? EFI_TYPE_MMIO : types[chance_below(&chance, 5)], (FIRST + base) * 4096,
                                size * 4096);
            for (uint64_t page = base; page < base + size; page++)
                *(is_bad ? &bad[page] : &good[page]) = true;
        }
        memory = made_map_read(&made);
        for (uint64_t page = first; page < first + pages; page++)
            expected = expected && good[page] && !bad[page];
        if (firmware_tables_may_read(&memory, (FIRST + first) * 4096 + skip, pages * 4096 - skip - cut) != expected)
            CHANCE_FAIL(&chance, "pages 0x%llx, %llu of them: %s", (unsigned long long)(FIRST + first),
                        (unsigned long long)pages, expected ? "refused" : "allowed");
        allowed += expected;
        made_map_end(&made);
    }
    assert_in_range(allowed, 2000, 18000); /* both happen */
}

/* A range that all descriptors together cover: upwards, downwards, and in no order. */
static void test_effort(void **state)
{
    enum { COUNT = 10000 };

    (void)state;
    for (unsigned order = 0; order < 3; order++) {
        struct made_map made = made_map_start(COUNT, 48);
        double before = cpu_seconds();
        struct memory_intervals memory;

        for (uint64_t i = 0; i < COUNT; i++) {
            uint64_t page = order == 0 ? i : order == 1 ? COUNT - 1 - i : i * 7919 % COUNT;

            made_map_add_memory(&made, EFI_TYPE_RESERVED, 0x100000 + 0x1000 * page, 0x1000);
        }
        memory = made_map_read(&made);
        assert_true(firmware_tables_may_read(&memory, 0x100000, 0x1000 * COUNT));
        assert_true(firmware_tables_may_read(&memory, 0x100fff, 2));
        assert_true(cpu_seconds() - before < 2);
        made_map_end(&made);
    }
}

/* ---- firmware_tables_check_devices ---- */

/* The loader writes to these, when nothing is left that could catch a fault. */
static void test_devices(void **state)
{
    static const struct {
        uint64_t address;
        bool stays;
    } rows[] = {
        {0xfec00000, true},                                         /* in no descriptor */
        {0xfed00000, true},                                         /* MMIO */
        {0xfed00ffc, true},  {0xfed01000, false},                   /* ACPI NVS */
        {0xb0000000, true},                                         /* reserved */
        {0x100000, false},                                          /* conventional memory */
        {0x1ffffc, false},   {0x200000, true},    {0xffffc, false}, /* below 1 MiB */
        {0xfec00002, false}, {1ULL << 32, false}, {UINT64_MAX - 3, false},
    };
    struct made_map made = made_map_start(8, 48);
    struct firmware_tables tables;
    struct memory_intervals memory;
    size_t kept = 0;

    (void)state;
    made_map_add_memory(&made, EFI_TYPE_CONVENTIONAL, 0x100000, 0x100000);
    made_map_add_memory(&made, EFI_TYPE_MMIO, 0xfed00000, 0x1000);
    made_map_add_memory(&made, EFI_TYPE_ACPI_NVS, 0xfed01000, 0x1000);
    made_map_add_memory(&made, EFI_TYPE_RESERVED, 0xb0000000, 0x1000);
    memory = made_map_read(&made);
    memset(&tables, 0, sizeof(tables));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        tables.io_apic[tables.io_apic_count++] = rows[i].address;
    firmware_tables_check_devices(&tables, &memory);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].stays)
            assert_int_equal(tables.io_apic[kept++], rows[i].address);
    }
    assert_int_equal(tables.io_apic_count, kept);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        tables.hpet = rows[i].address;
        log_reset();
        firmware_tables_check_devices(&tables, &memory);
        assert_int_equal(tables.hpet, rows[i].stays ? rows[i].address : 0);
        made_check_log(rows[i].stays ? NULL : "there cannot be an HPET at");
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const bool stays = rows[i].stays || rows[i].address == 1ULL << 32 || rows[i].address == UINT64_MAX - 3;

        tables = (struct firmware_tables){.serial = {BATON_SERIAL_PL011, 4, rows[i].address}};
        log_reset();
        firmware_tables_check_devices(&tables, &memory);
        assert_int_equal(tables.serial.kind, stays ? BATON_SERIAL_PL011 : 0);
        assert_int_equal(tables.serial.physical, stays ? rows[i].address : 0);
        made_check_log(stays ? NULL : "there cannot be a serial port at");
    }
    made_map_end(&made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all),       cmocka_unit_test(test_nothing),   cmocka_unit_test(test_device_tree),
        cmocka_unit_test(test_too_many),  cmocka_unit_test(test_types),     cmocka_unit_test(test_reserved),
        cmocka_unit_test(test_bios_area), cmocka_unit_test(test_by_chance), cmocka_unit_test(test_effort),
        cmocka_unit_test(test_devices),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
