/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "efi_map.h"
#include "made_map.h"

#define END (1ULL << 52)

/* Firmware says how far apart descriptors are; what lies behind the 40 bytes of one is not looked at. */
static void test_steps(void **state)
{
    (void)state;
    for (size_t step = EFI_DESCRIPTOR_MINIMUM; step <= 128; step++) {
        struct made_map made = made_map_start(5, step);
        struct efi_map map;

        for (uint32_t i = 0; i < 5; i++)
            made_map_add(&made, 0x70000000 + i, 0x1122334455667000 + i, 0x99aabbccddeeff00 + i, 0x8000000000000008 + i);
        map = made_map_view(&made);
        assert_int_equal(efi_map_count(&map), 5);
        for (uint32_t i = 0; i < 5; i++) {
            struct efi_descriptor descriptor = *efi_map_at(&map, i);

            assert_int_equal(descriptor.type, 0x70000000 + i);
            assert_int_equal(descriptor.physical, 0x1122334455667000 + i);
            assert_int_equal(descriptor.virtual_address, ~(0x1122334455667000 + i));
            assert_int_equal(descriptor.pages, 0x99aabbccddeeff00 + i);
            assert_int_equal(descriptor.attributes, 0x8000000000000008 + i);
        }
        made_map_end(&made);
    }
}

static void test_count(void **state)
{
    static const uint8_t bytes[480];

    (void)state;
    for (size_t step = 0; step <= 128; step++) {
        for (size_t size = 0; size <= sizeof(bytes); size += 8) {
            struct efi_map map = {{bytes, size}, step, 1};

            assert_int_equal(efi_map_count(&map), step < EFI_DESCRIPTOR_MINIMUM ? 0 : size / step);
        }
    }
}

/* Bytes need no alignment. */
static void test_unaligned(void **state)
{
    struct made_map made = made_map_start(2, 48);
    uint8_t *shifted = malloc(2 * 48 + 1);
    struct efi_map map = {{shifted + 1, 2 * 48}, 48, 1};

    (void)state;
    assert_non_null(shifted);
    made_map_add(&made, 1, 0x1000, 1, 0);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x100000, 0x300, 0xf);
    memcpy(shifted + 1, made.bytes, 2 * 48);
    assert_int_equal(efi_map_at(&map, 1)->physical, 0x100000);
    assert_int_equal(efi_map_at(&map, 1)->pages, 0x300);
    free(shifted);
    made_map_end(&made);
}

