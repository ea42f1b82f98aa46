/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * os-release files. Each value is what a plain reading of os-release(5) finds last; values that were quoted come back
 * as they were. The promised room suffices; with less nothing has changed. What is read lies in the arena.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "os_release.h"

static const char *const keys[] = {"PRETTY_NAME",   "NAME",    "ID",         "IMAGE_ID",
                                   "IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID"};

static const char *value_of(const struct os_release *release, size_t key)
{
    const char *const values[] = {release->pretty_name,   release->name,    release->id,         release->image_id,
                                  release->image_version, release->version, release->version_id, release->build_id};

    return values[key];
}

/* The value with its escapes taken away, or NULL when it is malformed. `value` ends with a NUL. */
static char *unquote_plainly(const char *value)
{
    size_t length = strlen(value), end = 0;
    char *result = fuzz_room(length + 1);

    if (*value == '\'') {
        if (length < 2 || strchr(value + 1, '\'') != value + length - 1)
            return NULL;
        memcpy(result, value + 1, length - 2);
        result[length - 2] = '\0';
        return result;
    }
    if (*value == '"') {
        value++;
        while (*value != '"') {
            if (value[0] == '\\' && value[1] != '\0' && strchr("$`\"\\", value[1]))
                value++;
            if (*value == '\0')
                return NULL;
            result[end++] = *value++;
        }
        result[end] = '\0';
        return value[1] == '\0' ? result : NULL;
    }
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\'')
            return NULL;
        if (*value == '\\' && *++value == '\0')
            return NULL;
        result[end++] = *value;
    }
    result[end] = '\0';
    return result;
}

/* The last sound assignment to the key; "" when there is none. `text` ends with a NUL. */
static const char *find_plainly(const char *text, const char *key)
{
    const char *found = "";

    while (*text != '\0') {
        size_t length = strcspn(text, "\r\n"), end = length;
        char *line = fuzz_room(length + 1), *value;
        bool is_text = true;

        memcpy(line, text, length);
        line[length] = '\0';
        text += length + (text[length] != '\0'); /* an empty line between CR and LF says nothing */
        for (size_t i = 0; i < end; i++)
            is_text = is_text && ((unsigned char)line[i] >= 32 || line[i] == '\t') && line[i] != 127;
        while (end > 0 && strchr(" \t", line[end - 1]))
            line[--end] = '\0';
        line += strspn(line, " \t");
        if (!is_text || strncmp(line, key, strlen(key)) != 0 || line[strlen(key)] != '=')
            continue;
        value = unquote_plainly(line + strlen(key) + 1);
        found = value ? value : found;
    }
    return found;
}

/* Assignments whose values are quoted in one way or another; what each says is left in `values`. */
static struct text write_assignments(struct input *input, const char **values)
{
    char *text = fuzz_room(4096);
    size_t length = 0;

    for (uint64_t count = input_below(input, 12); count > 0 && length < 3000; count--) {
        uint64_t how = input_number(input, 1), key = how % 8;
        char *value = input_string(input, 60);

        for (char *c = value; *c != '\0'; c++)
            *c = (unsigned char)*c < 32 || *c == 127 || (how & 8 && *c == '\'') ? '_' : *c;
        /* A blank at the line's end does not belong to it, whatever stands before it. */
        if (!(how & 24) && *value != '\0' && value[strlen(value) - 1] == ' ')
            value[strlen(value) - 1] = '_';
        values[key] = value;
        length += (size_t)sprintf(text + length, "%s=%s", keys[key], how & 8 ? "'" : how & 16 ? "\"" : "");
        for (const char *c = value; *c != '\0'; c++) {
            if (!(how & 8) && (strchr("\"\\$`", *c) || (!(how & 16) && (strchr("' ", *c) || how & 32))))
                text[length++] = '\\';
            text[length++] = *c;
        }
        length += (size_t)sprintf(text + length, "%s%s",
                                  how & 8    ? "'"
                                  : how & 16 ? "\""
                                             : "",
                                  how & 64 ? " \t\r\n" : "\n");
    }
    return input_text(&(struct input){(const uint8_t *)text, length}, length);
}

static void check_values(struct text text, const struct arena *arena, const struct os_release *release)
{
    char *whole = fuzz_room(text.length + 1);

    if (text.length > 0)
        memcpy(whole, text.data, text.length);
    whole[text.length] = '\0';
    for (size_t i = 0; i < COUNT(keys); i++) {
        const char *value = value_of(release, i), *start = (const char *)arena->base;

        CHECK(strcmp(find_plainly(whole, keys[i]), value ? value : "") == 0);
        CHECK(!value || (*value != '\0' && value >= start && value + strlen(value) < start + arena->used));
    }
    CHECK(os_release_title(release) == (release->pretty_name ? release->pretty_name
                                        : release->image_id  ? release->image_id
                                        : release->name      ? release->name
                                                             : release->id));
    CHECK(os_release_sort_key(release) == (release->image_id ? release->image_id : release->id));
    CHECK(!os_release_version(release) ==
          (!release->image_version && !release->version && !release->version_id && !release->build_id));
}

void fuzz(struct input *input)
{
    const char *values[COUNT(keys)] = {NULL};
    bool is_made = input_flag(input);
    size_t used = (size_t)input_below(input, 16);
    struct text text = is_made ? write_assignments(input, values) : input_text(input, input->size);
    struct os_release release = {.name = "untouched"};
    struct arena arena = {.size = used + text.length + 16, .used = used};
    enum status status;

    arena.base = fuzz_room(arena.size);
    status = os_release_parse(text, &arena, &release);
    CHECK(status == STATUS_OK && arena.used <= arena.size);
    check_values(text, &arena, &release);
    for (size_t i = 0; is_made && i < COUNT(keys); i++)
        CHECK(strcmp(value_of(&release, i) ? value_of(&release, i) : "", values[i] ? values[i] : "") == 0);

    arena.size = arena.used - 1;
    arena.used = used;
    release.name = "untouched";
    CHECK(os_release_parse(text, &arena, &release) == STATUS_NEED_ROOM);
    CHECK(arena.used == used && strcmp(release.name, "untouched") == 0);
}
