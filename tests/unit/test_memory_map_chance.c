/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's memory map: thousands of firmware maps by chance, against the rules written down as directly as can be.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "map_rules.h"

#define PAGE 4096ULL
#define END  (1ULL << 52)
#define WB   0xfULL

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Addresses meet each other, page 0 and the end of all addresses more often than chance would have it. */
static uint64_t make_address(struct chance *chance, uint64_t span)
{
    switch (chance_below(chance, 8)) {
    case 0:
        return END - PAGE * chance_size(chance, span);
    case 1:
        return PAGE * (chance_size(chance, span) - 1);
    case 2:
        return chance_bits(chance) & ~(PAGE - 1);
    default:
        return 0x100000 + PAGE * chance_below(chance, span);
    }
}

static uint64_t make_pages(struct chance *chance, uint64_t span)
{
    switch (chance_below(chance, 16)) {
    case 0:
        return 0;
    case 1:
        return chance_size(chance, UINT64_MAX);
    default:
        return chance_size(chance, span);
    }
}

static uint32_t make_type(struct chance *chance)
{
    switch (chance_below(chance, 8)) {
    case 0:
        return (uint32_t)chance_bits(chance);
    case 1:
    case 2:
        return EFI_TYPE_CONVENTIONAL;
    default:
        return (uint32_t)chance_below(chance, 17);
    }
}

/* `span` is the pages in which most of it lies. */
static struct map_sample make_sample(struct chance *chance, size_t descriptors, size_t placed, uint64_t span)
{
    static const uint64_t attributes[] = {WB, WB, WB, 1, 0, WB | 1ULL << 63, WB | EFI_ATTRIBUTE_SPECIFIC_PURPOSE};
    struct map_sample sample = {made_map_start(descriptors, (size_t)chance_between(chance, 40, 128)),
                                malloc((placed + 1) * sizeof(struct placed_range)), placed};

    assert_non_null(sample.placed);
    for (size_t i = 0; i < descriptors; i++) {
        uint64_t address = make_address(chance, span), pages = make_pages(chance, span);

        if (chance_one_in(chance, 16) && address < END / 2 && pages < 1ULL << 32) /* the specification forbids it */
            address += chance_below(chance, PAGE);
        made_map_add(&sample.made, make_type(chance), address, pages,
                     attributes[chance_below(chance, COUNT(attributes))]);
    }
    for (size_t i = 0; i < placed; i++)
        sample.placed[i] =
            (struct placed_range){make_address(chance, span) % END, PAGE * (chance_size(chance, span) - 1),
                                  map_rules_placed[chance_below(chance, MAP_RULES_PLACED)]};
    return sample;
}

static void sample_end(struct map_sample *sample)
{
    made_map_end(&sample->made);
    free(sample->placed);
}

static void test_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 4000; i++) {
        struct chance chance = chance_case(i);
        struct map_sample sample = make_sample(&chance, (size_t)chance_below(&chance, 40),
                                               (size_t)chance_below(&chance, 12), chance_size(&chance, 200));

        map_rules_check(&chance, &sample);
        sample_end(&sample);
    }
}

static void test_thousands_of_entries(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        struct chance chance = chance_case(i);
        struct map_sample sample = make_sample(&chance, 5000, 50, i == 0 ? 1ULL << 40 : i == 1 ? 1000 : 100000);

        map_rules_check(&chance, &sample);
        sample_end(&sample);
    }
}

/* With less room than it takes, ranges are left out; nothing is written behind the room. */
static void test_too_little_room(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 300; i++) {
        struct chance chance = chance_case(i);
        struct map_sample sample = make_sample(&chance, 20, 5, 30);
        struct sealed sealed =
            sealed_start_in(&sample.made, sample.placed, sample.placed_count, (size_t)chance_below(&chance, 26));

        map_rules_check_shape(&chance, &sealed);
        sealed_end(&sealed);
        sample_end(&sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_chance),
        cmocka_unit_test(test_thousands_of_entries),
        cmocka_unit_test(test_too_little_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
