/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device tree overlays, as `dtc -@` writes them (dtc, Documentation/dt-object-internal.txt) and libfdt applies them:
 *
 *     fragment@0 {                     any name
 *         target = <phandle>;          or target-path = "/path": a node of the tree
 *         __overlay__ { ... };         what goes into that node
 *     };
 *     __symbols__ { label = "/fragment@0/__overlay__/node"; };
 *     __fixups__ { label = "/path:property:byte", ...; };           phandles of the tree's that are to be filled in
 *     __local_fixups__ { path { property = <byte ...>; }; };        where the overlay's own phandles are
 */
#ifndef BATON_DEVICE_TREE_OVERLAY_H
#define BATON_DEVICE_TREE_OVERLAY_H

#include "device_tree_nodes.h"
#include "error.h"

/*
 * Applies an overlay to the tree: properties are replaced or added, nodes added or merged, and labels added to the
 * tree's own, so that a later overlay can use them. Its phandles are renumbered behind the tree's; a node that has one
 * already keeps it, and what refers to it follows.
 *
 * `file` is for messages. The overlay's bytes are changed, and the tree points to them afterwards, as it does into the
 * arena, which may be another one for each call. STATUS_INVALID, with words, when the overlay is broken or does not fit
 * the tree, which then may have been changed in part. Cost: the tree's nodes times what the overlay has to find.
 */
MUST_CHECK enum status device_tree_apply(struct device_tree *tree, const char *file, uint8_t *overlay, size_t size,
                                         struct arena *arena, struct error *error);

#endif
