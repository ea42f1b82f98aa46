/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_tree_nodes.h"

#include "checked.h"
#include "device_tree.h"
#include "device_tree_walk.h"
#include "memory.h"

#define COMPATIBLE 16 /* what is written can be read by readers of this version */
#define NO_PHANDLE 0xffffffffU
#define NAME_SIZE  1024 /* bytes of a property's name, with its NUL; the specification has 32 */

/* The shortest node and property in a flattened tree have three numbers. */
_Static_assert(sizeof(struct device_tree_node) <= 12 * DEVICE_TREE_ROOM, "the room is enough");
_Static_assert(sizeof(struct device_tree_property) + 8 <= 12 * DEVICE_TREE_ROOM, "the room is enough");

/* ---- reading ---- */

struct reading {
    struct device_tree *tree;
    struct arena *arena;
    struct device_tree_walk walk;
    struct device_tree_node *node;          /* that is read; NULL before the root and behind it */
    struct device_tree_node **place;        /* of the next node */
    struct device_tree_property **property; /* of the next property; NULL behind a node's first child */
};

bool device_tree_is_plain(struct text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    }
    return true;
}

static bool begin_node(struct reading *reading, struct text name)
{
    struct device_tree_node *node = arena_take(reading->arena, 1, sizeof(*node));

    if (!node || !device_tree_is_plain(name))
        return false;
    node->name = name;
    node->parent = reading->node;
    *reading->place = reading->node = node;
    reading->place = &node->children;
    reading->property = &node->properties;
    return true;
}

static void end_node(struct reading *reading)
{
    reading->place = &reading->node->next;
    reading->property = NULL;
    reading->node = reading->node->parent;
}

bool device_tree_is_phandle(struct text name)
{
    return text_is(name, "phandle") || text_is(name, "linux,phandle");
}

/* The name ends within the strings block. Those of many properties may be the same bytes there, so it is not long. */
static bool read_name(struct bytes strings, uint64_t at, struct text *ret_name)
{
    uint64_t byte;

    for (uint64_t length = 0; length < NAME_SIZE; length++) {
        if (!device_tree_number(strings, at + length, 1, &byte))
            return false;
        if (byte != 0)
            continue;
        *ret_name = (struct text){(const char *)strings.data + at, (size_t)length};
        return device_tree_is_plain(*ret_name);
    }
    return false;
}

static void note_phandle(struct reading *reading, const struct device_tree_property *property)
{
    struct device_tree_node *node = reading->node;
    uint64_t phandle = 0;

    if (!device_tree_is_phandle(property->name) || property->value.size != 4 ||
        !device_tree_number(property->value, 0, 4, &phandle) || phandle == NO_PHANDLE)
        return;
    if (node->phandle == 0)
        node->phandle = phandle;
    reading->tree->last_phandle = max_u64(reading->tree->last_phandle, phandle);
}

static bool add_property(struct reading *reading, const struct device_tree_token *token)
{
    struct device_tree_property *property = arena_take(reading->arena, 1, sizeof(*property));

    if (!property || !reading->property || !read_name(reading->walk.strings, token->name_at, &property->name))
        return false;
    property->name_at = reading->tree->strings_size + token->name_at;
    property->value = token->value;
    *reading->property = property;
    reading->property = &property->next;
    note_phandle(reading, property);
    return true;
}

static bool read_structure(struct reading *reading)
{
    struct device_tree_token token;

    while (device_tree_walk_next(&reading->walk, &token)) {
        if (token.kind == DEVICE_TREE_BEGIN_NODE && !begin_node(reading, token.name))
            return false;
        if (token.kind == DEVICE_TREE_PROPERTY && !add_property(reading, &token))
            return false;
        if (token.kind != DEVICE_TREE_END_NODE)
            continue;
        if (!reading->node)
            return false;
        end_node(reading);
        if (!reading->node)
            return true;
    }
    return false;
}

/* Pairs of address and size up to one of zeros, and that one. */
static bool read_reservations(struct bytes bytes, uint64_t start, struct bytes *ret_block)
{
    uint64_t at = start, base, size;

    do {
        if (!device_tree_number(bytes, at, 8, &base) || !device_tree_number(bytes, at + 8, 8, &size))
            return false;
        at += DEVICE_TREE_RESERVATION;
    } while (base != 0 || size != 0);
    return bytes_slice(bytes, start, at - start, ret_block);
}

