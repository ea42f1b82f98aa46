/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device tree overlays, as bytes and token by token. What is not refused is written in as many bytes as were announced,
 * and a plain reader finds it sound from the first token to the last; a refusal names the file. The room that is
 * promised to be enough is enough. Of overlays that are made here every node and property is where it must be, all
 * phandles are different, those of the tree are as before, and each link leads to the node that it was made for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device_tree.h"
#include "device_tree_overlay.h"
#include "fuzz.h"
#include "made_tree.h"

#define NODES      48
#define LINKS      32
#define LOCALS     16
#define PATH       64
#define DEEP       12 /* bytes of a path: deeper nodes get nothing */
#define LINK_CELLS 2
#define DEPTH      3 /* of the base */
#define FILE_NAME  "/a.dtbo"

/* ---- both ways ---- */

static struct arena arena_for(size_t size)
{
    struct arena arena = {.size = DEVICE_TREE_ROOM * size + DEVICE_TREE_ROOM_MORE};

    arena.base = fuzz_room(arena.size);
    return arena;
}

/* The overlay in room of exactly its size, in which it is changed. */
static enum status apply(struct device_tree *tree, struct bytes overlay)
{
    struct arena arena = arena_for(overlay.size);
    uint8_t *bytes = fuzz_room(overlay.size);
    struct error error = {""};
    enum status status;

    if (overlay.size > 0)
        memcpy(bytes, overlay.data, overlay.size);
    status = device_tree_apply(tree, FILE_NAME, bytes, overlay.size, &arena, &error);
    CHECK(status == STATUS_OK || (status == STATUS_INVALID && strncmp(error.text, FILE_NAME ": ", 9) == 0));
    return status;
}

static void pass_over(void *context, const char *path, const char *name, struct bytes value)
{
    (void)context, (void)path, (void)name, (void)value;
}

/* Also of a tree that an overlay has been refused for. */
static struct bytes written(const struct device_tree *tree)
{
    uint64_t size = device_tree_write(tree, NULL), total = 0;
    struct bytes bytes = {fuzz_room(size), size};

    CHECK(device_tree_write(tree, (uint8_t *)(uintptr_t)bytes.data) == size);
    CHECK(size > DEVICE_TREE_MOST || (device_tree_check(bytes, &total) && total == size));
    made_tree_see(bytes, pass_over, NULL);
    return bytes;
}

/* ---- bytes ---- */

static struct bytes small_board(void)
{
    struct made_tree tree = {0};

    made_tree_begin(&tree, "");
    made_tree_begin(&tree, "a@1");
    made_tree_cells(&tree, "phandle", (const uint32_t[]){1}, 1);
    made_tree_end(&tree);
    made_tree_begin(&tree, "b");
    made_tree_end(&tree);
    made_tree_begin(&tree, "__symbols__");
    made_tree_text(&tree, "a", "/a@1");
    made_tree_end(&tree);
    made_tree_end(&tree);
    return made_tree_finish(&tree);
}

static void check_wild(struct input *input)
{
    bool has_own = input_flag(input);
    struct bytes board = small_board(), overlay;
    struct bytes base = has_own ? input_bytes(input, (size_t)input_number(input, 2)) : board;
    struct arena arena = arena_for(base.size);
    struct device_tree tree;

    overlay = input_bytes(input, input_flag(input) ? (size_t)input_number(input, 2) : input->size);
    if (device_tree_read(base, 0, &arena, &tree)) {
        bool is_sound = apply(&tree, overlay) == STATUS_OK;

        (void)written(&tree);
        if (is_sound && input->size > 0) {
            (void)apply(&tree, input_rest(input));
            (void)written(&tree);
        }
    } else {
        CHECK(has_own);
    }
    free((void *)(uintptr_t)board.data);
}

/* ---- trees that are made, and what must come of them ---- */

