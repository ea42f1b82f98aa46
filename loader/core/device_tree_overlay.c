/* SPDX-License-Identifier: BSD-2-Clause */
#include "device_tree_overlay.h"

#include "checked.h"
#include "device_tree_walk.h"

#define LAST_PHANDLE 0xfffffffeU

/* A plain text as an argument for "%.*s", cut so that what follows it in the message stays in sight. */
#define QUOTE(text) ((text).length < 64 ? (int)(text).length : 64), (text).data

/* A phandle of the overlay's own in a property's value. */
struct reference {
    struct reference *next;
    uint8_t *cell;
};

struct applying {
    struct device_tree *tree;
    struct device_tree overlay;
    const char *file;
    struct arena *arena;
    struct error *error;
    struct reference *references;
    uint64_t last_phandle; /* of tree and overlay */
};

static enum status refuse(struct applying *applying, struct text where)
{
    return error_set(applying->error, STATUS_INVALID,
                     "%s: is a damaged overlay: its '%.*s' makes no sense. Compile it anew with dtc -@, as a .dtbo.",
                     applying->file, QUOTE(where));
}

static uint64_t read_cell(const uint8_t *cell)
{
    return (uint64_t)cell[0] << 24 | (uint64_t)cell[1] << 16 | (uint64_t)cell[2] << 8 | cell[3];
}

/* The four bytes at `offset` of a property's value, which is the overlay's. */
static bool find_cell(const struct device_tree_property *property, uint64_t offset, uint8_t **ret_cell)
{
    struct bytes cell;

    if (!bytes_slice(property->value, offset, 4, &cell))
        return false;
    *ret_cell = (uint8_t *)(uintptr_t)cell.data; /* the caller's, to be changed */
    return true;
}

/* The value up to its NUL. */
static struct text text_in(const struct device_tree_property *property)
{
    struct text value = {(const char *)property->value.data, property->value.size};

    return device_tree_take_part(&value, '\0');
}

static struct device_tree_node *child_of(struct device_tree_node *node, const char *name)
{
    return *device_tree_child(node, text_of(name));
}

static struct device_tree_property *property_of(struct device_tree_node *node, const char *name)
{
    return *device_tree_property(node, text_of(name));
}

/* ---- phandles ---- */

/* Renumbers a phandle of the overlay's. */
static bool shift(const struct applying *applying, uint8_t *cell)
{
    uint64_t phandle = read_cell(cell), by = applying->tree->last_phandle;

    if (phandle == 0 || phandle > LAST_PHANDLE - by)
        return false;
    device_tree_put(cell, phandle + by);
    return true;
}

static enum status shift_phandles(struct applying *applying)
{
    for (struct device_tree_node *node = applying->overlay.root; node; node = device_tree_next(node)) {
        for (struct device_tree_property *property = node->properties; property; property = property->next) {
            uint8_t *cell;

            if (!device_tree_is_phandle(property->name))
                continue;
            if (property->value.size != 4 || !find_cell(property, 0, &cell) || !shift(applying, cell))
                return refuse(applying, property->name);
            node->phandle = read_cell(cell);
            applying->last_phandle = max_u64(applying->last_phandle, node->phandle);
        }
    }
    return STATUS_OK;
}

/* Renumbers the phandles at the bytes that `places` lists, and notes where they are. */
static bool shift_references(struct applying *applying, const struct device_tree_property *property,
                             struct bytes places)
{
    uint64_t offset;

    for (uint64_t i = 0; i < places.size; i += 4) {
        struct reference *reference = arena_take(applying->arena, 1, sizeof(*reference));

        if (!reference || !device_tree_number(places, i, 4, &offset) ||
            !find_cell(property, offset, &reference->cell) || !shift(applying, reference->cell))
            return false;
        reference->next = applying->references;
        applying->references = reference;
    }
    return true;
}

/* `fixup` has the properties that hold phandles in `node`. */
static bool shift_in_node(struct applying *applying, const struct device_tree_node *fixup,
                          struct device_tree_node *node)
{
    for (const struct device_tree_property *places = fixup->properties; places; places = places->next) {
        const struct device_tree_property *property = *device_tree_property(node, places->name);

        if (!property || !shift_references(applying, property, places->value))
            return false;
    }
    return true;
}

/* The nodes below __local_fixups__ are those of the overlay. */
static enum status shift_all_references(struct applying *applying)
{
    struct device_tree_node *top = child_of(applying->overlay.root, "__local_fixups__");
    struct device_tree_node *fixup = top, *node = applying->overlay.root;