size_t device_tree_room(struct bytes tree)
{
    uint64_t field[DEVICE_TREE_FIELDS];

    if (!device_tree_read_header(tree, field))
        return 0;
    return DEVICE_TREE_ROOM * (size_t)field[DEVICE_TREE_FIELD_STRUCTURE_SIZE] + DEVICE_TREE_ROOM_MORE;
}

bool device_tree_read(struct bytes bytes, uint64_t strings_before, struct arena *arena, struct device_tree *ret_tree)
{
    struct device_tree tree = {.strings_size = strings_before};
    struct reading reading = {.tree = &tree, .arena = arena, .place = &tree.root};
    uint64_t field[DEVICE_TREE_FIELDS];

    if (!device_tree_read_header(bytes, field) || !bytes_slice(bytes, 0, field[DEVICE_TREE_FIELD_TOTAL_SIZE], &bytes) ||
        !read_reservations(bytes, field[DEVICE_TREE_FIELD_RESERVATIONS], &tree.reservations))
        return false;
    /* An overlay's values are written to, and its strings must not be. */
    if (field[DEVICE_TREE_FIELD_STRINGS] <
            field[DEVICE_TREE_FIELD_STRUCTURE] + field[DEVICE_TREE_FIELD_STRUCTURE_SIZE] &&
        field[DEVICE_TREE_FIELD_STRUCTURE] < field[DEVICE_TREE_FIELD_STRINGS] + field[DEVICE_TREE_FIELD_STRINGS_SIZE])
        return false;
    device_tree_walk_start(&reading.walk, bytes, field);
    tree.strings = arena_take(arena, 1, sizeof(*tree.strings));
    if (!tree.strings || !read_structure(&reading))
        return false;
    tree.strings->bytes = reading.walk.strings;
    tree.strings_size += reading.walk.strings.size;
    tree.boot_processor = field[DEVICE_TREE_FIELD_BOOT_PROCESSOR];
    *ret_tree = tree;
    return true;
}

/* ---- finding ---- */

struct device_tree_node *device_tree_next(const struct device_tree_node *node)
{
    if (node->children)
        return node->children;
    while (node && !node->next)
        node = node->parent;
    return node ? node->next : NULL;
}

/* Whether a node is called so: "serial@1000" is "serial@1000", and also "serial". */
static bool is_called(struct text name, struct text wanted)
{
    if (name.length < wanted.length || memcmp(name.data, wanted.data, wanted.length) != 0)
        return false;
    if (name.length == wanted.length)
        return true;
    for (size_t i = 0; i < wanted.length; i++) {
        if (wanted.data[i] == '@')
            return false;
    }
    return name.data[wanted.length] == '@';
}

struct device_tree_node **device_tree_child(struct device_tree_node *node, struct text name)
{
    struct device_tree_node **place = &node->children;

    while (*place && !is_called((*place)->name, name))
        place = &(*place)->next;
    return place;
}

struct device_tree_property **device_tree_property(struct device_tree_node *node, struct text name)
{
    struct device_tree_property **place = &node->properties;

    while (*place && !text_equal((*place)->name, name))
        place = &(*place)->next;
    return place;
}

struct text device_tree_take_part(struct text *path, char end)
{
    struct text part = {path->data, 0};
    size_t taken;

    while (part.length < path->length && part.data[part.length] != end)
        part.length++;
    taken = part.length < path->length ? part.length + 1 : part.length;
    *path = (struct text){path->data + taken, path->length - taken};
    return part;
}

struct device_tree_node *device_tree_find(struct device_tree_node *node, struct text path)
{
    while (node && path.length > 0) {
        struct text part = device_tree_take_part(&path, '/');

        if (part.length > 0)
            node = *device_tree_child(node, part);
    }
    return node;
}

/* ---- writing ---- */

struct writer {
    uint8_t *room; /* NULL: only the size is wanted */
    uint64_t at;
};

