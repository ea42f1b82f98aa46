/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "efi_map.h"
#include "made_map.h"

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
        cmocka_unit_test(test_type_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
