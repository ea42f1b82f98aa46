/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every memory map of a few descriptors over a few pages, sealed, and each entry compared with a reference that looks
 * at one page after the other (map_reference.h). What is enumerated is said by each test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exhaust.h"
#include "map_reference.h"
#include "memory_map.h"

#define PAGE            REFERENCE_PAGE
#define DESCRIPTORS     6
#define ARRANGED        4 /* in all orders */
#define DESCRIPTOR_SIZE 48
#define PLACED          5
#define RANGES          64

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Where a descriptor may lie. */
struct range {
    uint64_t physical, pages;
};

/* A set of maps: all sequences of at most `descriptors`, each being one of the ranges and one of the first classes. */
struct sweep {
    struct range ranges[RANGES];
    size_t range_count;
    size_t classes;
    size_t descriptors;
    struct placed_range placed[PLACED];
    size_t placed_count;
    uint64_t maps, wrong;
    /* The bytes and the room, for each number of descriptors and of placed ranges exactly as large as it must be. */
    uint8_t *bytes[DESCRIPTORS + 1];
    struct memory_map_room room[DESCRIPTORS + 1][PLACED + 1];
};

static struct memory_map_room make_room(size_t intervals)
{
    struct memory_map_room room = {.intervals = intervals};

    room.interval = malloc(intervals * sizeof(room.interval[0]));
    room.heap = malloc(intervals * sizeof(room.heap[0]));
    room.entry = malloc(memory_map_entries(intervals) * sizeof(room.entry[0]));
    assert_non_null(room.interval);
    assert_non_null(room.heap);
    assert_non_null(room.entry);
    return room;
}

static struct sweep *sweep_start(size_t descriptors, size_t classes)
{
    struct sweep *sweep = calloc(1, sizeof(*sweep));

    assert_non_null(sweep);
    sweep->descriptors = descriptors;
    sweep->classes = classes;
    for (size_t i = 0; i <= DESCRIPTORS; i++) {
        sweep->bytes[i] = malloc(i * DESCRIPTOR_SIZE + 1);
        assert_non_null(sweep->bytes[i]);
        memset(sweep->bytes[i], 0xa5, i * DESCRIPTOR_SIZE + 1);
        for (size_t j = 0; j <= PLACED; j++)
            sweep->room[i][j] = make_room(memory_map_intervals(i, j));
    }
    return sweep;
}

static void sweep_end(struct sweep *sweep, const char *what)
{
    const uint64_t maps = sweep->maps, wrong = sweep->wrong;

    exhaust_tell("memory map", what, maps, "maps", wrong);
    for (size_t i = 0; i <= DESCRIPTORS; i++) {
        free(sweep->bytes[i]);
        for (size_t j = 0; j <= PLACED; j++) {
            free(sweep->room[i][j].interval);
            free(sweep->room[i][j].heap);
            free(sweep->room[i][j].entry);
        }
    }
    free(sweep);
    assert_true(maps > 0);
    assert_true(wrong == 0);
}

/* ---- one map ---- */

static void tell_entries(const char *whose, const struct baton_memory *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("  %s: 0x%" PRIx64 "-0x%" PRIx64 " kind %" PRIu32 " type 0x%" PRIx32 " attributes 0x%" PRIx64 "\n",
               whose, entries[i].base, entries[i].base + entries[i].size, entries[i].kind, entries[i].efi_type,
               entries[i].efi_attributes);
}

static void tell_map(const struct sweep *sweep, const struct efi_map *map)
{
    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = *efi_map_at(map, i);

        printf("  descriptor: 0x%" PRIx64 ", 0x%" PRIx64 " pages, type 0x%" PRIx32 " attributes 0x%" PRIx64 "\n",
               descriptor.physical, descriptor.pages, descriptor.type, descriptor.attributes);
    }
    for (size_t i = 0; i < sweep->placed_count; i++)
        printf("  placed: 0x%" PRIx64 "-0x%" PRIx64 " kind %" PRIu32 "\n", sweep->placed[i].base,
               sweep->placed[i].base + sweep->placed[i].size, sweep->placed[i].kind);
}

