/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_tree.h"

#include <assert.h>
#include <stdio.h>
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

uint32_t get_cell(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* ---- reading ---- */

#define PATH_SIZE 65536

struct made_reading {
    const uint8_t *structure, *strings;
    size_t size, strings_size, at;
};

static void check(bool is_sound)
{
    if (!is_sound)
        abort();
}

static void start_reading(struct made_reading *reading, struct bytes tree)
{
    uint32_t total, structure, strings, reservations;

    check(tree.size >= 40 && get_cell(tree.data) == 0xd00dfeed && get_cell(tree.data + 20) == 17);
    check(get_cell(tree.data + 24) == 16);
    total = get_cell(tree.data + 4);
    structure = get_cell(tree.data + 8);
    strings = get_cell(tree.data + 12);
    reservations = get_cell(tree.data + 16);
    reading->strings_size = get_cell(tree.data + 32);
    reading->size = get_cell(tree.data + 36);
    check(total <= tree.size && reservations >= 40 && reservations % 8 == 0 && structure >= reservations + 16);
    check(structure % 4 == 0 && reading->size <= total - structure && strings >= structure + reading->size);
    check(reading->strings_size <= total - strings && (structure - reservations) % 16 == 0);
    for (uint32_t i = reservations; i < structure; i += 16) /* only the last one is zeros */
        check((memcmp(tree.data + i, (const uint8_t[16]){0}, 16) == 0) == (i + 16 == structure));
    reading->structure = tree.data + structure;
    reading->strings = tree.data + strings;
    reading->at = 0;
}

static uint32_t read_number(struct made_reading *reading)
{
    check(reading->at + 4 <= reading->size);
    reading->at += 4;
    return get_cell(reading->structure + reading->at - 4);
}

/* What fills it up is zeros. */
static const uint8_t *read_padded(struct made_reading *reading, size_t size)
{
    size_t start = reading->at;

    check(size <= reading->size - start && reading->size % 4 == 0);
    for (reading->at += size; reading->at % 4 != 0; reading->at++)
        check(reading->structure[reading->at] == 0);
    return reading->structure + start;
}

/* The root's path is nothing here, whatever its name is. */
static void read_begin(struct made_reading *reading, char *path)
{
    const char *name = (const char *)reading->structure + reading->at;
    size_t length = strnlen(name, reading->size - reading->at);
    bool is_root = reading->at == 4;

    (void)read_padded(reading, length + 1);
    check(strlen(path) + length + 2 < PATH_SIZE);
    if (is_root)
        return;
    strcat(path, "/");
    strcat(path, name);
}

static void read_property(struct made_reading *reading, const char *path,
                          void (*see)(void *context, const char *path, const char *name, struct bytes value),
                          void *context)
{
    uint32_t size = read_number(reading), name = read_number(reading);
    const uint8_t *value = read_padded(reading, size);

    check(name < reading->strings_size && memchr(reading->strings + name, 0, reading->strings_size - name));
    see(context, path, (const char *)reading->strings + name, (struct bytes){value, size});
}

void made_tree_see(struct bytes tree,
                   void (*see)(void *context, const char *path, const char *name, struct bytes value), void *context)
{
    static char path[PATH_SIZE];
    size_t depth = 0, *lengths; /* of the paths of those that a node is in */
    struct made_reading reading;
    bool among_properties = false;
    uint32_t token;

    start_reading(&reading, tree);
    lengths = malloc(reading.size * sizeof(*lengths));
    check(lengths != NULL);
    path[0] = '\0';
    while ((token = read_number(&reading)) != 9) {
        check((token >= 1 && token <= 3) && (depth > 0 || reading.at == 4) && (token != 3 || among_properties));
        if (token == 1) {
            lengths[depth++] = strlen(path);
            read_begin(&reading, path);
            see(context, path[0] == '\0' ? "/" : path, NULL, (struct bytes){NULL, 0});
        } else if (token == 2) {
            path[lengths[--depth]] = '\0';
        } else {
            read_property(&reading, path[0] == '\0' ? "/" : path, see, context);
        }
        among_properties = token != 2;
    }
    check(depth == 0 && reading.at == reading.size);
    free(lengths);
}

static bool is_words(struct bytes value)
{
    for (size_t i = 0; i + 1 < value.size; i++) {
        if (value.data[i] < ' ' || value.data[i] > '~')
            return false;
    }
    return value.size > 1 && value.data[value.size - 1] == '\0';
}

static void tell(void *context, const char *path, const char *name, struct bytes value)
{
    FILE *out = context;

    (void)fprintf(out, "%s%s%s", path, name ? ":" : "", name ? name : "");
    if (name && is_words(value))
        (void)fprintf(out, "=%s", (const char *)value.data);
    if (name && !is_words(value)) {
        (void)fprintf(out, "=<");
        for (size_t i = 0; i < value.size; i++)
            (void)fprintf(out, "%02x", value.data[i]);
        (void)fprintf(out, ">");
    }
    (void)fprintf(out, "\n");
}

char *made_tree_tell(struct bytes tree)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    check(out != NULL);
    made_tree_see(tree, tell, out);
    (void)fclose(out);
    return text;
}

struct wanted {
    const char *path, *name;
    struct bytes *ret_value;
    bool found;
};

static void look(void *context, const char *path, const char *name, struct bytes value)
{
    struct wanted *wanted = context;

    if (!name || strcmp(path, wanted->path) != 0 || strcmp(name, wanted->name) != 0)
        return;
    *wanted->ret_value = value;
    wanted->found = true;
}

bool made_tree_find(struct bytes tree, const char *path, const char *name, struct bytes *ret_value)
{
    struct wanted wanted = {path, name, ret_value, false};

    made_tree_see(tree, look, &wanted);
    return wanted.found;
}
