/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers are big-endian. The structure block is made of tokens; properties point into the strings block for their
 * name.
 */
#include "device_tree.h"

#include "checked.h"
#include "log.h"
#include "memory.h"
#include "text.h"

#define MAGIC        0xd00dfeedu
#define VERSION      17
#define SIZE_AT_MOST (16ULL << 20) /* bytes */

#define RESERVATION_SIZE 16 /* address (8), size (8) */

/* The header: four bytes each. */
enum field {
    FIELD_MAGIC,
    FIELD_TOTAL_SIZE,
    FIELD_STRUCTURE, /* blocks: bytes from the header's begin */
    FIELD_STRINGS,
    FIELD_RESERVATIONS,
    FIELD_VERSION,
    FIELD_COMPATIBLE, /* with readers of this version */
    FIELD_BOOT_PROCESSOR,
    FIELD_STRINGS_SIZE,
    FIELD_STRUCTURE_SIZE,
    FIELDS,
};

enum token_kind { TOKEN_BEGIN_NODE = 1, TOKEN_END_NODE = 2, TOKEN_PROPERTY = 3, TOKEN_NOP = 4 };

enum depth { DEPTH_ROOT = 1, DEPTH_RESERVED_MEMORY = 2, DEPTH_RESERVATION = 3 };

struct token {
    uint64_t kind;
    struct text name;   /* the node's */
    uint64_t name_at;   /* the property's, in the strings block */
    struct bytes value; /* the property's */
};

struct walk {
    struct bytes structure, strings;
    uint64_t at; /* the next token */
    size_t depth;
    bool inside;                        /* in /reserved-memory */
    uint64_t address_cells, size_cells; /* four bytes each, in `reg` of its children */
    struct bytes reg;                   /* of the child that is read; `size` is 0 when it has none yet */
    bool disabled;                      /* the child is */
    struct table_ranges *reserved;
};

/* `width` is at most 8 bytes. */
static bool big_endian(struct bytes bytes, uint64_t offset, uint64_t width, uint64_t *ret_number)
{
    struct bytes slice;
    uint64_t number = 0;

    if (!bytes_slice(bytes, offset, width, &slice))
        return false;
    for (size_t i = 0; i < slice.size; i++)
        number = number << 8 | slice.data[i];
    *ret_number = number;
    return true;
}

/* A block of `size` bytes at `offset` lies behind the header and before the tree's end. */
static bool is_within(const uint64_t *field, uint64_t offset, uint64_t size)
{
    return offset >= DEVICE_TREE_HEADER && offset + size <= field[FIELD_TOTAL_SIZE]; /* both have 32 bits */
}

/* Writes FIELDS fields. */
static bool read_header(struct bytes header, uint64_t *field)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (!big_endian(header, 4 * (uint64_t)i, 4, &field[i]))
            return false;
    }
    return field[FIELD_MAGIC] == MAGIC && field[FIELD_TOTAL_SIZE] <= SIZE_AT_MOST && field[FIELD_VERSION] >= VERSION &&
           field[FIELD_COMPATIBLE] <= VERSION && is_within(field, field[FIELD_RESERVATIONS], RESERVATION_SIZE) &&
           is_within(field, field[FIELD_STRUCTURE], field[FIELD_STRUCTURE_SIZE]) &&
           is_within(field, field[FIELD_STRINGS], field[FIELD_STRINGS_SIZE]);
}

bool device_tree_check(struct bytes header, uint64_t *ret_size)
{
    uint64_t field[FIELDS];

    if (!read_header(header, field))
        return false;
    *ret_size = field[FIELD_TOTAL_SIZE];
    return true;
}

/* Pairs of address and size up to one of zeros. */
static void read_reservation_block(struct bytes tree, uint64_t at, struct table_ranges *reserved)
{
    uint64_t base, size;

    for (;; at += RESERVATION_SIZE) {
        if (!big_endian(tree, at, 8, &base) || !big_endian(tree, at + 8, 8, &size)) {
            log_warning("device tree: its memory reservation block has no end");
            return;
        }
        if (base == 0 && size == 0)
            return;
        table_ranges_append(reserved, base, size);
    }
}

/* Reads `size` bytes, and passes over what fills up the last four. */
static bool walk_take(struct walk *walk, uint64_t size, struct bytes *ret_bytes)
{
    if (!bytes_slice(walk->structure, walk->at, size, ret_bytes))
        return false;
    walk->at += size + (-size & 3);
    return true;
}

static bool walk_number(struct walk *walk, uint64_t *ret_number)
{
    struct bytes bytes;

    return walk_take(walk, 4, &bytes) && big_endian(bytes, 0, 4, ret_number);
}

static bool walk_name(struct walk *walk, struct text *ret_name)
{
    uint64_t length = 0, byte = 0;
    struct bytes name;

    while (big_endian(walk->structure, walk->at + length, 1, &byte) && byte != 0)
        length++;
    if (!walk_take(walk, length + 1, &name))
        return false;
    *ret_name = (struct text){(const char *)name.data, (size_t)length};
    return true;
}

