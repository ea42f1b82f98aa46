/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "made_map.h"
#include "maps_layout.h"

#define PAGE    4096ULL
#define LIMIT   (8ULL << 20)
#define SCRATCH (sizeof(struct memory_interval) + sizeof(uint32_t))

static bool is_whole(uint64_t value)
{
    return value % PAGE == 0;
}

/* The firmware's map, the kernel's map, the scratch: in this order, apart, whole pages, and not much larger than
 * needed. */
static void check_layout(const struct chance *chance, const struct maps_layout *layout, uint64_t raw_size, size_t step,
                         size_t placed)
{
    uint64_t descriptors = layout->raw_size / step;
    uint64_t entries_size = memory_map_entries(layout->intervals) * sizeof(struct baton_memory);

    if (!is_whole(layout->raw_size) || !is_whole(layout->entries) || !is_whole(layout->labelled) ||
        !is_whole(layout->scratch) || !is_whole(layout->size))
        CHANCE_FAIL(chance, "%llu bytes, step %zu: no whole pages", (unsigned long long)raw_size, step);
    if (layout->raw_size < raw_size || layout->raw_size >= raw_size + PAGE)
        CHANCE_FAIL(chance, "%llu bytes for the firmware's map of %llu", (unsigned long long)layout->raw_size,
                    (unsigned long long)raw_size);
    if (layout->intervals < memory_map_intervals((size_t)descriptors, placed))
        CHANCE_FAIL(chance, "room for %zu ranges", layout->intervals);
    if (layout->entries < layout->raw_size || layout->labelled < layout->entries + entries_size ||
        layout->scratch < layout->labelled || layout->size < layout->scratch + layout->intervals * SCRATCH)
        CHANCE_FAIL(chance, "the parts overlap");
    if (layout->entries != layout->raw_size || layout->scratch != layout->labelled ||
        layout->labelled >= layout->entries + entries_size + PAGE ||
        layout->size >= layout->scratch + layout->intervals * SCRATCH + PAGE)
        CHANCE_FAIL(chance, "%llu bytes is more than it takes", (unsigned long long)layout->size);
}

static void test_layout(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        uint64_t raw_size = chance_one_in(&chance, 10) ? LIMIT : chance_size(&chance, LIMIT);
        size_t step = (size_t)chance_between(&chance, EFI_DESCRIPTOR_MINIMUM, 256);
        size_t placed = (size_t)chance_size(&chance, chance_one_in(&chance, 10) ? LIMIT : 1000);
        struct maps_layout layout;

        if (!maps_layout_make(raw_size, step, placed, &layout))
            CHANCE_FAIL(&chance, "%llu bytes, step %zu, %zu placed", (unsigned long long)raw_size, step, placed);
        check_layout(&chance, &layout, raw_size, step, placed);
    }
}

/* The largest that is not absurd, and sizes at which one part fills its last page. */
static void test_limits(void **state)
{
    (void)state;
    for (size_t placed = 0; placed < 2000; placed++) {
        struct chance chance = chance_case(0);
        struct maps_layout layout;

        assert_true(maps_layout_make(PAGE, 64, placed, &layout));
        check_layout(&chance, &layout, PAGE, 64, placed);
        assert_true(maps_layout_make(LIMIT, EFI_DESCRIPTOR_MINIMUM, LIMIT - placed, &layout));
        check_layout(&chance, &layout, LIMIT, EFI_DESCRIPTOR_MINIMUM, LIMIT - placed);
    }
}

static void test_absurd(void **state)
{
    static const struct {
        uint64_t raw_size;
        size_t step, placed;
    } rows[] = {
        {LIMIT + 1, 48, 10},   {UINT64_MAX, 48, 10}, {UINT64_MAX - PAGE + 1, 48, 10},
        {4096, 48, LIMIT + 1}, {4096, 48, SIZE_MAX}, {4096, 0, 10},
        {4096, 39, 10},
    };
    struct maps_layout layout, untouched;

    (void)state;
    memset(&layout, 0xaa, sizeof(layout));
    untouched = layout;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (maps_layout_make(rows[i].raw_size, rows[i].step, rows[i].placed, &layout))
            fail_msg("row %zu is not absurd?", i);
        assert_memory_equal(&layout, &untouched, sizeof(layout));
    }
}

/* A map that fills the room to its last byte, all of it different ranges: sealed inside the room. */
static void test_full_room(void **state)
{
    static const size_t steps[] = {40, 48, 56, 64, 120, 128};

    (void)state;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        const size_t placed_count = 20;
        struct placed_range placed[20];
        struct maps_layout layout;
        struct memory_map_room room;
        struct made_map made;
        struct efi_map map;
        uint8_t *memory;
        size_t count;

        assert_true(maps_layout_make(10000 + i, steps[i], placed_count, &layout));
        made = made_map_start((size_t)layout.raw_size / steps[i], steps[i]);
        for (size_t k = 0; k < made.capacity; k++)
            made_map_add(&made, EFI_TYPE_CONVENTIONAL, k * 16 * PAGE, 8, 0xf);
        for (size_t k = 0; k < placed_count; k++)
            placed[k] = (struct placed_range){(k * 16 + 2) * PAGE, PAGE, BATON_MEMORY_MODULE};
        memory = malloc((size_t)layout.size);
        assert_non_null(memory);
        room = maps_layout_room(&layout, memory);
        assert_ptr_equal(room.entry, memory + layout.entries);
        assert_ptr_equal(room.interval, memory + layout.scratch);
        assert_int_equal(room.intervals, layout.intervals);
        /* the firmware's map lies in the room itself, as it does after GetMemoryMap */
        memcpy(memory, made.bytes, made.count * steps[i]);
        map = (struct efi_map){{memory, made.count * steps[i]}, steps[i], 1};
        count = memory_map_seal(&map, placed, placed_count, &room);
        assert_int_equal(count, made.count + 2 * placed_count + 1);
        assert_memory_equal(memory, made.bytes, made.count * steps[i]);
        assert_true((uint8_t *)(room.entry + count) <= memory + layout.labelled);
        free(memory);
        made_map_end(&made);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_absurd),
        cmocka_unit_test(test_full_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