void device_tree_put(uint8_t *at, uint64_t number)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> (24 - 8 * i));
}

static void put_number(struct writer *writer, uint64_t number)
{
    if (writer->room)
        device_tree_put(writer->room + writer->at, number);
    writer->at += 4;
}

static void put_bytes(struct writer *writer, const void *bytes, size_t size)
{
    if (writer->room && size > 0)
        memcpy(writer->room + writer->at, bytes, size);
    writer->at += size;
}

/* Zeros up to a multiple of four. */
static void fill_up(struct writer *writer)
{
    static const uint8_t zeros[3];

    put_bytes(writer, zeros, -writer->at & 3);
}

/* Without its NUL. */
static size_t path_length(const struct device_tree_node *node)
{
    size_t length = node->parent ? 0 : 1;

    for (; node->parent; node = node->parent)
        length += node->name.length + 1;
    return length;
}

/* The path ends before `end`. */
static void copy_path(const struct device_tree_node *node, uint8_t *end)
{
    *--end = '\0';
    if (!node->parent)
        *--end = '/';
    for (; node->parent; node = node->parent) {
        end -= node->name.length;
        memcpy(end, node->name.data, node->name.length);
        *--end = '/';
    }
}

static void put_property(struct writer *writer, const struct device_tree_property *property)
{
    size_t size = property->path_of ? path_length(property->path_of) + 1 : property->value.size;

    put_number(writer, DEVICE_TREE_PROPERTY);
    put_number(writer, size);
    put_number(writer, property->name_at);
    if (!property->path_of) {
        put_bytes(writer, property->value.data, size);
    } else {
        writer->at += size;
        if (writer->room)
            copy_path(property->path_of, writer->room + writer->at);
    }
    fill_up(writer);
}

static void put_structure(struct writer *writer, const struct device_tree_node *node)
{
    while (node) {
        put_number(writer, DEVICE_TREE_BEGIN_NODE);
        put_bytes(writer, node->name.data, node->name.length + 1);
        fill_up(writer);
        for (const struct device_tree_property *property = node->properties; property; property = property->next)
            put_property(writer, property);
        if (node->children) {
            node = node->children;
            continue;
        }
        for (; node && !node->next; node = node->parent)
            put_number(writer, DEVICE_TREE_END_NODE);
        if (node) {
            put_number(writer, DEVICE_TREE_END_NODE);
            node = node->next;
        }
    }
    put_number(writer, DEVICE_TREE_END);
}

uint64_t device_tree_write(const struct device_tree *tree, uint8_t *room)
{
    struct writer writer = {room, DEVICE_TREE_HEADER};
    uint64_t field[DEVICE_TREE_FIELDS] = {
        [DEVICE_TREE_FIELD_MAGIC] = DEVICE_TREE_MAGIC,
        [DEVICE_TREE_FIELD_RESERVATIONS] = DEVICE_TREE_HEADER,
        [DEVICE_TREE_FIELD_VERSION] = DEVICE_TREE_VERSION,
        [DEVICE_TREE_FIELD_COMPATIBLE] = COMPATIBLE,
        [DEVICE_TREE_FIELD_BOOT_PROCESSOR] = tree->boot_processor,
        [DEVICE_TREE_FIELD_STRINGS_SIZE] = tree->strings_size,
    };

    put_bytes(&writer, tree->reservations.data, tree->reservations.size);
    field[DEVICE_TREE_FIELD_STRUCTURE] = writer.at;
    put_structure(&writer, tree->root);
    field[DEVICE_TREE_FIELD_STRINGS] = writer.at;
    field[DEVICE_TREE_FIELD_STRUCTURE_SIZE] = writer.at - field[DEVICE_TREE_FIELD_STRUCTURE];
    for (const struct device_tree_strings *strings = tree->strings; strings; strings = strings->next)
        put_bytes(&writer, strings->bytes.data, strings->bytes.size);
    field[DEVICE_TREE_FIELD_TOTAL_SIZE] = writer.at;
    writer.at = 0;
    for (size_t i = 0; i < DEVICE_TREE_FIELDS; i++)
        put_number(&writer, field[i]);
    return field[DEVICE_TREE_FIELD_TOTAL_SIZE];
}
