/* SPDX-License-Identifier: BSD-2-Clause */
/* The reservations: the structure's tokens are read as they come (device_tree_walk.h). */
#include "device_tree.h"

#include "device_tree_walk.h"
#include "log.h"
#include "memory.h"

enum depth { DEPTH_ROOT = 1, DEPTH_RESERVED_MEMORY = 2, DEPTH_RESERVATION = 3 };

struct reader {
    struct device_tree_walk walk;
    size_t depth;
    bool inside;                        /* in /reserved-memory */
    uint64_t address_cells, size_cells; /* four bytes each, in `reg` of its children */
    struct bytes reg;                   /* of the child that is read; `size` is 0 when it has none yet */
    bool disabled;                      /* the child is */
    struct table_ranges *reserved;
};

bool device_tree_check(struct bytes header, uint64_t *ret_size)
{
    uint64_t field[DEVICE_TREE_FIELDS];

    if (!device_tree_read_header(header, field))
        return false;
    *ret_size = field[DEVICE_TREE_FIELD_TOTAL_SIZE];
    return true;
}

enum status device_tree_refuse(const char *file, struct error *error)
{
    return error_set(error, STATUS_INVALID,
                     "%s: is no device tree that can be read, or truncated. Compile it anew with dtc, as a .dtb.",
                     file);
}

enum status device_tree_check_size(const char *file, uint64_t size, struct error *error)
{
    if (size >= DEVICE_TREE_HEADER && size <= DEVICE_TREE_MOST)
        return STATUS_OK;
    return error_set(error, STATUS_INVALID, "%s: has %llu bytes, and so is no device tree. Is it the right file?", file,
                     (unsigned long long)size);
}

enum status device_tree_check_file(const char *file, struct bytes bytes, struct error *error)
{
    uint64_t size;

    return device_tree_check(bytes, &size) && size <= bytes.size ? STATUS_OK : device_tree_refuse(file, error);
}

/* Pairs of address and size up to one of zeros. */
static void read_reservation_block(struct bytes tree, uint64_t at, struct table_ranges *reserved)
{
    uint64_t base, size;

    for (;; at += DEVICE_TREE_RESERVATION) {
        if (!device_tree_number(tree, at, 8, &base) || !device_tree_number(tree, at + 8, 8, &size)) {
            log_warning("device tree: its memory reservation block has no end");
            return;
        }
        if (base == 0 && size == 0)
            return;
        table_ranges_append(reserved, base, size);
    }
}

/* Only as many bytes as `name` has are looked at: a strings block is large, and its properties are many. */
static bool property_is(const struct reader *reader, const struct device_tree_token *token, const char *name)
{
    uint64_t size = text_length(name) + 1;
    struct bytes bytes;

    return bytes_slice(reader->walk.strings, token->name_at, size, &bytes) && memcmp(bytes.data, name, bytes.size) == 0;
}

static bool value_is(const struct device_tree_token *token, const char *text)
{
    size_t size = text_length(text) + 1;

    return token->value.size == size && memcmp(token->value.data, text, size) == 0;
}

static void take_property(struct reader *reader, const struct device_tree_token *token)
{
    if (reader->depth == DEPTH_RESERVED_MEMORY) {
        if (property_is(reader, token, "#address-cells"))
            (void)!device_tree_number(token->value, 0, 4, &reader->address_cells); /* else the default stays */
        if (property_is(reader, token, "#size-cells"))
            (void)!device_tree_number(token->value, 0, 4, &reader->size_cells);
    }
    if (reader->depth == DEPTH_RESERVATION) {
        if (property_is(reader, token, "reg"))
            reader->reg = token->value;
        if (property_is(reader, token, "status"))
            reader->disabled = !value_is(token, "okay") && !value_is(token, "ok");
    }
}

/* Adds what the child that has been read reserves. */
static void end_child(struct reader *reader)
{
    uint64_t address_size = reader->address_cells * 4, size_size = reader->size_cells * 4;
    uint64_t base, size;

    if (reader->disabled || reader->reg.size == 0)
        return;
    if (reader->address_cells < 1 || reader->address_cells > 2 || reader->size_cells < 1 || reader->size_cells > 2) {
        log_warning("device tree: /reserved-memory has addresses of %llu and sizes of %llu cells: passed over",
                    (unsigned long long)reader->address_cells, (unsigned long long)reader->size_cells);
        return;
    }
    for (uint64_t at = 0; device_tree_number(reader->reg, at, address_size, &base) &&
                          device_tree_number(reader->reg, at + address_size, size_size, &size);
         at += address_size + size_size)
        table_ranges_append(reader->reserved, base, size);
}

static void begin_node(struct reader *reader, struct text name)
{
    reader->depth++;
    if (reader->depth == DEPTH_RESERVED_MEMORY) {
        reader->inside = text_is(name, "reserved-memory");
        reader->address_cells = 2;
        reader->size_cells = 1;
    }
    if (reader->depth == DEPTH_RESERVATION) {
        reader->reg.size = 0;
        reader->disabled = false;
    }
}

static void read_structure(struct reader *reader)
{
    struct device_tree_token token;

    while (device_tree_walk_next(&reader->walk, &token)) {
        if (token.kind == DEVICE_TREE_BEGIN_NODE)
            begin_node(reader, token.name);
        if (token.kind == DEVICE_TREE_PROPERTY)
            take_property(reader, &token);
        if (token.kind == DEVICE_TREE_END_NODE) {
            if (reader->inside && reader->depth == DEPTH_RESERVATION)
                end_child(reader);
            if (reader->depth <= DEPTH_ROOT) /* the root's end, or one too many */
                return;
            reader->depth--;
        }
    }
    log_warning("device tree: broken at byte %llu of its structure", (unsigned long long)reader->walk.at);
    if (reader->inside && reader->depth >= DEPTH_RESERVATION)
        end_child(reader);
}

void device_tree_reservations(struct bytes tree, struct table_ranges *reserved)
{
    const size_t left_out = reserved->left_out;
    struct reader reader = {.reserved = reserved};
    uint64_t field[DEVICE_TREE_FIELDS];

    if (!device_tree_read_header(tree, field) || !bytes_slice(tree, 0, field[DEVICE_TREE_FIELD_TOTAL_SIZE], &tree))
        return;
    read_reservation_block(tree, field[DEVICE_TREE_FIELD_RESERVATIONS], reserved);
    device_tree_walk_start(&reader.walk, tree, field);
    read_structure(&reader);
    table_ranges_settle(reserved);
    if (reserved->left_out > left_out)
        log_warning("device tree: no room for %zu memory reservations", reserved->left_out - left_out);
}
