/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void put_cell(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* `size` zeros at the part's end. */
static uint8_t *grow(struct made_part *part, size_t size)
{
    if (part->size + size > part->capacity) {
        part->capacity = 2 * (part->size + size);
        part->bytes = realloc(part->bytes, part->capacity);
        assert(part->bytes);
    }
    memset(part->bytes + part->size, 0, size);
    part->size += size;
    return part->bytes + part->size - size;
}

static void add_bytes(struct made_part *part, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(grow(part, (size + 3) & ~(size_t)3), bytes, size);
}

void made_tree_reserve(struct made_tree *tree, uint64_t base, uint64_t size)
{
    uint8_t *at = grow(&tree->reservations, 16);

    put_cell(at, (uint32_t)(base >> 32));
    put_cell(at + 4, (uint32_t)base);
    put_cell(at + 8, (uint32_t)(size >> 32));
    put_cell(at + 12, (uint32_t)size);
}

void made_tree_token(struct made_tree *tree, uint32_t token)
{
    put_cell(grow(&tree->structure, 4), token);
}

void made_tree_begin(struct made_tree *tree, const char *name)
{
    made_tree_token(tree, 1);
    add_bytes(&tree->structure, name, strlen(name) + 1);
}

void made_tree_end(struct made_tree *tree)
{
    made_tree_token(tree, 2);
}

void made_tree_property(struct made_tree *tree, const char *name, const void *value, size_t size)
{
    made_tree_token(tree, 3);
    made_tree_token(tree, (uint32_t)size);
    made_tree_token(tree, (uint32_t)tree->strings.size);
    memcpy(grow(&tree->strings, strlen(name) + 1), name, strlen(name));
    add_bytes(&tree->structure, value, size);
}

void made_tree_cells(struct made_tree *tree, const char *name, const uint32_t *cells, size_t count)
{
    uint8_t bytes[64];

    assert(4 * count <= sizeof(bytes));
    for (size_t i = 0; i < count; i++)
        put_cell(bytes + 4 * i, cells[i]);
    made_tree_property(tree, name, bytes, 4 * count);
}

void made_tree_text(struct made_tree *tree, const char *name, const char *value)
{
    made_tree_property(tree, name, value, strlen(value) + 1);
}

struct bytes made_tree_finish(struct made_tree *tree)
{
    uint32_t header[10] = {0xd00dfeed, 0, 0, 0, 40, 17, 16, 0, 0, 0};
    struct made_part *part[] = {&tree->reservations, &tree->structure, &tree->strings};
    size_t total = 40;
    uint8_t *bytes;

    made_tree_reserve(tree, 0, 0);
    made_tree_token(tree, 9);
    header[2] = (uint32_t)(40 + tree->reservations.size);
    header[3] = (uint32_t)(header[2] + tree->structure.size);
    header[8] = (uint32_t)tree->strings.size;
    header[9] = (uint32_t)tree->structure.size;
    header[1] = header[3] + header[8];
    bytes = malloc(header[1]);
    assert(bytes);
    for (size_t i = 0; i < 10; i++)
        put_cell(bytes + 4 * i, header[i]);
    for (size_t i = 0; i < 3; i++) {
        if (part[i]->size > 0)
            memcpy(bytes + total, part[i]->bytes, part[i]->size);
        total += part[i]->size;
        free(part[i]->bytes);
    }
    *tree = (struct made_tree){0};
    return (struct bytes){bytes, total};
}