static bool entries_are(const struct baton_memory *entries, const struct baton_memory *expected, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (entries[i].base != expected[i].base || entries[i].size != expected[i].size ||
            entries[i].kind != expected[i].kind || entries[i].efi_type != expected[i].efi_type ||
            entries[i].efi_attributes != expected[i].efi_attributes)
            return false;
    }
    return true;
}

/* Seals the first `count` descriptors. */
static void check_map(struct sweep *sweep, size_t count, const struct reference *reference)
{
    struct efi_map map = {{sweep->bytes[count], count * DESCRIPTOR_SIZE}, DESCRIPTOR_SIZE, 1};
    const struct memory_map_room *room = &sweep->room[count][sweep->placed_count];
    struct baton_memory expected[REFERENCE_PAGES];
    size_t expected_count = reference_entries(reference, expected);
    size_t sealed = memory_map_seal(&map, sweep->placed, sweep->placed_count, room);

    sweep->maps++;
    if (sealed == expected_count && entries_are(room->entry, expected, sealed))
        return;
    if (sweep->wrong++ > 0)
        return;
    tell_map(sweep, &map);
    tell_entries("expected", expected, expected_count);
    tell_entries("sealed", room->entry, sealed);
}

/* ---- all maps ---- */

static void write_descriptor(struct sweep *sweep, size_t index, const struct map_class *class,
                             const struct range *range)
{
    for (size_t i = index + 1; i <= sweep->descriptors; i++) {
        uint8_t *at = sweep->bytes[i] + index * DESCRIPTOR_SIZE;

        memcpy(at, &class->type, 4);
        memcpy(at + 8, &range->physical, 8);
        memcpy(at + 24, &range->pages, 8);
        memcpy(at + 32, &class->attributes, 8);
    }
}

/* All maps that begin with the `count` descriptors that are there. */
static void try_maps(struct sweep *sweep, size_t count, const struct reference *reference)
{
    check_map(sweep, count, reference);
    if (count == sweep->descriptors)
        return;
    for (size_t i = 0; i < sweep->range_count; i++) {
        for (size_t j = 0; j < sweep->classes; j++) {
            struct reference next = *reference;

            write_descriptor(sweep, count, &map_classes[j], &sweep->ranges[i]);
            reference_add(&next, &map_classes[j], sweep->ranges[i].physical, sweep->ranges[i].pages);
            try_maps(sweep, count + 1, &next);
        }
    }
}

static void add_range(struct sweep *sweep, uint64_t physical, uint64_t pages)
{
    assert_true(sweep->range_count < RANGES);
    sweep->ranges[sweep->range_count++] = (struct range){physical, pages};
}

/* Every range of at least one page in the first `pages`. */
static void add_ranges(struct sweep *sweep, size_t pages)
{
    for (size_t base = 0; base < pages; base++) {
        for (size_t end = base + 1; end <= pages; end++)
            add_range(sweep, base * PAGE, end - base);
    }
}

/* The classes are chosen for ranges that are; checks the maps of exactly `count`. */
static void try_classes(struct sweep *sweep, const struct range *ranges, size_t index, size_t count,
                        const struct reference *reference)
{
    if (index == count) {
        check_map(sweep, count, reference);
        return;
    }
    for (size_t i = 0; i < sweep->classes; i++) {
        struct reference next = *reference;

        write_descriptor(sweep, index, &map_classes[i], &ranges[index]);
        reference_add(&next, &map_classes[i], ranges[index].physical, ranges[index].pages);
        try_classes(sweep, ranges, index + 1, count, &next);
    }
}

/*
 * Chooses range `index` of `count`. `used` has a bit for each page at which one begins or ends. Where a page is not
 * used that lies between two that are, the same relations are met with less space between them, so such ranges are
 * passed over. Returns how many arrangements there are.
 */
static size_t try_arrangements(struct sweep *sweep, struct range *ranges, size_t index, size_t count, unsigned used,
                               uint64_t first_page)
{
    const struct reference window = {.base = first_page * PAGE, .pages = 2 * ARRANGED - 1};
    size_t arrangements = 0;

    if (index == count) {
        if ((used & (used + 1)) != 0)
            return 0;
        try_classes(sweep, ranges, 0, count, &window);
        return 1;
    }
    for (unsigned base = 0; base < 2 * count; base++) {
        for (unsigned end = base + 1; end < 2 * count; end++) {
            ranges[index] = (struct range){(first_page + base) * PAGE, end - base};
            arrangements +=
                try_arrangements(sweep, ranges, index + 1, count, used | 1U << base | 1U << end, first_page);
        }
    }
    return arrangements;
}