struct node {
    char path[PATH];
    bool has_phandle;  /* in the end */
    uint32_t original; /* phandle of the base's; 0: none */
    int values[2];     /* of the properties "p" and "q", a byte each; -1: absent */
    size_t links;      /* cells of "r"; 0: absent */
    size_t to[LINK_CELLS];
};

/* A link in an overlay: a cell of a node's property "r", or a fragment's target. */
struct link {
    char path[PATH]; /* in the overlay */
    const char *property;
    unsigned cell;
    size_t to;      /* the node */
    uint32_t local; /* phandle of the overlay's that it is by; 0: by a label of the base's */
};

struct world {
    struct input *input;
    struct node nodes[NODES];
    size_t count;
    struct made_tree tree;
    size_t bases;          /* nodes that the base has */
    size_t locals[LOCALS]; /* nodes with a phandle of the overlay's: which is the place here, and one more */
    size_t local_count;
    struct link links[LINKS];
    size_t link_count;
};

static size_t find(struct world *world, const char *path)
{
    size_t i = 0;

    while (i < world->count && strcmp(world->nodes[i].path, path) != 0)
        i++;
    return i;
}

/* NODES when there is no room for it. */
static size_t find_or_add(struct world *world, const char *path)
{
    size_t i = find(world, path);

    if (i == world->count && i < NODES) {
        world->nodes[i] = (struct node){.values = {-1, -1}};
        strcpy(world->nodes[i].path, path);
        world->count++;
    }
    return i;
}

static void join(char *to, const char *path, const char *name)
{
    CHECK(snprintf(to, PATH, "%s/%s", strcmp(path, "/") == 0 ? "" : path, name) < PATH);
}

static void write_values(struct world *world, struct node *node)
{
    uint64_t how = input_number(world->input, 1);

    for (unsigned i = 0; i < 2; i++) {
        uint8_t value = (uint8_t)(how >> 2);

        if (!(how & 1U << i))
            continue;
        made_tree_property(&world->tree, i == 0 ? "p" : "q", &value, 1);
        node->values[i] = value;
    }
}

/* Names of children, so that there are never two alike. */
static unsigned children(struct world *world, unsigned depth)
{
    return depth == 0 ? 0 : (unsigned)input_number(world->input, 1) & 7;
}

static const char *const names[] = {"a", "b", "c"};

static void write_base(struct world *world, const char *path, const char *name, unsigned depth, uint32_t *phandle)
{
    size_t place = find_or_add(world, path);
    unsigned which;

    if (place == NODES)
        return;
    made_tree_begin(&world->tree, name);
    write_values(world, &world->nodes[place]);
    if (input_flag(world->input)) {
        *phandle += 1 + (uint32_t)input_below(world->input, 3);
        made_tree_cells(&world->tree, input_flag(world->input) ? "phandle" : "linux,phandle", phandle, 1);
        world->nodes[place].original = *phandle;
        world->nodes[place].has_phandle = true;
    }
    which = children(world, depth);
    for (unsigned i = 0; i < 3; i++) {
        char inner[PATH];

        join(inner, path, names[i]);
        if (which & 1U << i)
            write_base(world, inner, names[i], depth - 1, phandle);
    }
    if (depth == DEPTH) { /* the root: each node with a phandle has its number as its label */
        made_tree_begin(&world->tree, "__symbols__");
        for (size_t i = 0; i < world->count; i++) {
            char label[16];

            (void)snprintf(label, sizeof(label), "l%zu", i);
            made_tree_text(&world->tree, label, world->nodes[i].path);
        }
        made_tree_end(&world->tree);
    }
    made_tree_end(&world->tree);
}

/* Which node a cell is to lead to, and by whose phandle; false when there is none to choose. */
static bool choose(struct world *world, struct link *link)
{
    size_t count = input_flag(world->input) ? world->local_count : 0;

    if (count == 0) {
        link->local = 0;
        link->to = (size_t)input_below(world->input, world->bases);
        return world->nodes[link->to].original != 0;
    }
    link->local = 1 + (uint32_t)input_below(world->input, count);
    link->to = world->locals[link->local - 1];
    return true;
}

