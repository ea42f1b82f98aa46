/* SPDX-License-Identifier: BSD-2-Clause */
#include "os_release.h"

static const struct {
    char name[14];
    uint8_t target; /* where in struct os_release the string goes */
} keys[] = {
    {"PRETTY_NAME", offsetof(struct os_release, pretty_name)},
    {"NAME", offsetof(struct os_release, name)},
    {"ID", offsetof(struct os_release, id)},
    {"IMAGE_ID", offsetof(struct os_release, image_id)},
    {"IMAGE_VERSION", offsetof(struct os_release, image_version)},
    {"VERSION", offsetof(struct os_release, version)},
    {"VERSION_ID", offsetof(struct os_release, version_id)},
    {"BUILD_ID", offsetof(struct os_release, build_id)},
};

/* The values are shown on consoles, which take control characters for orders. */
static bool has_control(struct text line)
{
    for (size_t i = 0; i < line.length; i++) {
        uint8_t byte = (uint8_t)line.data[i];

        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return true;
    }
    return false;
}

static bool is_one_of(char c, const char *set)
{
    while (*set != '\0' && *set != c)
        set++;
    return *set != '\0';
}

/*
 * What a shell makes of `value`: in quotes, or without any. In single quotes every character stands for itself; in
 * double quotes a backslash takes away the meaning of those that have one, and without quotes that of every character.
 * Blanks without quotes are taken as they are: systemd does so, too, and files have them. Writes to `string`, which
 * may be where the value is, since it only becomes shorter; false when the value is malformed.
 */
static bool unquote(struct text value, char *string)
{
    char quote = value.length > 0 && is_one_of(value.data[0], "'\"") ? value.data[0] : '\0';
    size_t i = quote != '\0' ? 1 : 0;

    for (; i < value.length && (quote == '\0' || value.data[i] != quote); i++) {
        if (value.data[i] == '\\' && quote != '\'') {
            if (i + 1 == value.length)
                return false;
            if (quote == '\0' || is_one_of(value.data[i + 1], "\"\\$`"))
                i++;
        } else if (quote == '\0' && is_one_of(value.data[i], "'\"")) {
            return false;
        }
        *string++ = value.data[i];
    }
    *string = '\0';
    /* The closing quote is the last character. */
    return quote == '\0' || i + 1 == value.length;
}

/* `line` lies in `copy`, with at least one more byte behind it. */
static void parse_line(char *copy, struct text line, struct os_release *release)
{
    struct text key = {line.data, 0};
    char *string;

    while (key.length < line.length && key.data[key.length] != '=')
        key.length++;
    if (key.length == line.length || has_control(line))
        return;
    for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!text_is(key, keys[i].name))
            continue;
        string = copy + (key.data - copy) + key.length + 1;
        if (unquote((struct text){string, line.length - key.length - 1}, string))
            *(const char **)((char *)release + keys[i].target) = *string != '\0' ? string : NULL;
        return;
    }
}

enum status os_release_parse(struct text text, struct arena *arena, struct os_release *ret_release)
{
    struct os_release release = {.name = NULL};
    struct text rest, line;
    char *copy = arena_string(arena, text);

    if (!copy)
        return STATUS_NEED_ROOM;
    rest = text_of(copy);
    while (text_take_line(&rest, &line))
        parse_line(copy, text_trim(line), &release);
    *ret_release = release;
    return STATUS_OK;
}

static const char *first(const char *a, const char *b, const char *c, const char *d)
{
    return a ? a : b ? b : c ? c : d;
}

const char *os_release_title(const struct os_release *release)
{
    return first(release->pretty_name, release->image_id, release->name, release->id);
}

const char *os_release_version(const struct os_release *release)
{
    return first(release->image_version, release->version, release->version_id, release->build_id);
}

const char *os_release_sort_key(const struct os_release *release)
{
    return first(release->image_id, release->id, NULL, NULL);
}
