/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's memory map by hand, and what it costs. By chance: test_memory_map_chance.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "made_sealed.h"

#define PAGE 4096ULL
#define END  (1ULL << 52)
#define WB   0xfULL

/* Every range of the firmware's is one of these, from the least strict kind to the strictest. */
static const uint32_t firmware_kinds[] = {
    BATON_MEMORY_USABLE,           BATON_MEMORY_BOOT_SERVICES, BATON_MEMORY_LOADER,       BATON_MEMORY_SPECIFIC_PURPOSE,
    BATON_MEMORY_ACPI_RECLAIMABLE, BATON_MEMORY_RUNTIME_DATA,  BATON_MEMORY_RUNTIME_CODE, BATON_MEMORY_ACPI_NVS,
    BATON_MEMORY_PERSISTENT,       BATON_MEMORY_UNACCEPTED,    BATON_MEMORY_MMIO,         BATON_MEMORY_RESERVED,
    BATON_MEMORY_UNUSABLE,
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_entries(const struct sealed *sealed, const struct baton_memory *expected, size_t count)
{
    for (size_t i = 0; i < count && i < sealed->count; i++) {
        const struct baton_memory *entry = &sealed->room.entry[i];

        if (memcmp(entry, &expected[i], sizeof(*entry)) != 0)
            fail_msg("entry %zu: 0x%llx bytes at 0x%llx, %s, type %u, attributes 0x%llx", i,
                     (unsigned long long)entry->size, (unsigned long long)entry->base, memory_kind_name(entry->kind),
                     entry->efi_type, (unsigned long long)entry->efi_attributes);
    }
    assert_int_equal(sealed->count, count);
}

/* ---- kinds ---- */

static void test_kinds(void **state)
{
    static const struct {
        uint32_t type;
        uint64_t attributes;
        uint32_t kind;
    } rows[] = {
        {EFI_TYPE_RESERVED, 0, BATON_MEMORY_RESERVED},
        {EFI_TYPE_LOADER_CODE, 0, BATON_MEMORY_LOADER},
        {EFI_TYPE_LOADER_DATA, 0, BATON_MEMORY_LOADER},
        {EFI_TYPE_BOOT_SERVICES_CODE, 0, BATON_MEMORY_BOOT_SERVICES},
        {EFI_TYPE_BOOT_SERVICES_DATA, 0, BATON_MEMORY_BOOT_SERVICES},
        {EFI_TYPE_RUNTIME_CODE, 0, BATON_MEMORY_RUNTIME_CODE},
        {EFI_TYPE_RUNTIME_DATA, 0, BATON_MEMORY_RUNTIME_DATA},
        {EFI_TYPE_CONVENTIONAL, 0, BATON_MEMORY_USABLE},
        {EFI_TYPE_CONVENTIONAL, ~EFI_ATTRIBUTE_SPECIFIC_PURPOSE, BATON_MEMORY_USABLE},
        {EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_SPECIFIC_PURPOSE, BATON_MEMORY_SPECIFIC_PURPOSE},
        {EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_SPECIFIC_PURPOSE | WB, BATON_MEMORY_SPECIFIC_PURPOSE},
        {EFI_TYPE_UNUSABLE, 0, BATON_MEMORY_UNUSABLE},
        {EFI_TYPE_ACPI_RECLAIM, 0, BATON_MEMORY_ACPI_RECLAIMABLE},
        {EFI_TYPE_ACPI_NVS, 0, BATON_MEMORY_ACPI_NVS},
        {EFI_TYPE_MMIO, 0, BATON_MEMORY_MMIO},
        {EFI_TYPE_MMIO_PORTS, 0, BATON_MEMORY_MMIO},
        {EFI_TYPE_PAL_CODE, 0, BATON_MEMORY_RESERVED},
        {EFI_TYPE_PERSISTENT, 0, BATON_MEMORY_PERSISTENT},
        {EFI_TYPE_UNACCEPTED, 0, BATON_MEMORY_UNACCEPTED},
        {16, WB, BATON_MEMORY_RESERVED},
        {0x70000000, WB, BATON_MEMORY_RESERVED}, /* vendors' */
        {0x80000001, WB, BATON_MEMORY_RESERVED}, /* systems' */
        {UINT32_MAX, WB, BATON_MEMORY_RESERVED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        if (memory_kind_of(rows[i].type, rows[i].attributes) != rows[i].kind)
            fail_msg("type 0x%x: %s", rows[i].type, memory_kind_name(memory_kind_of(rows[i].type, rows[i].attributes)));
    }
}

static void test_kind_names(void **state)
{
    static const char *const names[] = {
        "unknown",         "usable",       "boot services", "loader",           "trampoline",       "page tables",
        "baton",           "stack",        "kernel",        "module",           "ACPI reclaimable", "ACPI NVS",
        "firmware tables", "runtime code", "runtime data",  "specific purpose", "persistent",       "unaccepted",
        "framebuffer",     "MMIO",         "reserved",      "unusable",         "withheld",
    };

    (void)state;
    for (uint32_t kind = 0; kind < COUNT(names); kind++)
        assert_string_equal(memory_kind_name(kind), names[kind]);
    assert_string_equal(memory_kind_name(COUNT(names)), "unknown");
    assert_string_equal(memory_kind_name(UINT32_MAX), "unknown");
}

/* ---- maps by hand ---- */

/* As firmware may give it: unsorted, split where nothing differs, with an empty descriptor and a hole. */
static void test_small_map(void **state)
{
    static const struct placed_range placed[] = {
        {0x200000, 0x100000, BATON_MEMORY_KERNEL},
        {0x80000000, 0x3000, BATON_MEMORY_FRAMEBUFFER}, /* where firmware reports nothing */
    };
    static const struct baton_memory expected[] = {
        {0, 0x1000, BATON_MEMORY_RESERVED, EFI_TYPE_CONVENTIONAL, WB}, /* page 0 */
        {0x1000, 0x9f000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL, WB},
        {0x100000, 0x100000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL, WB},
        {0x200000, 0x80000, BATON_MEMORY_KERNEL, EFI_TYPE_CONVENTIONAL, WB},
        {0x280000, 0x80000, BATON_MEMORY_KERNEL, EFI_TYPE_LOADER_DATA, WB},
        {0x300000, 0x100000, BATON_MEMORY_LOADER, EFI_TYPE_LOADER_DATA, WB},
        {0x400000, 0x1000, BATON_MEMORY_RUNTIME_CODE, EFI_TYPE_RUNTIME_CODE, WB | 1ULL << 63},
        {0x80000000, 0x3000, BATON_MEMORY_FRAMEBUFFER, EFI_TYPE_RESERVED, 0},
    };
    struct made_map made = made_map_start(6, 48);
    struct sealed sealed;

    (void)state;
    made_map_add(&made, EFI_TYPE_RUNTIME_CODE, 0x400000, 1, WB | 1ULL << 63);
    made_map_add(&made, EFI_TYPE_LOADER_DATA, 0x280000, 0x180, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x100000, 0x100, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x200000, 0x80, WB);
    made_map_add(&made, EFI_TYPE_RESERVED, 0x250000, 0, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0, 0xa0, WB);
    sealed = sealed_start(&made, placed, COUNT(placed));
    check_entries(&sealed, expected, COUNT(expected));
    sealed_end(&sealed);
    made_map_end(&made);
}

static void test_nothing(void **state)
{
    static const struct placed_range absurd[] = {
        {0x1000, 0, BATON_MEMORY_KERNEL},
        {0x1000, UINT64_MAX - 0xfff, BATON_MEMORY_FRAMEBUFFER}, /* ends at 2^64 */
        {UINT64_MAX - 0xfff, 0x2000, BATON_MEMORY_FRAMEBUFFER},
    };
    struct made_map made = made_map_start(1, 40);
    struct sealed sealed = sealed_start(&made, NULL, 0);

    (void)state;
    assert_int_equal(sealed.count, 0);
    sealed_end(&sealed);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, END, 100, WB); /* no machine has so many address lines */
    sealed = sealed_start(&made, absurd, COUNT(absurd));
    assert_int_equal(sealed.count, 0);
    sealed_end(&sealed);
    made_map_end(&made);
}

/* Page 0 is never free, whatever firmware says; what is stricter stays what it is. */
static void test_page_zero(void **state)
{
    static const uint32_t types[] = {EFI_TYPE_CONVENTIONAL, EFI_TYPE_BOOT_SERVICES_CODE, EFI_TYPE_BOOT_SERVICES_DATA,
                                     EFI_TYPE_LOADER_CODE,  EFI_TYPE_LOADER_DATA,        EFI_TYPE_RUNTIME_DATA,
                                     EFI_TYPE_UNUSABLE};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        for (uint64_t pages = 1; pages < 3; pages++) {
            struct made_map made = made_map_start(1, 48);
            uint32_t kind = memory_kind_of(types[i], WB);
            struct baton_memory expected[] = {
                {0, PAGE, kind > BATON_MEMORY_LOADER ? kind : BATON_MEMORY_RESERVED, types[i], WB},
                {PAGE, PAGE, kind, types[i], WB},
            };
            struct sealed sealed;

            made_map_add(&made, types[i], 0, pages, WB);
            sealed = sealed_start(&made, NULL, 0);
            if (kind > BATON_MEMORY_LOADER) {
                expected[0].size = pages * PAGE;
                check_entries(&sealed, expected, 1);
            } else {
                check_entries(&sealed, expected, pages);
            }
            sealed_end(&sealed);
            made_map_end(&made);
        }
    }
}

