/* SPDX-License-Identifier: BSD-2-Clause */
#include "entry.h"

#include "glob.h"
#include "memory.h"
#include "sort.h"
#include "version.h"

#define SUFFIX       ".conf"
#define IMAGE_SUFFIX ".efi"

/* How many bytes at the end of a name say what it is. */
static size_t suffix_length(struct text name)
{
    if (text_ends_with_ignoring_case(name, SUFFIX))
        return sizeof(SUFFIX) - 1;
    return text_ends_with_ignoring_case(name, IMAGE_SUFFIX) ? sizeof(IMAGE_SUFFIX) - 1 : 0;
}

/* Takes a decimal number of at most INT32_MAX off the end of the text. */
static bool take_counter(struct text *text, uint32_t *ret_counter)
{
    uint64_t counter = 0, unit = 1;
    size_t length = text->length;

    while (length > 0 && text->data[length - 1] >= '0' && text->data[length - 1] <= '9') {
        counter += unit * (uint64_t)(text->data[--length] - '0');
        if (counter > INT32_MAX)
            return false;
        if (unit <= INT32_MAX) /* leading zeros may go on */
            unit *= 10;
    }
    if (length == text->length)
        return false;
    text->length = length;
    *ret_counter = (uint32_t)counter;
    return true;
}

/* Takes `c` off the end of the text. */
static bool take_last(struct text *text, char c)
{
    if (text->length == 0 || text->data[text->length - 1] != c)
        return false;
    text->length--;
    return true;
}

struct entry_name entry_parse_name(struct text name)
{
    struct entry_name parsed = {.stem = name, .suffix = {name.data + name.length, 0}};
    struct text rest;
    uint32_t left, done = 0;

    if (suffix_length(name) == 0)
        return parsed;
    parsed.stem.length -= suffix_length(name);
    parsed.suffix = (struct text){name.data + parsed.stem.length, suffix_length(name)};

    rest = parsed.stem;
    if (!take_counter(&rest, &left))
        return parsed;
    if (take_last(&rest, '-')) {
        done = left;
        if (!take_counter(&rest, &left))
            return parsed;
    }
    if (!take_last(&rest, '+') || rest.length == 0)
        return parsed;
    parsed.stem = rest;
    parsed.has_tries = true;
    parsed.tries_left = left;
    parsed.tries_done = done;
    return parsed;
}

static struct text last_part(struct text path)
{
    size_t start = path.length;

    while (start > 0 && path.data[start - 1] != '/' && path.data[start - 1] != '\\')
        start--;
    return (struct text){path.data + start, path.length - start};
}

bool entry_take_name(struct entry *entry, const char *path, struct arena *arena)
{
    struct entry_name name = entry_parse_name(last_part(text_of(path)));
    char *id = arena_take(arena, name.stem.length + name.suffix.length + 1, 1);

    entry->file = arena_string(arena, text_of(path));
    if (!id || !entry->file)
        return false;
    memcpy(id, name.stem.data, name.stem.length);
    memcpy(id + name.stem.length, name.suffix.data, name.suffix.length);
    entry->id = id;
    entry->has_tries = name.has_tries;
    entry->tries_left = name.tries_left;
    entry->tries_done = name.tries_done;
    return true;
}

bool entry_is_name(struct text name)
{
    return text_ends_with_ignoring_case(name, SUFFIX) && !text_starts_with(name, ".");
}

bool entry_is_image_name(struct text name)
{
    return text_ends_with_ignoring_case(name, IMAGE_SUFFIX) && !text_starts_with(name, ".");
}

bool entry_is_for(const struct entry *entry, const char *architecture)
{
    return !entry->architecture || text_equal_ignoring_case(text_of(entry->architecture), text_of(architecture));
}

/* As strcmp does. NULL counts as empty. */
static int compare_strings(const char *a, const char *b)
{
    if (!a)
        a = "";
    if (!b)
        b = "";
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (int)(uint8_t)*a - (int)(uint8_t)*b;
}

static int compare_counters(uint32_t a, uint32_t b)
{
    return a < b ? -1 : a > b;
}

/* Newer versions first. NULL counts as empty. */
static int compare_versions(const char *a, const char *b)
{
    return -version_compare(text_of(a ? a : ""), text_of(b ? b : ""));
}

static bool is_bad(const struct entry *entry)
{
    return entry->has_tries && entry->tries_left == 0;
}

static struct text id_without_suffix(const struct entry *entry)
{
    struct text id = text_of(entry->id);

    id.length -= suffix_length(id);
    return id;
}

/* Files that differ in their counters only: the one that has more left, then the one that was tried less. */
static int compare_tries(const struct entry *a, const struct entry *b)
{
    int order;

    if (a->has_tries != b->has_tries)
        return a->has_tries ? 1 : -1;
    order = compare_counters(b->tries_left, a->tries_left);
    return order != 0 ? order : compare_counters(a->tries_done, b->tries_done);
}

int entry_compare(const struct entry *a, const struct entry *b)
{
    int order;

    if (is_bad(a) != is_bad(b))
        return is_bad(a) ? 1 : -1;
    if (!a->sort_key != !b->sort_key)
        return a->sort_key ? -1 : 1;
    if (a->sort_key) {
        order = compare_strings(a->sort_key, b->sort_key);
        if (order == 0)
            order = compare_strings(a->machine_id, b->machine_id);
        if (order == 0)
            order = compare_versions(a->version, b->version);
        if (order != 0)
            return order;
    }
    order = -version_compare(id_without_suffix(a), id_without_suffix(b));
    /* Names can differ and still be equal as versions; the order must not depend on the directory's. */
    if (order == 0)
        order = compare_strings(a->id, b->id);
    if (order == 0)
        order = compare_tries(a, b);
    return order != 0 ? order : compare_strings(a->file, b->file);
}

static int compare_elements(const void *a, const void *b)
{
    return entry_compare(a, b);
}

void entry_sort(struct entry *entries, size_t count)
{
    sort(entries, count, sizeof(*entries), compare_elements);
}

size_t entry_find(const struct entry *entries, size_t count, const char *pattern)
{
    struct text wanted = text_of(pattern);

    for (size_t i = 0; i < count; i++) {
        struct text id = text_of(entries[i].id);

        if (glob_match(wanted, id) || glob_match(wanted, id_without_suffix(&entries[i])) ||
            text_equal_ignoring_case(wanted, id))
            return i;
    }
    return SIZE_MAX;
}

size_t entry_choose_default(const struct entry *entries, size_t count, const char *pattern)
{
    size_t index = pattern ? entry_find(entries, count, pattern) : 0;

    if (index != SIZE_MAX)
        return index;
    log_warning("no boot entry matches '%s', which loader.conf names as the default: the first one is taken", pattern);
    return 0;
}