static void test_ranges(void **state)
{
    static const struct {
        uint64_t physical, pages;
        bool some;
        uint64_t base, end;
    } rows[] = {
        {0, 1, true, 0, 0x1000},
        {0x100000, 0x300, true, 0x100000, 0x400000},
        {0, 0, false, 0, 0},
        {0x1000, 0, false, 0, 0},
        {UINT64_MAX, 0, false, 0, 0},
        {END - 0x1000, 1, true, END - 0x1000, END},
        {END - 0x1000, 2, true, END - 0x1000, END},
        {END, 1, false, 0, 0},
        {END - 1, 0, false, 0, 0},
        {UINT64_MAX - 0xfff, 1, false, 0, 0},
        {UINT64_MAX, UINT64_MAX, false, 0, 0},
        {0, UINT64_MAX, true, 0, END},
        {0x1000, 1ULL << 52, true, 0x1000, END},         /* pages * 4096 is 2^64 */
        {0x5000, (1ULL << 52) + 1, true, 0x5000, END},   /* and 2^64 + 4096 */
        {0x5000, 0x000fffffffffffff, true, 0x5000, END}, /* physical + size wraps */
        {0x5000, 1ULL << 40, true, 0x5000, END},         /* ends at 2^52 + 0x5000 */
        {0, 1ULL << 40, true, 0, END},
        {0, (1ULL << 40) - 1, true, 0, END - 0x1000},
        /* no whole pages: rounded outwards */
        {0x1800, 1, true, 0x1000, 0x3000},
        {0x1001, 2, true, 0x1000, 0x4000},
        {0x1fff, 1, true, 0x1000, 0x3000},
        {END - 0x1800, 1, true, END - 0x2000, END},
        {END - 1, 1, true, END - 0x1000, END},
        {END - 0x2800, 1, true, END - 0x3000, END - 0x1000},
        {UINT64_MAX, 1, false, 0, 0},
        {0x1800, 0, false, 0, 0}, /* nothing is nothing, wherever it lies */
        {0x1001, 0, false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct efi_descriptor descriptor = {.physical = rows[i].physical, .pages = rows[i].pages};
        uint64_t base = 77, end = 78;

        if (efi_descriptor_range(&descriptor, &base, &end) != rows[i].some)
            fail_msg("row %zu: some: %d", i, !rows[i].some);
        if (base != (rows[i].some ? rows[i].base : 77) || end != (rows[i].some ? rows[i].end : 78))
            fail_msg("row %zu: 0x%llx-0x%llx", i, (unsigned long long)base, (unsigned long long)end);
    }
}

/* Whatever firmware says: whole pages below 2^52, of which there is at least one. */
static void test_ranges_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 50000; i++) {
        struct chance chance = chance_case(i);
        struct efi_descriptor descriptor = {.physical = chance_size(&chance, UINT64_MAX),
                                            .pages = chance_size(&chance, UINT64_MAX)};
        uint64_t base = 0, end = 0;

        if (!efi_descriptor_range(&descriptor, &base, &end))
            continue;
        if (base >= end || base % 4096 != 0 || end % 4096 != 0 || end > END || base > descriptor.physical ||
            descriptor.physical - base >= 4096 ||
            (end - base) / 4096 - (descriptor.physical != base ? 1 : 0) > descriptor.pages)
            CHANCE_FAIL(&chance, "0x%llx, 0x%llx pages: 0x%llx-0x%llx", (unsigned long long)descriptor.physical,
                        (unsigned long long)descriptor.pages, (unsigned long long)base, (unsigned long long)end);
    }
}

static void test_type_names(void **state)
{
    (void)state;
    assert_string_equal(efi_type_name(EFI_TYPE_RESERVED), "Reserved");
    assert_string_equal(efi_type_name(EFI_TYPE_LOADER_CODE), "LoaderCode");
    assert_string_equal(efi_type_name(EFI_TYPE_LOADER_DATA), "LoaderData");
    assert_string_equal(efi_type_name(EFI_TYPE_BOOT_SERVICES_CODE), "BootServicesCode");
    assert_string_equal(efi_type_name(EFI_TYPE_BOOT_SERVICES_DATA), "BootServicesData");
    assert_string_equal(efi_type_name(EFI_TYPE_RUNTIME_CODE), "RuntimeServicesCode");
    assert_string_equal(efi_type_name(EFI_TYPE_RUNTIME_DATA), "RuntimeServicesData");
    assert_string_equal(efi_type_name(EFI_TYPE_CONVENTIONAL), "Conventional");
    assert_string_equal(efi_type_name(EFI_TYPE_UNUSABLE), "Unusable");
    assert_string_equal(efi_type_name(EFI_TYPE_ACPI_RECLAIM), "ACPIReclaim");
    assert_string_equal(efi_type_name(EFI_TYPE_ACPI_NVS), "ACPINVS");
    assert_string_equal(efi_type_name(EFI_TYPE_MMIO), "MMIO");
    assert_string_equal(efi_type_name(EFI_TYPE_MMIO_PORTS), "MMIOPorts");
    assert_string_equal(efi_type_name(EFI_TYPE_PAL_CODE), "PalCode");
    assert_string_equal(efi_type_name(EFI_TYPE_PERSISTENT), "Persistent");
    assert_string_equal(efi_type_name(EFI_TYPE_UNACCEPTED), "Unaccepted");
    assert_string_equal(efi_type_name(16), "Unknown");
    assert_string_equal(efi_type_name(0x80000000), "Unknown");
    assert_string_equal(efi_type_name(UINT32_MAX), "Unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_ranges_by_chance),
        cmocka_unit_test(test_type_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