    if (!top)
        return STATUS_OK;
    for (;;) {
        if (!node || !shift_in_node(applying, fixup, node))
            return refuse(applying, top->name);
        if (fixup->children) {
            fixup = fixup->children;
        } else {
            for (; fixup != top && !fixup->next; fixup = fixup->parent)
                node = node->parent;
            if (fixup == top)
                return STATUS_OK;
            fixup = fixup->next;
            node = node->parent;
        }
        node = *device_tree_child(node, fixup->name);
    }
}

/* A node of the tree has this phandle already, and keeps it. */
static void redirect(const struct applying *applying, uint64_t from, uint64_t to)
{
    for (const struct reference *reference = applying->references; reference; reference = reference->next) {
        if (read_cell(reference->cell) == from)
            device_tree_put(reference->cell, to);
    }
}

/* ---- labels of the tree's ---- */

static uint64_t phandle_of_label(struct device_tree *tree, struct text label)
{
    struct device_tree_node *symbols = child_of(tree->root, "__symbols__");
    const struct device_tree_property *symbol = symbols ? *device_tree_property(symbols, label) : NULL;
    const struct device_tree_node *node = symbol ? symbol->path_of : NULL;

    if (symbol && !node)
        node = device_tree_find(tree->root, text_in(symbol));
    return node ? node->phandle : 0;
}

/* "path:property:byte" */
static bool fill_in(struct applying *applying, struct text place, uint64_t phandle)
{
    struct device_tree_node *node = device_tree_find(applying->overlay.root, device_tree_take_part(&place, ':'));
    struct text name = device_tree_take_part(&place, ':');
    const struct device_tree_property *property = node ? *device_tree_property(node, name) : NULL;
    uint64_t offset;
    uint8_t *cell;

    if (!property || !text_number(place, false, &offset) || !find_cell(property, offset, &cell))
        return false;
    device_tree_put(cell, phandle);
    return true;
}

static enum status fill_in_labels(struct applying *applying)
{
    struct device_tree_node *fixups = child_of(applying->overlay.root, "__fixups__");

    for (struct device_tree_property *fixup = fixups ? fixups->properties : NULL; fixup; fixup = fixup->next) {
        struct text places = {(const char *)fixup->value.data, fixup->value.size};
        uint64_t phandle = phandle_of_label(applying->tree, fixup->name);

        if (phandle == 0)
            return error_set(applying->error, STATUS_INVALID,
                             "%s: wants a node with the label '%.*s', which the device tree does not have. Is the "
                             "overlay for this machine, and was the tree compiled with dtc -@?",
                             applying->file, QUOTE(fixup->name));
        while (places.length > 0) {
            if (!fill_in(applying, device_tree_take_part(&places, '\0'), phandle))
                return refuse(applying, fixups->name);
        }
    }
    return STATUS_OK;
}

/* ---- merging ---- */

static void put_in(struct device_tree_node *node, struct device_tree_property *property)
{
    struct device_tree_property **place = device_tree_property(node, property->name);

    property->next = *place ? (*place)->next : NULL;
    *place = property;
}

static void merge_properties(struct applying *applying, struct device_tree_node *to, struct device_tree_node *from)
{
    bool has_phandle = to->phandle != 0;

    if (!has_phandle)
        to->phandle = from->phandle;
    else if (from->phandle != 0)
        redirect(applying, from->phandle, to->phandle);
    while (from->properties) {
        struct device_tree_property *property = from->properties;

        from->properties = property->next;
        if (!has_phandle || !device_tree_is_phandle(property->name))
            put_in(to, property);
    }
}

/* Nodes that the tree does not have move there with all that is in them; the overlay is used up. */
static void merge(struct applying *applying, struct device_tree_node *to, struct device_tree_node *top)
{
    struct device_tree_node *from = top;

    top->merged = to;
    merge_properties(applying, to, from);
    while (from->children || from != top) {
        struct device_tree_node *child = from->children, **place;

        if (!child) {
            from = from->parent;
            to = to->parent;
            continue;
        }
        from->children = child->next;
        place = device_tree_child(to, child->name);
        if (*place) {
            from = child;
            to = *place;
            merge_properties(applying, to, from);
        } else {
            *place = child;
            child->next = NULL;
            child->parent = to;
        }
    }
}

static struct device_tree_node *node_of_phandle(const struct device_tree *tree, uint64_t phandle)
{
    struct device_tree_node *node = tree->root;

    while (node && node->phandle != phandle)
        node = device_tree_next(node);
    return node;
}

