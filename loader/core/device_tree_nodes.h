/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device tree that can be changed: its nodes and properties as lists, which point into the flattened tree that they
 * were read from; and the way back (Devicetree Specification 0.4, chapter 5).
 */
#ifndef BATON_DEVICE_TREE_NODES_H
#define BATON_DEVICE_TREE_NODES_H

#include "arena.h"
#include "bytes.h"
#include "text.h"

struct device_tree_property {
    struct device_tree_property *next;
    struct text name;
    uint64_t name_at; /* in the strings blocks of all that goes into a tree, one behind the other */
    struct bytes value;
    const struct device_tree_node *path_of; /* when not NULL: the value is the path of this node, with its NUL */
};

struct device_tree_node {
    struct text name;
    struct device_tree_node *parent, *next, *children;
    struct device_tree_property *properties;
    struct device_tree_node *merged; /* of an overlay: what it has gone into (device_tree_overlay.h) */
    uint64_t phandle;                /* 0: none */
};

struct device_tree_strings {
    struct device_tree_strings *next;
    struct bytes bytes;
};

struct device_tree {
    struct device_tree_node *root;
    struct device_tree_strings *strings;
    struct bytes reservations; /* the block, with its end */
    uint64_t strings_size;     /* bytes, of all of them */
    uint64_t last_phandle;     /* no node has a higher one */
    uint64_t boot_processor;
};

/* So many bytes of an arena are enough for each byte of a tree or an overlay, and so many more. */
#define DEVICE_TREE_ROOM      6
#define DEVICE_TREE_ROOM_MORE 64

/* How many bytes of an arena are enough for a tree that is only read; 0 when it cannot be read. */
size_t device_tree_room(struct bytes tree);

/* Whether there are only characters that a name may have, and some more: consoles take others for orders. */
bool device_tree_is_plain(struct text text);

/*
 * Reads a tree, to which the result points. Its strings are to stand behind so many bytes of others. False when it is
 * broken anywhere, a name is not plain, or the arena is too small. Numbers that no phandle may have (0, 0xffffffff) are
 * none.
 */
__attribute__((warn_unused_result)) bool device_tree_read(struct bytes bytes, uint64_t strings_before,
                                                          struct arena *arena, struct device_tree *ret_tree);

/* Whether a property of this name holds its node's phandle: there are two such names. */
bool device_tree_is_phandle(struct text name);

/* The next node in the order of the flattened tree, in which the root is the first; NULL behind the last one. */
struct device_tree_node *device_tree_next(const struct device_tree_node *node);

/*
 * Where a node's child of this name is, or would be put behind the others: never NULL, but NULL may be there. A name
 * without '@' stands for the first child that has it before its '@', too, as libfdt has it.
 */
struct device_tree_node **device_tree_child(struct device_tree_node *node, struct text name);

/* The same for a property, whose name is compared as a whole. */
struct device_tree_property **device_tree_property(struct device_tree_node *node, struct text name);

/* Takes what is before the first `end` off the path, and that too; all of it when there is none. */
struct text device_tree_take_part(struct text *path, char end);

/* The node at the end of a path that begins at `node`; NULL when there is none. */
struct device_tree_node *device_tree_find(struct device_tree_node *node, struct text path);

/*
 * Writes the tree as flattened tree of version 17, if `room` is not NULL, and returns how many bytes that takes. All
 * that was read must still be there.
 */
uint64_t device_tree_write(const struct device_tree *tree, uint8_t *room);

/* Writes a number of four bytes, big-endian. */
void device_tree_put(uint8_t *at, uint64_t number);

#endif
