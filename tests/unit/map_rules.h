/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of docs/protocol.md, section 5, for the kernel's memory map, written down as directly as can be. */
#ifndef BATON_TEST_MAP_RULES_H
#define BATON_TEST_MAP_RULES_H

#include "chance.h"
#include "made_sealed.h"

/* What a kernel's map is made from. */
struct map_sample {
    struct made_map made;
    struct placed_range *placed;
    size_t placed_count;
};

/* What the loader says of memory, in the order in which one wins over the other where they overlap. */
#define MAP_RULES_PLACED 9
extern const uint32_t map_rules_placed[MAP_RULES_PLACED];

/* Fails the test unless entries are sorted, apart, of whole pages, not empty, and unlike their neighbours. */
void map_rules_check_shape(const struct chance *chance, const struct sealed *sealed);

/* Fails the test unless the map that comes of the sample is what the rules make of it. */
void map_rules_check(const struct chance *chance, const struct map_sample *sample);

#endif