/* The specification forbids it: half a page that is free is not, half a reserved page is. */
static void test_halves_of_pages(void **state)
{
    static const struct baton_memory expected[] = {
        {0x2000, 0x2000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL, WB},
        {0x8000, 0x4000, BATON_MEMORY_RESERVED, EFI_TYPE_RESERVED, WB},
        {(1ULL << 52) - 0x2000, 0x2000, BATON_MEMORY_USABLE, EFI_TYPE_CONVENTIONAL,
         WB}, /* cut off: the last page is whole */
    };
    struct made_map made = made_map_start(5, 48);
    struct sealed sealed;

    (void)state;
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x1800, 3, WB);
    made_map_add(&made, EFI_TYPE_RESERVED, 0x8001, 3, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x20800, 1, WB);
    made_map_add(&made, EFI_TYPE_RESERVED, 0x30800, 0, WB);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, (1ULL << 52) - 0x2800, 3, WB);
    sealed = sealed_start(&made, NULL, 0);
    check_entries(&sealed, expected, COUNT(expected));
    sealed_end(&sealed);
    made_map_end(&made);
}

/* Two descriptors for the same page, in either order. */
static void test_stricter_wins(void **state)
{
    static const uint32_t types[] = {
        EFI_TYPE_CONVENTIONAL, EFI_TYPE_BOOT_SERVICES_DATA, EFI_TYPE_LOADER_DATA,  0x100 /* see below */,
        EFI_TYPE_ACPI_RECLAIM, EFI_TYPE_RUNTIME_DATA,       EFI_TYPE_RUNTIME_CODE, EFI_TYPE_ACPI_NVS,
        EFI_TYPE_PERSISTENT,   EFI_TYPE_UNACCEPTED,         EFI_TYPE_MMIO,         EFI_TYPE_RESERVED,
        EFI_TYPE_UNUSABLE,
    };

    (void)state;
    for (size_t weak = 0; weak < COUNT(types); weak++) {
        for (size_t strict = weak + 1; strict < COUNT(types); strict++) {
            for (unsigned swapped = 0; swapped < 2; swapped++) {
                struct made_map made = made_map_start(2, 48);
                struct sealed sealed;

                for (unsigned i = 0; i < 2; i++) {
                    uint32_t type = types[i == swapped ? weak : strict];

                    made_map_add(&made, type == 0x100 ? EFI_TYPE_CONVENTIONAL : type, 0x5000, 1,
                                 type == 0x100 ? EFI_ATTRIBUTE_SPECIFIC_PURPOSE : 0);
                }
                sealed = sealed_start(&made, NULL, 0);
                assert_int_equal(sealed.count, 1);
                if (sealed.room.entry[0].kind != firmware_kinds[strict])
                    fail_msg("%s over %s", memory_kind_name(sealed.room.entry[0].kind),
                             memory_kind_name(firmware_kinds[strict]));
                sealed_end(&sealed);
                made_map_end(&made);
            }
        }
    }
}

