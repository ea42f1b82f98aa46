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
#define END   (1ULL << 52)
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

/* Of memory that is not free, whatever the firmware says of it: whole pages below 2^52. */
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
        struct made_map made = made_map_start(1, 40);
        struct memory_intervals memory;

        made_map_add(&made, EFI_TYPE_RESERVED, rows[i].physical, rows[i].pages, 0);
        memory = made_map_read(&made);
        if (memory.count != rows[i].some)
            fail_msg("row %zu: some: %d", i, !rows[i].some);
        if (rows[i].some && (memory.interval->base != rows[i].base || memory.interval->end != rows[i].end))
            fail_msg("row %zu: 0x%llx-0x%llx", i, (unsigned long long)memory.interval->base,
                     (unsigned long long)memory.interval->end);
        made_map_end(&made);
    }
}

/* Never more than there is of what will be free, and never less than there is of all else. */
static void test_ranges_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 50000; i++) {
        struct chance chance = chance_case(i);
        bool is_free = chance_one_in(&chance, 2);
        uint64_t physical = chance_size(&chance, UINT64_MAX), pages = chance_size(&chance, UINT64_MAX);
        const unsigned __int128 end = physical + (unsigned __int128)pages * PAGE;
        struct made_map made = made_map_start(1, 48);
        struct memory_intervals memory;
        const struct memory_interval *found;

        made_map_add(&made, is_free ? EFI_TYPE_CONVENTIONAL : EFI_TYPE_ACPI_NVS, physical, pages, 0xf);
        memory = made_map_read(&made);
        found = memory.interval;
        if (memory.count > 0 &&
            (found->base >= found->end || found->base % PAGE != 0 || found->end % PAGE != 0 || found->end > END ||
             (is_free ? found->base < physical || found->end > end
                      : found->base > physical || (found->end < end && found->end != END))))
            CHANCE_FAIL(&chance, "0x%llx, 0x%llx pages: 0x%llx-0x%llx", (unsigned long long)physical,
                        (unsigned long long)pages, (unsigned long long)found->base, (unsigned long long)found->end);
        if (memory.count == 0 && !is_free && pages > 0 && physical < END)
            CHANCE_FAIL(&chance, "0x%llx, 0x%llx pages: nothing", (unsigned long long)physical,
                        (unsigned long long)pages);
        made_map_end(&made);
    }
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
        cmocka_unit_test(test_order),     cmocka_unit_test(test_parts_of_pages),
        cmocka_unit_test(test_ranges),    cmocka_unit_test(test_ranges_by_chance),
        cmocka_unit_test(test_by_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
