/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections 5 and 6: the device tree, which is one blob of big-endian numbers (Devicetree Specification 5):
 *
 *     header: magic, size, offset of the structure, of the strings, of the reservations, …
 *     reservations: address, size (8 bytes each), up to a pair of zeros
 *     structure: tokens; a node has a name, a property its length, the offset of its name, and its value
 */
#include "selfcheck.h"

#include "memory.h"

#define MAGIC        0xd00dfeedu
#define AT_SIZE      4
#define AT_STRUCTURE 8
#define AT_STRINGS   12
#define AT_RESERVED  16
#define HEADER_SIZE  40
#define BEGIN_NODE   1u
#define END_NODE     2u
#define PROPERTY     3u
#define END          9u
#define MOST_SIZE    (16 * MEBI)

static const uint8_t guid[16] = {0xd5, 0x21, 0xb6, 0xb1, 0x9c, 0xf1, 0xa5, 0x41,
                                 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0};

static uint64_t number_at(const uint8_t *bytes, uint64_t offset, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value = value << 8 | bytes[offset + i];
    return value;
}

/* The firmware's own; NULL when there is none to be seen. */
static const uint8_t *original(const struct subject *subject, uint64_t *ret_physical, uint64_t *ret_size)
{
    const uint64_t physical = configuration_table(subject, guid);
    const uint8_t *tree = direct(subject->baton, physical);

    if (!physical || !firmware_readable(subject, physical, HEADER_SIZE) || number_at(tree, 0, 4) != MAGIC)
        return NULL;
    *ret_physical = physical;
    *ret_size = number_at(tree, AT_SIZE, 4);
    return *ret_size >= HEADER_SIZE && *ret_size <= MOST_SIZE && firmware_readable(subject, physical, *ret_size) ? tree
                                                                                                                 : NULL;
}

void device_tree_collect(const struct subject *subject, struct firmware_ranges *ranges)
{
    uint64_t physical, size;

    if (original(subject, &physical, &size))
        firmware_add(ranges, "the device tree", physical, size, false);
}

/* ---- reservations ---- */

struct walk {
    struct reservations *found;
    const uint8_t *tree;
    unsigned depth;
    unsigned address_cells, size_cells; /* of the children of /reserved-memory */
    bool inside;                        /* of /reserved-memory */
    uint64_t reg, reg_size;             /* of the child that is being read: where in the tree, and bytes */
    bool disabled;
};

static void reserve(struct reservations *found, uint64_t base, uint64_t size)
{
    if (size == 0)
        return;
    if (found->count == MAX_RESERVATIONS)
        give_up("too many reservations in the device tree");
    found->base[found->count] = ROUND_DOWN(base);
    found->end[found->count++] = ROUND_UP(base + size);
}

static void take_property(struct walk *walk, const char *name, uint64_t value, uint64_t length)
{
    const char *text = (const char *)walk->tree + value;

    if (!walk->inside)
        return;
    if (walk->depth == 2 && strings_equal(name, "#address-cells"))
        walk->address_cells = (unsigned)number_at(walk->tree, value, 4);
    else if (walk->depth == 2 && strings_equal(name, "#size-cells"))
        walk->size_cells = (unsigned)number_at(walk->tree, value, 4);
    else if (walk->depth == 3 && strings_equal(name, "status"))
        walk->disabled = !strings_equal(text, "okay") && !strings_equal(text, "ok");
    else if (walk->depth == 3 && strings_equal(name, "reg")) {
        walk->reg = value;
        walk->reg_size = length;
    }
}

static void end_node(struct walk *walk)
{
    const unsigned cells = walk->address_cells + walk->size_cells;

    if (walk->inside && walk->depth == 3 && !walk->disabled)
        for (uint64_t at = 0; at + 4ULL * cells <= walk->reg_size; at += 4ULL * cells)
            reserve(walk->found, number_at(walk->tree, walk->reg + at, 4 * walk->address_cells),
                    number_at(walk->tree, walk->reg + at + 4ULL * walk->address_cells, 4 * walk->size_cells));
    walk->depth--;
}

static uint64_t take_node(struct walk *walk, uint64_t at)
{
    const char *name = (const char *)walk->tree + at;

    walk->depth++;
    if (walk->depth == 2) {
        walk->inside = strings_equal(name, "reserved-memory");
        walk->address_cells = 2;
        walk->size_cells = 1;
    }
    walk->reg_size = 0;
    walk->disabled = false;
    return at + string_length(name) / 4 * 4 + 4;
}

static void walk_nodes(struct walk *walk, uint64_t size)
{
    const uint64_t strings = number_at(walk->tree, AT_STRINGS, 4);
    uint64_t at = number_at(walk->tree, AT_STRUCTURE, 4);

    while (at + 12 <= size) {
        const uint32_t token = (uint32_t)number_at(walk->tree, at, 4);

        at += 4;
        if (token == BEGIN_NODE) {
            at = take_node(walk, at);
        } else if (token == END_NODE) {
            end_node(walk);
        } else if (token == PROPERTY) {
            const uint64_t length = number_at(walk->tree, at, 4);

            take_property(walk, (const char *)walk->tree + strings + number_at(walk->tree, at + 4, 4), at + 8, length);
            at += 8 + (length + 3) / 4 * 4;
        } else if (token == END) {
            return;
        }
    }
}

void device_tree_reservations(const struct subject *subject, struct reservations *ret_found)
{
    struct walk walk = {.found = ret_found};
    uint64_t physical, size;

    ret_found->count = 0;
    if (option_number(subject->baton->command_line, "reserved", &physical) &&
        option_number(subject->baton->command_line, "reserved-size", &size))
        reserve(ret_found, physical, size);
    walk.tree = original(subject, &physical, &size);
    if (!walk.tree)
        return;
    for (uint64_t at = number_at(walk.tree, AT_RESERVED, 4); at + 16 <= size; at += 16) {
        if (number_at(walk.tree, at, 8) == 0 && number_at(walk.tree, at + 8, 8) == 0)
            break;
        reserve(ret_found, number_at(walk.tree, at, 8), number_at(walk.tree, at + 8, 8));
    }
    walk_nodes(&walk, size);
}

/* ---- checks ---- */

static void check_tree(struct subject *subject)
{
    const struct baton *baton = subject->baton;
    uint64_t physical, size;
    const uint8_t *tree = original(subject, &physical, &size);

    if (tree && !baton->device_tree)
        broken("the firmware has a device tree at %#lx, the baton none", physical);
    if (!baton->device_tree)
        return;
    expect_equal("device_tree % 8", (uint64_t)(uintptr_t)baton->device_tree % 8, 0);
    expect_equal("the device tree's magic", number_at(baton->device_tree, 0, 4), MAGIC);
    expect_equal("device_tree_size", baton->device_tree_size, number_at(baton->device_tree, AT_SIZE, 4));
    if (tree && !bytes_equal(baton->device_tree, tree, size))
        broken("the device tree is not the one that the firmware has at %#lx", physical);
}

static const struct check checks[] = {
    {"device-tree", check_tree},
};
const struct check_list device_tree_checks = {checks, COUNT(checks)};
