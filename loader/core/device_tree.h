/* SPDX-License-Identifier: BSD-2-Clause */
/* Flattened device trees of version 17 (Devicetree Specification 0.4, chapter 5). */
#ifndef BATON_DEVICE_TREE_H
#define BATON_DEVICE_TREE_H

#include "bytes.h"
#include "error.h"
#include "table_ranges.h"

#define DEVICE_TREE_HEADER 40          /* bytes */
#define DEVICE_TREE_MOST   (16U << 20) /* bytes: what is larger is none */

/*
 * Whether `header`, the first DEVICE_TREE_HEADER bytes or more, begins a device tree that can be read: magic, a total
 * size of at most DEVICE_TREE_MOST, a version that 17 can read, all blocks within. `ret_size` gets the total size in
 * bytes.
 */
__attribute__((warn_unused_result)) bool device_tree_check(struct bytes header, uint64_t *ret_size);

/* Refuse, as STATUS_INVALID and in words, a file that cannot be a tree by its size in bytes, or is none by its bytes.
 * The others are STATUS_OK. */
MUST_CHECK enum status device_tree_check_size(const char *file, uint64_t size, struct error *error);
MUST_CHECK enum status device_tree_check_file(const char *file, struct bytes bytes, struct error *error);

/* Refuses a tree that is broken further on. */
enum status device_tree_refuse(const char *file, struct error *error);

/* Room for so many ranges is enough for device_tree_reservations: each takes more bytes in the tree than this asks. */
static inline size_t device_tree_most_reservations(uint64_t tree_size)
{
    return (size_t)(tree_size / 8);
}

/*
 * Adds the memory that nobody may use, page-aligned outwards, in order and merged: the memory reservation block, and
 * the `reg` of each child of /reserved-memory, unless its status is neither "okay" nor "ok". Children without `reg`
 * want memory that is still to be found: they are passed over. A tree that is broken somewhere is read up to there,
 * and the log says so; it also says when ranges are left out. Any bytes may be given; those that device_tree_check
 * refuses have no reservations. Cost: linear in the tree's size, but for the order.
 */
void device_tree_reservations(struct bytes tree, struct table_ranges *reserved);

#endif
