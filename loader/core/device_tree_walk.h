/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the readers of flattened device trees share: the header, and the tokens of the structure block (Devicetree
 * Specification 0.4, sections 5.2 and 5.4). Numbers are big-endian.
 */
#ifndef BATON_DEVICE_TREE_WALK_H
#define BATON_DEVICE_TREE_WALK_H

#include "bytes.h"
#include "text.h"

#define DEVICE_TREE_MAGIC       0xd00dfeedU
#define DEVICE_TREE_VERSION     17
#define DEVICE_TREE_RESERVATION 16 /* bytes in the memory reservation block: address (8), size (8) */

/* The header: four bytes each. */
enum device_tree_field {
    DEVICE_TREE_FIELD_MAGIC,
    DEVICE_TREE_FIELD_TOTAL_SIZE,
    DEVICE_TREE_FIELD_STRUCTURE, /* blocks: bytes from the header's begin */
    DEVICE_TREE_FIELD_STRINGS,
    DEVICE_TREE_FIELD_RESERVATIONS,
    DEVICE_TREE_FIELD_VERSION,
    DEVICE_TREE_FIELD_COMPATIBLE, /* with readers of this version */
    DEVICE_TREE_FIELD_BOOT_PROCESSOR,
    DEVICE_TREE_FIELD_STRINGS_SIZE,
    DEVICE_TREE_FIELD_STRUCTURE_SIZE,
    DEVICE_TREE_FIELDS,
};

enum device_tree_token_kind {
    DEVICE_TREE_BEGIN_NODE = 1,
    DEVICE_TREE_END_NODE = 2,
    DEVICE_TREE_PROPERTY = 3,
    DEVICE_TREE_NOP = 4,
    DEVICE_TREE_END = 9,
};

struct device_tree_token {
    uint64_t kind;
    struct text name;   /* the node's; a NUL is behind it */
    uint64_t name_at;   /* the property's, in the strings block */
    struct bytes value; /* the property's */
};

struct device_tree_walk {
    struct bytes structure, strings;
    uint64_t at; /* the next token */
};

/* `width` is at most 8 bytes. */
__attribute__((warn_unused_result)) bool device_tree_number(struct bytes bytes, uint64_t offset, uint64_t width,
                                                            uint64_t *ret_number);

/* Writes DEVICE_TREE_FIELDS fields. False when the tree cannot be read, as device_tree_check says. */
__attribute__((warn_unused_result)) bool device_tree_read_header(struct bytes header, uint64_t *field);

/* At the first token of a tree with these fields; `tree` has at least its total size. */
void device_tree_walk_start(struct device_tree_walk *walk, struct bytes tree, const uint64_t *field);

/* False at the structure's end, which may be a broken one. */
__attribute__((warn_unused_result)) bool device_tree_walk_next(struct device_tree_walk *walk,
                                                               struct device_tree_token *ret_token);

#endif