/* ---- the firmware's descriptors alone ---- */

/* Sealing compares where ranges begin and end, so two maps whose borders have the same order are one case. */
static void test_arrangements(void **state)
{
    static const size_t expected[] = {1, 1, 13, 409, 23917}; /* relations that so many intervals can have */
    struct sweep *sweep = sweep_start(4, 4);

    (void)state;
    for (uint64_t first_page = 0; first_page < 2; first_page++) {
        for (size_t count = 0; count <= ARRANGED; count++) {
            struct range ranges[ARRANGED];

            assert_int_equal(try_arrangements(sweep, ranges, 0, count, 0, first_page), expected[count]);
        }
    }
    sweep_end(sweep, "all orders in which <= 4 descriptors can begin and end, from page 0 and from page 1 on, 4 types");
}

static void test_ranges(void **state)
{
    struct sweep *sweep = sweep_start(4, 7);
    const struct reference window = {.pages = 3};

    (void)state;
    add_ranges(sweep, 3);
    try_maps(sweep, 0, &window);
    sweep_end(sweep, "all sequences of <= 4 descriptors in pages 0 to 2, 7 types");
}

static void test_all_types(void **state)
{
    struct sweep *sweep = sweep_start(3, MAP_CLASSES);
    const struct reference window = {.pages = 2};

    (void)state;
    add_ranges(sweep, 2);
    try_maps(sweep, 0, &window);
    sweep_end(sweep, "all sequences of <= 3 descriptors in pages 0 and 1, 24 types and attributes");
}

/* Descriptors of no pages, too. */
static void test_halves(void **state)
{
    struct sweep *sweep = sweep_start(3, 8);
    const struct reference window = {.pages = 4};

    (void)state;
    for (uint64_t half = 0; half < 6; half++) {
        for (uint64_t pages = 0; half + 2 * pages <= 6; pages++)
            add_range(sweep, half * PAGE / 2, pages);
    }
    try_maps(sweep, 0, &window);
    sweep_end(sweep,
              "all sequences of <= 3 descriptors, perhaps empty, that begin on a half page in pages 0 to 2, 8 types");
}

static void test_highest(void **state)
{
    static const uint64_t counts[] = {0, 1, 2, 3, 1ULL << 40, 1ULL << 52, UINT64_MAX};
    const uint64_t highest = 1ULL << 52;
    const uint64_t bases[] = {highest - 3 * PAGE, highest - 5 * PAGE / 2, highest - PAGE / 2, highest, highest + PAGE,
                              1ULL << 63,         UINT64_MAX - PAGE + 1};
    struct sweep *sweep = sweep_start(3, 3);
    const struct reference window = {.base = highest - 4 * PAGE, .pages = 6};

    (void)state;
    for (size_t i = 0; i < COUNT(bases); i++) {
        for (size_t j = 0; j < COUNT(counts); j++)
            add_range(sweep, bases[i], counts[j]);
    }
    try_maps(sweep, 0, &window);
    sweep_end(sweep, "all sequences of <= 3 descriptors near 2^52 and 2^64, 7 bases, 7 sizes, 3 types");
}

/* So many over each other that the order in which they win is a tree of more than two levels. */
static void test_stacked(void **state)
{
    struct sweep *sweep = sweep_start(DESCRIPTORS, 3);
    const struct reference window = {.pages = 3};

    (void)state;
    for (uint64_t pages = 1; pages <= 3; pages++)
        add_range(sweep, 0, pages);
    try_maps(sweep, 0, &window);
    sweep_end(sweep, "all sequences of <= 6 descriptors that begin at page 0 and have 1 to 3 pages, 3 types");
}

/* ---- and what the loader knows over them ---- */

static void set_placed(struct sweep *sweep, size_t index, uint64_t page, uint64_t pages, uint32_t kind)
{
    sweep->placed[index] = (struct placed_range){page * PAGE, pages * PAGE, kind};
}

