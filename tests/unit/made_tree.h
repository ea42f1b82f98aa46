/* SPDX-License-Identifier: BSD-2-Clause */
/* Device trees for tests, written token by token. */
#ifndef BATON_TEST_MADE_TREE_H
#define BATON_TEST_MADE_TREE_H

#include "bytes.h"

struct made_part {
    uint8_t *bytes;
    size_t size, capacity;
};

struct made_tree {
    struct made_part reservations, structure, strings;
};

void made_tree_reserve(struct made_tree *tree, uint64_t base, uint64_t size);
void made_tree_token(struct made_tree *tree, uint32_t token);
void made_tree_begin(struct made_tree *tree, const char *name);
void made_tree_end(struct made_tree *tree);
void made_tree_property(struct made_tree *tree, const char *name, const void *value, size_t size);
/* Big-endian numbers of four bytes. */
void made_tree_cells(struct made_tree *tree, const char *name, const uint32_t *cells, size_t count);
void made_tree_text(struct made_tree *tree, const char *name, const char *value);

/*
 * The tree in a place of exactly its size, which the caller frees, with an end of the reservations and of the
 * structure; what was written is given back. Header, reservations, structure and strings lie in this order.
 */
struct bytes made_tree_finish(struct made_tree *tree);

/* Big-endian, four bytes. */
void put_cell(uint8_t *at, uint32_t value);
uint32_t get_cell(const uint8_t *at);

/*
 * Reads a tree plainly, from the first token to the last, and ends the program when it is not sound: blocks in the
 * order of the specification, each within the tree and none over another, node by node, properties before nodes. `see`
 * gets each node (`name` is NULL) and each of its properties, with the node's path.
 */
void made_tree_see(struct bytes tree,
                   void (*see)(void *context, const char *path, const char *name, struct bytes value), void *context);

/* The same as text, a line for each: "/node", "/node:name=words" or "/node:name=<hex>". The caller frees it. */
char *made_tree_tell(struct bytes tree);

/* The value of a property; false when there is none. */
bool made_tree_find(struct bytes tree, const char *path, const char *name, struct bytes *ret_value);

#endif