/* As a compiler writes it. */
static uint32_t cell_of(const struct link *link)
{
    return link->local != 0 ? link->local : 0xffffffff;
}

static void write_links(struct world *world, struct node *node, const char *own)
{
    uint32_t cells[LINK_CELLS];
    size_t count = (size_t)input_below(world->input, LINK_CELLS + 1), made = 0;

    while (made < count && world->link_count < LINKS) {
        struct link *link = &world->links[world->link_count];

        if (!choose(world, link))
            break;
        link->property = "r";
        link->cell = (unsigned)made;
        strcpy(link->path, own);
        cells[made] = cell_of(link);
        node->to[made++] = link->to;
        world->link_count++;
    }
    if (made == 0)
        return;
    made_tree_cells(&world->tree, "r", cells, made);
    node->links = made;
}

/* `own` is its path in the overlay. */
static void write_content(struct world *world, const char *path, const char *own, unsigned depth)
{
    size_t place = find_or_add(world, path);
    unsigned which;

    write_values(world, &world->nodes[place]);
    if (world->local_count < LOCALS && input_flag(world->input)) {
        uint32_t phandle = (uint32_t)world->local_count + 1;

        made_tree_cells(&world->tree, "phandle", &phandle, 1);
        world->locals[world->local_count++] = place;
        world->nodes[place].has_phandle = true;
    }
    write_links(world, &world->nodes[place], own);
    which = children(world, depth);
    for (unsigned i = 0; i < 3; i++) {
        char inner[PATH], own_inner[PATH];

        join(inner, path, names[i]);
        join(own_inner, own, names[i]);
        if (!(which & 1U << i) || find_or_add(world, inner) == NODES)
            continue;
        made_tree_begin(&world->tree, names[i]);
        write_content(world, inner, own_inner, depth - 1);
        made_tree_end(&world->tree);
    }
}

static void write_fragment(struct world *world, unsigned number)
{
    size_t target = (size_t)input_below(world->input, world->count);
    struct link *link = &world->links[world->link_count];
    char name[16], own[PATH], content[PATH];

    if (strlen(world->nodes[target].path) > DEEP)
        target = 0;
    (void)snprintf(name, sizeof(name), "fragment@%u", number);
    join(own, "/", name);
    join(content, own, "__overlay__");
    made_tree_begin(&world->tree, name);
    if (world->link_count < LINKS && input_flag(world->input) && choose(world, link)) {
        uint32_t cell = cell_of(link);

        target = link->to;
        link->property = "target";
        link->cell = 0;
        strcpy(link->path, own);
        world->link_count++;
        made_tree_cells(&world->tree, "target", &cell, 1);
    } else {
        made_tree_text(&world->tree, "target-path", world->nodes[target].path);
    }
    made_tree_begin(&world->tree, "__overlay__");
    write_content(world, world->nodes[target].path, content, 2);
    made_tree_end(&world->tree);
    made_tree_end(&world->tree);
}

/* The nodes of a path, begun; how many they are. */
static unsigned begin_path(struct made_tree *tree, const char *path)
{
    char copy[PATH], *rest = copy + 1, *part;
    unsigned count = 0;

    strcpy(copy, path);
    for (; (part = strsep(&rest, "/")) != NULL; count++)
        made_tree_begin(tree, part);
    return count;
}

static void write_local_fixup(struct made_tree *tree, const struct link *link)
{
    unsigned ends = begin_path(tree, link->path);

    made_tree_cells(tree, link->property, (const uint32_t[]){4 * link->cell}, 1);
    for (; ends > 0; ends--)
        made_tree_end(tree);
}

