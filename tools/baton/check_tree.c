/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_tree.h"

#include "check_volume.h"
#include "device_tree.h"
#include "device_tree_overlay.h"
#include "host_file.h"

static enum status read_file(struct pool *pool, const char *root, const char *path, struct bytes *ret_bytes,
                             struct error *error)
{
    const char *host;
    uint64_t size = 0;
    enum status status = check_volume_find(pool, root, path, &host, error);

    if (status == STATUS_OK)
        status = host_file_check(host, &size, error);
    if (status == STATUS_OK)
        status = device_tree_check_size(path, size, error);
    if (status == STATUS_OK)
        status = host_file_read(pool, host, (size_t)size, ret_bytes, error);
    return status;
}

static struct arena take_room(struct pool *pool, struct bytes tree)
{
    size_t size = DEVICE_TREE_ROOM * tree.size + DEVICE_TREE_ROOM_MORE;

    return (struct arena){pool_take(pool, size), size, 0};
}

/* All of them are read, also when there is no `tree` that they could be applied to. */
static enum status apply_all(struct pool *pool, const char *root, const struct entry *entry, struct device_tree *tree,
                             struct error *error)
{
    const char *path = entry->overlays;
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < entry->overlay_count; i++) {
        struct bytes overlay;
        struct arena arena;

        status = read_file(pool, root, path, &overlay, error);
        if (status == STATUS_OK && tree) {
            arena = take_room(pool, overlay);
            status = device_tree_apply(tree, path, (uint8_t *)(uintptr_t)overlay.data, overlay.size, &arena, error);
        }
        path += text_length(path) + 1;
    }
    return status;
}

static enum status merge(struct pool *pool, const char *root, const struct entry *entry, struct bytes *bytes,
                         struct error *error)
{
    struct arena arena = take_room(pool, *bytes);
    struct device_tree tree;
    enum status status;
    uint64_t size;

    if (!device_tree_read(*bytes, 0, &arena, &tree))
        return device_tree_refuse(entry->devicetree, error);
    status = apply_all(pool, root, entry, &tree, error);
    if (status != STATUS_OK)
        return status;
    size = device_tree_write(&tree, NULL);
    *bytes = (struct bytes){pool_take(pool, (size_t)size), (size_t)size};
    (void)device_tree_write(&tree, (uint8_t *)(uintptr_t)bytes->data);
    return STATUS_OK;
}

static void take(struct pool *pool, struct bytes tree, struct facts *facts)
{
    struct table_ranges reserved = {.capacity = device_tree_most_reservations(tree.size)};

    reserved.range = pool_take(pool, reserved.capacity * sizeof(reserved.range[0]));
    device_tree_reservations(tree, &reserved);
    facts->device_tree = tree;
    facts->reservations = reserved.range;
    facts->reservation_count = reserved.count;
}

enum status check_tree_put(struct pool *pool, const char *root, const struct entry *entry, struct facts *facts,
                           struct error *error)
{
    struct bytes bytes;
    enum status status;

    if (!entry->devicetree)
        return apply_all(pool, root, entry, NULL, error);
    status = read_file(pool, root, entry->devicetree, &bytes, error);
    if (status == STATUS_OK)
        status = device_tree_check_file(entry->devicetree, bytes, error);
    if (status == STATUS_OK && entry->overlay_count > 0)
        status = merge(pool, root, entry, &bytes, error);
    if (status == STATUS_OK)
        take(pool, bytes, facts);
    return status;
}
