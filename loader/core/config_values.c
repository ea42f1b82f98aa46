/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_values.h"

#include "memory.h"

#define PIXELS_AT_MOST 65535U

bool config_level(struct text value, enum log_level *ret_level)
{
    /* systemd-boot has the same key in the same file; what it understands must not stop a boot here. */
    static const struct {
        const char *name;
        enum log_level level;
    } others[] = {
        {"emerg", LOG_ERROR}, {"alert", LOG_ERROR}, {"crit", LOG_ERROR}, {"err", LOG_ERROR}, {"notice", LOG_INFO}};

    if (log_level_parse(value, ret_level))
        return true;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (text_is(value, others[i].name)) {
            *ret_level = others[i].level;
            return true;
        }
    }
    return false;
}

/* Takes decimal digits off the front; more than PIXELS_AT_MOST stays more. */
static uint32_t take_pixels(struct text *rest)
{
    uint32_t pixels = 0;

    for (; rest->length > 0 && rest->data[0] >= '0' && rest->data[0] <= '9'; rest->data++, rest->length--) {
        if (pixels <= PIXELS_AT_MOST)
            pixels = pixels * 10 + (uint32_t)(rest->data[0] - '0');
    }
    return pixels;
}

bool config_size(struct text value, uint32_t *ret_width, uint32_t *ret_height)
{
    uint32_t width = take_pixels(&value), height;

    if (value.length == 0 || (value.data[0] | 0x20) != 'x')
        return false;
    value = (struct text){value.data + 1, value.length - 1};
    height = take_pixels(&value);
    if (value.length > 0 || width - 1 >= PIXELS_AT_MOST || height - 1 >= PIXELS_AT_MOST)
        return false;
    *ret_width = width;
    *ret_height = height;
    return true;
}

bool config_kaslr(struct text value, enum entry_kaslr *ret_kaslr, uint64_t *ret_seed)
{
    enum entry_kaslr kaslr = ENTRY_KASLR_SEED;

    if (text_is(value, "on"))
        kaslr = ENTRY_KASLR_ON;
    else if (text_is(value, "off"))
        kaslr = ENTRY_KASLR_OFF;
    else if (!text_number(value, true, ret_seed))
        return false;
    *ret_kaslr = kaslr;
    return true;
}

static bool is_one_of(struct text value, const char *words)
{
    struct text rest = text_of(words);

    while (rest.length > 0) {
        if (text_equal_ignoring_case(value, text_take_word(&rest)))
            return true;
    }
    return false;
}

bool config_bool(struct text value, bool *ret_bool)
{
    bool yes = is_one_of(value, "1 yes y true t on");

    if (!yes && !is_one_of(value, "0 no n false f off"))
        return false;
    *ret_bool = yes;
    return true;
}

/* Takes the next part, which is not empty, and the slashes before it, off the path; empty at the end. */
static struct text take_part(const char **path)
{
    struct text part;

    while (**path == '/')
        (*path)++;
    part = (struct text){*path, 0};
    while (part.data[part.length] != '\0' && part.data[part.length] != '/')
        part.length++;
    *path += part.length;
    return part;
}

static bool leads_above(const char *path)
{
    size_t depth = 0;

    for (struct text part = take_part(&path); part.length > 0; part = take_part(&path)) {
        if (!text_is(part, "..")) {
            depth += text_is(part, ".") ? 0 : 1;
            continue;
        }
        if (depth-- == 0)
            return true;
    }
    return false;
}

bool config_resolve_path(char *path)
{
    const char *rest = path;
    size_t length = 0;

    if (leads_above(path))
        return false;
    for (struct text part = take_part(&rest); part.length > 0; part = take_part(&rest)) {
        if (text_is(part, "..")) {
            do
                length--;
            while (path[length] != '/');
        } else if (!text_is(part, ".")) {
            path[length++] = '/';
            memmove(path + length, part.data, part.length);
            length += part.length;
        }
    }
    path[length == 0 ? 1 : length] = '\0'; /* without parts the first slash is left */
    return true;
}
