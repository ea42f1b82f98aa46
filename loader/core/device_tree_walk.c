/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_tree_walk.h"

#include "device_tree.h"

bool device_tree_number(struct bytes bytes, uint64_t offset, uint64_t width, uint64_t *ret_number)
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
    return offset >= DEVICE_TREE_HEADER && offset + size <= field[DEVICE_TREE_FIELD_TOTAL_SIZE]; /* both have 32 bits */
}

bool device_tree_read_header(struct bytes header, uint64_t *field)
{
    for (size_t i = 0; i < DEVICE_TREE_FIELDS; i++) {
        if (!device_tree_number(header, 4 * (uint64_t)i, 4, &field[i]))
            return false;
    }
    return field[DEVICE_TREE_FIELD_MAGIC] == DEVICE_TREE_MAGIC &&
           field[DEVICE_TREE_FIELD_TOTAL_SIZE] <= DEVICE_TREE_MOST &&
           field[DEVICE_TREE_FIELD_VERSION] >= DEVICE_TREE_VERSION &&
           field[DEVICE_TREE_FIELD_COMPATIBLE] <= DEVICE_TREE_VERSION &&
           is_within(field, field[DEVICE_TREE_FIELD_RESERVATIONS], DEVICE_TREE_RESERVATION) &&
           is_within(field, field[DEVICE_TREE_FIELD_STRUCTURE], field[DEVICE_TREE_FIELD_STRUCTURE_SIZE]) &&
           is_within(field, field[DEVICE_TREE_FIELD_STRINGS], field[DEVICE_TREE_FIELD_STRINGS_SIZE]);
}

void device_tree_walk_start(struct device_tree_walk *walk, struct bytes tree, const uint64_t *field)
{
    *walk = (struct device_tree_walk){0};
    /* They are within the total size, since the fields have been checked. */
    (void)!bytes_slice(tree, field[DEVICE_TREE_FIELD_STRUCTURE], field[DEVICE_TREE_FIELD_STRUCTURE_SIZE],
                       &walk->structure);
    (void)!bytes_slice(tree, field[DEVICE_TREE_FIELD_STRINGS], field[DEVICE_TREE_FIELD_STRINGS_SIZE], &walk->strings);
}

/* Reads `size` bytes, and passes over what fills up the last four. */
static bool take(struct device_tree_walk *walk, uint64_t size, struct bytes *ret_bytes)
{
    if (!bytes_slice(walk->structure, walk->at, size, ret_bytes))
        return false;
    walk->at += size + (-size & 3);
    return true;
}

static bool take_number(struct device_tree_walk *walk, uint64_t *ret_number)
{
    struct bytes bytes;

    return take(walk, 4, &bytes) && device_tree_number(bytes, 0, 4, ret_number);
}

static bool take_name(struct device_tree_walk *walk, struct text *ret_name)
{
    uint64_t length = 0, byte = 0;
    struct bytes name;

    while (device_tree_number(walk->structure, walk->at + length, 1, &byte) && byte != 0)
        length++;
    if (!take(walk, length + 1, &name))
        return false;
    *ret_name = (struct text){(const char *)name.data, (size_t)length};
    return true;
}

bool device_tree_walk_next(struct device_tree_walk *walk, struct device_tree_token *ret_token)
{
    uint64_t length;

    if (!take_number(walk, &ret_token->kind))
        return false;
    switch (ret_token->kind) {
    case DEVICE_TREE_BEGIN_NODE:
        return take_name(walk, &ret_token->name);
    case DEVICE_TREE_PROPERTY:
        return take_number(walk, &length) && take_number(walk, &ret_token->name_at) &&
               take(walk, length, &ret_token->value);
    case DEVICE_TREE_END_NODE:
    case DEVICE_TREE_NOP:
        return true;
    default:
        return false;
    }
}
