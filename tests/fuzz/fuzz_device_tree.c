/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Flattened device trees, as bytes and token by token. Ranges are whole pages, sorted and apart. Of a tree that is made
 * here every reservation of the block and every `reg` of an enabled child of /reserved-memory is found, and nothing
 * else. A tree that is refused has none; one that is cut off is read up to there without reading on.
 */
#include <stdlib.h>
#include <string.h>

#include "device_tree.h"
#include "fuzz.h"
#include "made_tables.h"
#include "made_tree.h"

#define RANGES 64

struct sample {
    struct made_tree tree;
    struct table_range range[RANGES];
    struct table_ranges expected;
};

/* `reg` of a child: as many cells as they come. */
static void write_reg(struct input *input, struct sample *sample, uint64_t address_cells, uint64_t size_cells,
                      bool counts)
{
    uint32_t cells[16];
    size_t count = (size_t)input_below(input, 16), step = (size_t)(address_cells + size_cells);

    for (size_t i = 0; i < count; i++)
        cells[i] = (uint32_t)input_number(input, input_flag(input) ? 4 : 1);
    made_tree_cells(&sample->tree, "reg", cells, count);
    if (address_cells < 1 || address_cells > 2 || size_cells < 1 || size_cells > 2 || !counts)
        return;
    for (size_t i = 0; i + step <= count; i += step) {
        uint64_t base = cells[i], size = cells[i + address_cells];

        if (address_cells == 2)
            base = base << 32 | cells[i + 1];
        if (size_cells == 2)
            size = size << 32 | cells[i + address_cells + 1];
        table_ranges_add(&sample->expected, base, size);
    }
}

static void write_child(struct input *input, struct sample *sample, uint64_t address_cells, uint64_t size_cells,
                        bool inside)
{
    static const char *const statuses[] = {"okay", "ok", "disabled", "", "okay "};
    uint64_t how = input_number(input, 1);
    const char *status = statuses[(how & 7) % COUNT(statuses)];
    bool enabled = !(how & 8) || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;

    made_tree_begin(&sample->tree, input_string(input, 16));
    if (how & 8)
        made_tree_text(&sample->tree, "status", status);
    if (how & 16)
        made_tree_token(&sample->tree, 4);
    if (how & 32)
        made_tree_property(&sample->tree, "no-map", NULL, 0);
    write_reg(input, sample, address_cells, size_cells, inside && enabled);
    if (how & 64) { /* a child's child reserves nothing */
        made_tree_begin(&sample->tree, "reserved-memory");
        made_tree_cells(&sample->tree, "reg", (const uint32_t[]){0, 0x1000, 0x1000}, 3);
        made_tree_end(&sample->tree);
    }
    made_tree_end(&sample->tree);
}

static void write_node(struct input *input, struct sample *sample)
{
    uint64_t how = input_number(input, 1), address_cells = 2, size_cells = 1;
    const char *name = how & 1 ? "reserved-memory" : input_string(input, 16);
    bool inside = strcmp(name, "reserved-memory") == 0;

    made_tree_begin(&sample->tree, name);
    if (how & 2) {
        address_cells = input_below(input, 4);
        made_tree_cells(&sample->tree, "#address-cells", (const uint32_t[]){(uint32_t)address_cells}, 1);
    }
    if (how & 4) {
        size_cells = input_below(input, 4);
        made_tree_cells(&sample->tree, "#size-cells", (const uint32_t[]){(uint32_t)size_cells}, 1);
    }
    if (how & 8)
        made_tree_cells(&sample->tree, "reg", (const uint32_t[]){0, 0x5000, 0x1000}, 3);
    for (uint64_t i = how >> 4 & 3; i > 0; i--)
        write_child(input, sample, address_cells, size_cells, inside);
    made_tree_end(&sample->tree);
}

static size_t reservations(struct bytes tree, struct table_range *ranges, size_t capacity)
{
    struct table_ranges reserved = {.range = ranges, .capacity = capacity};

    device_tree_reservations(tree, &reserved);
    return reserved.count;
}

static void check_made(struct input *input)
{
    struct sample sample = {.expected = {.range = sample.range, .capacity = RANGES}};
    struct table_range found[RANGES];
    struct bytes tree;
    uint64_t size = 0;
    size_t count;

    for (uint64_t i = input_below(input, 4); i > 0; i--) {
        uint64_t base = input_wide(input), length = 1 + input_number(input, 3);

        made_tree_reserve(&sample.tree, base, length);
        table_ranges_add(&sample.expected, base, length);
    }
    made_tree_begin(&sample.tree, "");
    for (uint64_t i = input_below(input, 5); i > 0; i--)
        write_node(input, &sample);
    made_tree_end(&sample.tree);
    tree = made_tree_finish(&sample.tree);
    CHECK(device_tree_check(tree, &size) && size == tree.size);
    count = reservations(tree, found, RANGES);
    CHECK(count == sample.expected.count && memcmp(found, sample.range, count * sizeof(found[0])) == 0);
    free((void *)(uintptr_t)tree.data);
}

static void check_wild(struct input *input)
{
    size_t capacity = (size_t)input_below(input, RANGES + 1);
    struct table_range *found = fuzz_room(capacity * sizeof(*found));
    struct bytes tree = input_rest(input);
    uint64_t size = 77;
    bool sound = device_tree_check(tree, &size);
    size_t count = reservations(tree, found, capacity);

    CHECK(sound ? size >= DEVICE_TREE_HEADER && size <= 16 << 20 : size == 77);
    CHECK(count <= capacity && (count == 0 || (sound && size <= tree.size)));
    made_check_ranges(found, count);
}

void fuzz(struct input *input)
{
    if (input_flag(input))
        check_wild(input);
    else
        check_made(input);
}
