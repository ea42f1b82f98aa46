/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's memory map, sealed with ranges of the loader's: page for page what the rules of docs/protocol.md,
 * section 5, make of it (map_rules.h); sorted, disjoint, merged, and each address found in it. In room for fewer ranges
 * than there are the shape is still right and nothing is written behind the room.
 */
#include "fuzz.h"
#include "machine.h"
#include "map_rules.h"

#define PLACED_MAX 12
#define END        (1ULL << 52)

static void add_placed(struct input *input, struct placed_range *placed)
{
    uint64_t base = input_address(input) % END, size = 4096 * input_number(input, 2);

    *placed = (struct placed_range){base, size < END - base ? size : END - base,
                                    map_rules_placed[input_below(input, MAP_RULES_PLACED)]};
}

void fuzz(struct input *input)
{
    const struct chance chance = {0, 0};
    struct placed_range placed[PLACED_MAX];
    struct map_sample sample = {.placed = placed, .placed_count = (size_t)input_below(input, PLACED_MAX + 1)};
    size_t room = (size_t)input_below(input, 64);
    struct sealed sealed;

    for (size_t i = 0; i < sample.placed_count; i++)
        add_placed(input, &placed[i]);
    sample.made = machine_wild_map(input, 40);
    map_rules_check(&chance, &sample);
    sealed = sealed_start_in(&sample.made, placed, sample.placed_count, room);
    map_rules_check_shape(&chance, &sealed);
    CHECK(sealed.count <= memory_map_entries(room));
    sealed_end(&sealed);
    made_map_end(&sample.made);
}