static void test_find(void **state)
{
    static const struct baton_memory entries[] = {
        {0x1000, 0x1000, 1, 0, 0}, {0x2000, 0x3000, 2, 0, 0}, {END, PAGE, 3, 0, 0}};

    (void)state;
    assert_null(memory_map_find(entries, 0, 0x1000));
    assert_null(memory_map_find(entries, 3, 0));
    assert_null(memory_map_find(entries, 3, 0xfff));
    assert_ptr_equal(memory_map_find(entries, 3, 0x1000), &entries[0]);
    assert_ptr_equal(memory_map_find(entries, 3, 0x1fff), &entries[0]);
    assert_ptr_equal(memory_map_find(entries, 3, 0x2000), &entries[1]);
    assert_ptr_equal(memory_map_find(entries, 3, 0x4fff), &entries[1]);
    assert_null(memory_map_find(entries, 3, 0x5000));
    assert_ptr_equal(memory_map_find(entries, 3, END + 1), &entries[2]);
    assert_null(memory_map_find(entries, 3, UINT64_MAX));
    assert_null(memory_map_find(entries, 2, END));
}

/* ---- effort ---- */

/* The shapes that cost most: all ranges over the same page, each in the next, or apart and in the wrong order. */
enum shape { SHAPE_NESTED, SHAPE_STAIRS, SHAPE_BACKWARDS, SHAPES };