static void write_fixups(struct world *world)
{
    made_tree_begin(&world->tree, "__fixups__");
    for (size_t i = 0; i < world->link_count; i++) {
        const struct link *link = &world->links[i];
        char label[16], place[2 * PATH];

        (void)snprintf(label, sizeof(label), "l%zu", link->to);
        (void)snprintf(place, sizeof(place), "%s:%s:%u", link->path, link->property, 4 * link->cell);
        if (link->local == 0)
            made_tree_text(&world->tree, label, place);
    }
    made_tree_end(&world->tree);
    made_tree_begin(&world->tree, "__local_fixups__");
    for (size_t i = 0; i < world->link_count; i++) {
        if (world->links[i].local != 0)
            write_local_fixup(&world->tree, &world->links[i]);
    }
    made_tree_end(&world->tree);
}

/* What a node has in the end; one that nobody made there fails. Its properties may come in any order. */
struct found {
    bool there;
    uint32_t phandle; /* 0: none */
    struct bytes values[2], links;
};

struct finding {
    struct world *world;
    struct found found[NODES];
};

static void look(void *context, const char *path, const char *name, struct bytes value)
{
    struct finding *finding = context;
    size_t place;

    if (strstr(path, "__"))
        return;
    place = find(finding->world, path);
    CHECK(place < finding->world->count);
    if (!name)
        finding->found[place].there = true;
    else if (strcmp(name, "p") == 0 || strcmp(name, "q") == 0)
        finding->found[place].values[name[0] - 'p'] = value;
    else if (strcmp(name, "r") == 0)
        finding->found[place].links = value;
    else if (strcmp(name, "phandle") == 0 || strcmp(name, "linux,phandle") == 0)
        finding->found[place].phandle = value.size == 4 ? get_cell(value.data) : 0;
}

static void check_node(const struct finding *finding, const struct node *node, const struct found *found)
{
    CHECK(found->there);
    for (unsigned i = 0; i < 2; i++)
        CHECK(node->values[i] < 0 ? found->values[i].size == 0
                                  : found->values[i].size == 1 && found->values[i].data[0] == node->values[i]);
    CHECK((found->phandle != 0) == node->has_phandle && (node->original == 0 || found->phandle == node->original));
    for (const struct found *other = finding->found; other < finding->found + finding->world->count; other++)
        CHECK(other == found || other->phandle != found->phandle || found->phandle == 0);
    CHECK(found->links.size == 4 * node->links);
    for (size_t i = 0; i < node->links; i++)
        CHECK(get_cell(found->links.data + 4 * i) == finding->found[node->to[i]].phandle);
}

static void check_result(struct world *world, struct bytes result)
{
    struct finding finding = {.world = world};

    made_tree_see(result, look, &finding);
    for (size_t i = 0; i < world->count; i++)
        check_node(&finding, &world->nodes[i], &finding.found[i]);
}

static struct bytes make_overlay(struct world *world)
{
    unsigned fragments = 1 + (unsigned)input_below(world->input, 3);

    world->local_count = world->link_count = 0;
    made_tree_begin(&world->tree, "");
    for (unsigned i = 0; i < fragments; i++)
        write_fragment(world, i);
    write_fixups(world);
    made_tree_end(&world->tree);
    return made_tree_finish(&world->tree);
}

static void check_made(struct input *input)
{
    struct world world = {.input = input};
    struct bytes base;
    struct device_tree tree;
    struct arena arena;
    uint32_t phandle = 0;

    write_base(&world, "/", "", DEPTH, &phandle);
    world.bases = world.count;
    base = made_tree_finish(&world.tree);
    arena = arena_for(base.size);
    CHECK(device_tree_read(base, 0, &arena, &tree));
    for (uint64_t i = 1 + input_below(input, 2); i > 0; i--) {
        struct bytes overlay = make_overlay(&world);

        CHECK(apply(&tree, overlay) == STATUS_OK);
        free((void *)(uintptr_t)overlay.data);
    }
    check_result(&world, written(&tree));
    free((void *)(uintptr_t)base.data);
}

void fuzz(struct input *input)
{
    if (input_flag(input))
        check_wild(input);
    else
        check_made(input);
}