/* False at the structure's end, which may be a broken one. */
static bool walk_next(struct walk *walk, struct token *ret_token)
{
    uint64_t length;

    if (!walk_number(walk, &ret_token->kind))
        return false;
    switch (ret_token->kind) {
    case TOKEN_BEGIN_NODE:
        return walk_name(walk, &ret_token->name);
    case TOKEN_PROPERTY:
        return walk_number(walk, &length) && walk_number(walk, &ret_token->name_at) &&
               walk_take(walk, length, &ret_token->value);
    case TOKEN_END_NODE:
    case TOKEN_NOP:
        return true;
    default:
        return false;
    }
}

/* Only as many bytes as `name` has are looked at: a strings block is large, and its properties are many. */
static bool property_is(const struct walk *walk, const struct token *token, const char *name)
{
    uint64_t size = text_length(name) + 1;
    struct bytes bytes;

    return bytes_slice(walk->strings, token->name_at, size, &bytes) && memcmp(bytes.data, name, bytes.size) == 0;
}

static bool value_is(const struct token *token, const char *text)
{
    size_t size = text_length(text) + 1;

    return token->value.size == size && memcmp(token->value.data, text, size) == 0;
}

static void take_property(struct walk *walk, const struct token *token)
{
    if (walk->depth == DEPTH_RESERVED_MEMORY) {
        if (property_is(walk, token, "#address-cells"))
            (void)!big_endian(token->value, 0, 4, &walk->address_cells); /* else the default stays */
        if (property_is(walk, token, "#size-cells"))
            (void)!big_endian(token->value, 0, 4, &walk->size_cells);
    }
    if (walk->depth == DEPTH_RESERVATION) {
        if (property_is(walk, token, "reg"))
            walk->reg = token->value;
        if (property_is(walk, token, "status"))
            walk->disabled = !value_is(token, "okay") && !value_is(token, "ok");
    }
}

/* Adds what the child that has been read reserves. */
static void end_child(struct walk *walk)
{
    uint64_t address_size = walk->address_cells * 4, size_size = walk->size_cells * 4;
    uint64_t base, size;

    if (walk->disabled || walk->reg.size == 0)
        return;
    if (walk->address_cells < 1 || walk->address_cells > 2 || walk->size_cells < 1 || walk->size_cells > 2) {
        log_warning("device tree: /reserved-memory has addresses of %llu and sizes of %llu cells: passed over",
                    (unsigned long long)walk->address_cells, (unsigned long long)walk->size_cells);
        return;
    }
    for (uint64_t at = 0;
         big_endian(walk->reg, at, address_size, &base) && big_endian(walk->reg, at + address_size, size_size, &size);
         at += address_size + size_size)
        table_ranges_append(walk->reserved, base, size);
}

static void begin_node(struct walk *walk, struct text name)
{
    walk->depth++;
    if (walk->depth == DEPTH_RESERVED_MEMORY) {
        walk->inside = text_is(name, "reserved-memory");
        walk->address_cells = 2;
        walk->size_cells = 1;
    }
    if (walk->depth == DEPTH_RESERVATION) {
        walk->reg.size = 0;
        walk->disabled = false;
    }
}

static void read_structure(struct walk *walk)
{
    struct token token;

    while (walk_next(walk, &token)) {
        if (token.kind == TOKEN_BEGIN_NODE)
            begin_node(walk, token.name);
        if (token.kind == TOKEN_PROPERTY)
            take_property(walk, &token);
        if (token.kind == TOKEN_END_NODE) {
            if (walk->inside && walk->depth == DEPTH_RESERVATION)
                end_child(walk);
            if (walk->depth <= DEPTH_ROOT) /* the root's end, or one too many */
                return;
            walk->depth--;
        }
    }
    log_warning("device tree: broken at byte %llu of its structure", (unsigned long long)walk->at);
    if (walk->inside && walk->depth >= DEPTH_RESERVATION)
        end_child(walk);
}

size_t device_tree_reservations(struct bytes tree, struct table_range *ranges, size_t capacity)
{
    struct table_ranges reserved = {.range = ranges, .capacity = capacity};
    struct walk walk = {.reserved = &reserved};
    uint64_t field[FIELDS];

    if (!read_header(tree, field) || !bytes_slice(tree, 0, field[FIELD_TOTAL_SIZE], &tree))
        return 0;
    read_reservation_block(tree, field[FIELD_RESERVATIONS], &reserved);
    if (bytes_slice(tree, field[FIELD_STRUCTURE], field[FIELD_STRUCTURE_SIZE], &walk.structure) &&
        bytes_slice(tree, field[FIELD_STRINGS], field[FIELD_STRINGS_SIZE], &walk.strings))
        read_structure(&walk);
    table_ranges_settle(&reserved);
    if (reserved.left_out > 0)
        log_warning("device tree: no room for %zu memory reservations", reserved.left_out);
    return reserved.count;
}