static double time_to_seal(enum shape shape, size_t count)
{
    struct made_map made = made_map_start(count, 48);
    struct sealed sealed;
    double start;

    for (size_t i = 0; i < count; i++) {
        uint32_t type = (uint32_t)(i % 16);

        if (shape == SHAPE_NESTED)
            made_map_add(&made, type, 0x100000 + i * PAGE, 2 * (count - i), WB);
        else if (shape == SHAPE_STAIRS)
            made_map_add(&made, type, 0x100000 + i * PAGE, count, WB);
        else
            made_map_add(&made, type, 0x100000 + (count - i) * 2 * PAGE, 1, WB);
    }
    start = cpu_seconds();
    sealed = sealed_start(&made, NULL, 0);
    start = cpu_seconds() - start;
    sealed_end(&sealed);
    made_map_end(&made);
    return start;
}

/* 10,000 ranges in one map or in a thousand maps: four times the work by n log n, a thousand times by n². */
static void test_effort(void **state)
{
    (void)state;
    for (int shape = 0; shape < SHAPES; shape++) {
        double best = 1e9;

        for (unsigned tries = 0; tries < 3 && best > 40; tries++) {
            double small = 0, large;

            for (unsigned i = 0; i < 1000; i++)
                small += time_to_seal((enum shape)shape, 10);
            large = time_to_seal((enum shape)shape, 10000);
            best = large / small < best ? large / small : best;
        }
        if (best > 40)
            fail_msg("shape %d: 10,000 ranges take %.0f times as long as 1,000 times 10", shape, best);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),         cmocka_unit_test(test_kind_names), cmocka_unit_test(test_small_map),
        cmocka_unit_test(test_nothing),       cmocka_unit_test(test_page_zero),  cmocka_unit_test(test_halves_of_pages),
        cmocka_unit_test(test_stricter_wins), cmocka_unit_test(test_find),       cmocka_unit_test(test_effort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