/* The node of the tree that a fragment is for. */
static enum status find_target(struct applying *applying, struct device_tree_node *fragment,
                               struct device_tree_node **ret_target)
{
    const struct device_tree_property *target = property_of(fragment, "target");
    const struct device_tree_property *path = property_of(fragment, "target-path");
    struct text name = {"", 0};
    struct device_tree_node *node;
    uint8_t *cell;

    if (!target && path)
        name = text_in(path);
    if (target && target->value.size == 4 && find_cell(target, 0, &cell) && read_cell(cell) != 0)
        node = node_of_phandle(applying->tree, read_cell(cell));
    else if (name.length > 0 && device_tree_is_plain(name))
        node = device_tree_find(applying->tree->root, name);
    else
        return refuse(applying, fragment->name);
    if (!node)
        return error_set(applying->error, STATUS_INVALID,
                         "%s: its %.*s is for a node that the device tree does not have%s%.*s. Is it for this machine?",
                         applying->file, QUOTE(fragment->name), name.length > 0 ? ": " : "", QUOTE(name));
    *ret_target = node;
    return STATUS_OK;
}

static enum status merge_fragments(struct applying *applying)
{
    struct device_tree_node *target = NULL, *fragment = applying->overlay.root->children;
    bool is_overlay = false;

    for (; fragment; fragment = fragment->next) {
        struct device_tree_node *content = child_of(fragment, "__overlay__");
        enum status status;

        if (!content)
            continue;
        is_overlay = true;
        status = find_target(applying, fragment, &target);
        if (status != STATUS_OK)
            return status;
        merge(applying, target, content);
    }
    if (is_overlay)
        return STATUS_OK;
    return error_set(applying->error, STATUS_INVALID,
                     "%s: has no '__overlay__', and so is no overlay. Is it the right "
                     "file?",
                     applying->file);
}

/* ---- labels of the overlay's ---- */

/* What the node of this path in the overlay has become in the tree; NULL for one that is in no fragment. */
static const struct device_tree_node *find_merged(struct applying *applying, struct text path)
{
    struct device_tree_node *fragment, *content;

    (void)device_tree_take_part(&path, '/'); /* the first slash */
    fragment = *device_tree_child(applying->overlay.root, device_tree_take_part(&path, '/'));
    if (!fragment || !text_is(device_tree_take_part(&path, '/'), "__overlay__"))
        return NULL;
    content = child_of(fragment, "__overlay__");
    return content ? device_tree_find(content->merged, path) : NULL;
}

static void add_labels(struct applying *applying)
{
    struct device_tree_node *root = applying->tree->root, *labels = child_of(applying->overlay.root, "__symbols__");
    struct device_tree_property *label, *next;
    struct device_tree_node **place;

    if (!labels)
        return;
    for (label = labels->properties; label; label = label->next)
        label->path_of = find_merged(applying, text_in(label));
    label = labels->properties;
    place = device_tree_child(root, labels->name);
    if (!*place) {
        *labels = (struct device_tree_node){.name = labels->name, .parent = root};
        *place = labels;
    }
    for (; label; label = next) {
        next = label->next;
        if (label->path_of)
            put_in(*place, label);
    }
}

/* ---- all of it ---- */

/* The overlay's strings go behind the others. */
static void add_strings(struct applying *applying)
{
    struct device_tree_strings **place = &applying->tree->strings;

    while (*place)
        place = &(*place)->next;
    *place = applying->overlay.strings;
    applying->tree->strings_size = applying->overlay.strings_size;
}

enum status device_tree_apply(struct device_tree *tree, const char *file, uint8_t *overlay, size_t size,
                              struct arena *arena, struct error *error)
{
    struct applying applying = {
        .tree = tree, .file = file, .arena = arena, .error = error, .last_phandle = tree->last_phandle};
    enum status status;

    if (!device_tree_read((struct bytes){overlay, size}, tree->strings_size, arena, &applying.overlay))
        return error_set(
            error, STATUS_INVALID,
            "%s: is no device tree overlay that can be read, or truncated. Compile it anew with dtc -@, as "
            "a .dtbo.",
            file);
    add_strings(&applying);
    status = shift_phandles(&applying);
    if (status == STATUS_OK)
        status = shift_all_references(&applying);
    if (status == STATUS_OK)
        status = fill_in_labels(&applying);
    if (status == STATUS_OK)
        status = merge_fragments(&applying);
    if (status != STATUS_OK)
        return status;
    add_labels(&applying);
    tree->last_phandle = applying.last_phandle;
    return STATUS_OK;
}