/* All ranges over the firmware's, at most `most` of them, of the first kinds, with all maps below them. */
static void try_placed(struct sweep *sweep, size_t most, size_t kinds, const struct reference *reference)
{
    static const uint32_t kind[] = {
        BATON_MEMORY_RESERVED, BATON_MEMORY_FIRMWARE_TABLES, BATON_MEMORY_FRAMEBUFFER,
        BATON_MEMORY_KERNEL,   BATON_MEMORY_STACK,           BATON_MEMORY_PAGE_TABLES,
        BATON_MEMORY_MODULE,   BATON_MEMORY_TRAMPOLINE,      BATON_MEMORY_BATON,
    };
    size_t index = sweep->placed_count;

    try_maps(sweep, 0, reference);
    if (index == most)
        return;
    for (size_t i = 0; i < sweep->range_count; i++) {
        for (size_t j = 0; j < kinds; j++) {
            struct reference next = *reference;

            sweep->placed[index] =
                (struct placed_range){sweep->ranges[i].physical, sweep->ranges[i].pages * PAGE, kind[j]};
            if (!reference_place(&next, sweep->placed[index].base, sweep->placed[index].size, kind[j]))
                continue;
            sweep->placed_count = index + 1;
            try_placed(sweep, most, kinds, &next);
            sweep->placed_count = index;
        }
    }
}

static void test_two_placed(void **state)
{
    struct sweep *sweep = sweep_start(2, 4);
    const struct reference window = {.pages = 3};

    (void)state;
    add_ranges(sweep, 3);
    try_placed(sweep, 2, 9, &window);
    sweep_end(sweep, "<= 2 placed ranges of 9 kinds over <= 2 descriptors of 4 types, in pages 0 to 2");
}

static void test_three_placed(void **state)
{
    struct sweep *sweep = sweep_start(1, 8);
    const struct reference window = {.pages = 3};

    (void)state;
    add_ranges(sweep, 3);
    try_placed(sweep, 3, 5, &window);
    sweep_end(sweep, "<= 3 placed ranges of 5 kinds over <= 1 descriptor of 8 types, in pages 0 to 2");
}

/* What a boot leaves, over all maps of four pages: in the middle of memory, over page 0, beyond what is listed. */
static void test_boots(void **state)
{
    static const struct {
        uint64_t page, pages;
        uint32_t kind;
    } boots[][PLACED] = {
        {{1, 1, BATON_MEMORY_KERNEL},
         {2, 1, BATON_MEMORY_STACK},
         {3, 1, BATON_MEMORY_PAGE_TABLES},
         {5, 2, BATON_MEMORY_FRAMEBUFFER},
         {4, 1, BATON_MEMORY_FIRMWARE_TABLES}},
        {{1, 2, BATON_MEMORY_KERNEL},
         {3, 1, BATON_MEMORY_KERNEL},
         {0, 1, BATON_MEMORY_FIRMWARE_TABLES},
         {2, 3, BATON_MEMORY_FRAMEBUFFER},
         {0, 2, BATON_MEMORY_RESERVED}},
        {{1, 1, BATON_MEMORY_STACK},
         {3, 1, BATON_MEMORY_BATON},
         {2, 1, BATON_MEMORY_FRAMEBUFFER},
         {2, 3, BATON_MEMORY_FIRMWARE_TABLES},
         {1, 4, BATON_MEMORY_RESERVED}},
    };
    struct sweep *sweep = sweep_start(4, 3);

    (void)state;
    add_ranges(sweep, 4);
    for (size_t i = 0; i < COUNT(boots); i++) {
        struct reference window = {.pages = 7};

        for (size_t j = 0; j < PLACED; j++) {
            set_placed(sweep, j, boots[i][j].page, boots[i][j].pages, boots[i][j].kind);
            assert_true(reference_place(&window, sweep->placed[j].base, sweep->placed[j].size, sweep->placed[j].kind));
        }
        sweep->placed_count = PLACED;
        try_maps(sweep, 0, &window);
    }
    sweep_end(sweep, "3 times 5 placed ranges over <= 4 descriptors of 3 types, in pages 0 to 3");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arrangements), cmocka_unit_test(test_ranges),       cmocka_unit_test(test_all_types),
        cmocka_unit_test(test_halves),       cmocka_unit_test(test_highest),      cmocka_unit_test(test_stacked),
        cmocka_unit_test(test_two_placed),   cmocka_unit_test(test_three_placed), cmocka_unit_test(test_boots),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
