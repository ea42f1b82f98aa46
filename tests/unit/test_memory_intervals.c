/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's memory map in the order of its addresses, and looking for an address in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "chance.h"
#include "made_map.h"

#define PAGE  4096ULL
#define PAGES 48 /* of a machine by chance */

/* ---- reading ---- */

static void check(const struct memory_interval *interval, uint64_t base, uint64_t end, uint32_t kind, uint32_t sequence)
{
    assert_int_equal(interval->base, base);
    assert_int_equal(interval->end, end);
    assert_int_equal(interval->kind, kind);
    assert_int_equal(interval->sequence, sequence);
}

/* Those without a page are not counted. */
static void test_order(void **state)
{
    struct made_map made = made_map_start(5, 48);
    struct memory_intervals memory;

    (void)state;
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x200000, 2, 0xf);
    made_map_add(&made, EFI_TYPE_MMIO, 0x1000, 0, 1);
    made_map_add(&made, EFI_TYPE_MMIO, 0x1000, 1, 1);
    made_map_add(&made, EFI_TYPE_LOADER_DATA, 0x202000, 1, 0xf);
    made_map_add(&made, 0x80000007, 0, 1, 3);
    memory = made_map_read(&made);
    assert_int_equal(memory.count, 4);
    assert_false(memory.overlap);
    check(&memory.interval[0], 0, 0x1000, BATON_MEMORY_RESERVED, 3);
    check(&memory.interval[1], 0x1000, 0x2000, BATON_MEMORY_MMIO, 1);
    check(&memory.interval[2], 0x200000, 0x202000, BATON_MEMORY_USABLE, 0);
    check(&memory.interval[3], 0x202000, 0x203000, BATON_MEMORY_LOADER, 2);
    assert_int_equal(memory.interval[0].efi_type, 0x80000007);
    assert_int_equal(memory.interval[0].attributes, 3);
    made_map_end(&made);
}

/* A page that a descriptor has in part: what will be free has less than the firmware says, everything else more. */
static void test_parts_of_pages(void **state)
{
    struct made_map made = made_map_start(4, 48);
    struct memory_intervals memory;

    (void)state;
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x100800, 3, 0xf);
    made_map_add(&made, EFI_TYPE_CONVENTIONAL, 0x200800, 1, 0xf);
    made_map_add(&made, EFI_TYPE_ACPI_NVS, 0x300800, 1, 0xf);
    made_map_add(&made, EFI_TYPE_BOOT_SERVICES_DATA, (1ULL << 52) - 0x1800, 1ULL << 60, 0xf);
    memory = made_map_read(&made);
    assert_int_equal(memory.count, 3);
    check(&memory.interval[0], 0x101000, 0x103000, BATON_MEMORY_USABLE, 0);
    check(&memory.interval[1], 0x300000, 0x302000, BATON_MEMORY_ACPI_NVS, 1);
    check(&memory.interval[2], (1ULL << 52) - 0x1000, 1ULL << 52, BATON_MEMORY_BOOT_SERVICES, 2);
    made_map_end(&made);
}

/* ---- by chance ---- */

/* Whose pages are whose; a page may be in several. */
struct pages {
    unsigned on[PAGES];
};

static struct made_map make_map(struct chance *chance, struct pages *pages)
{
    const bool apart = chance_one_in(chance, 2);
    struct made_map made = made_map_start(PAGES, 48);

    for (uint64_t count = chance_below(chance, PAGES); count > 0; count--) {
        uint64_t base = chance_below(chance, PAGES), size = chance_size(chance, PAGES - base);
        bool taken = false;

        for (uint64_t page = base; page < base + size; page++)
            taken = taken || pages->on[page] > 0;
        if (apart && taken)
            continue;
        for (uint64_t page = base; page < base + size; page++)
            pages->on[page]++;
        made_map_add_memory(&made, EFI_TYPE_RESERVED, base * PAGE, size * PAGE);
    }
    return made;
}

/* All that has memory behind the address stands at the place or behind it; alone when nothing overlaps. */
static bool is_place(const struct memory_intervals *memory, uint64_t address, size_t place)
{
    for (size_t i = 0; i < place; i++) {
        if (memory->interval[i].end > address)
            return false;
    }
    return place <= memory->count &&
           (memory->overlap || place == memory->count || memory->interval[place].end > address);
}

static void test_by_chance(void **state)
{
    size_t overlapping = 0;

    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        struct chance chance = chance_case(i);
        struct pages pages = {{0}};
        struct made_map made = make_map(&chance, &pages);
        struct memory_intervals memory = made_map_read(&made);
        bool overlap = false;

        assert_int_equal(memory.count, made.count);
        for (size_t j = 1; j < memory.count; j++)
            assert_true(memory.interval[j - 1].base < memory.interval[j].base ||
                        (memory.interval[j - 1].base == memory.interval[j].base &&
                         memory.interval[j - 1].sequence < memory.interval[j].sequence));
        for (uint64_t page = 0; page < PAGES; page++) {
            uint64_t address = page * PAGE + chance_below(&chance, PAGE);
            const struct memory_interval *found = memory_intervals_find(&memory, address);

            overlap = overlap || pages.on[page] > 1;
            assert_int_equal(found != NULL, pages.on[page] > 0);
            assert_true(!found || (found->base <= address && address < found->end));
            if (!is_place(&memory, address, memory_intervals_from(&memory, address)))
                CHANCE_FAIL(&chance, "page %llu", (unsigned long long)page);
        }
        assert_int_equal(memory.overlap, overlap);
        overlapping += overlap;
        made_map_end(&made);
    }
    assert_in_range(overlapping, 1000, 4000); /* both happen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_parts_of_pages),
        cmocka_unit_test(test_by_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
