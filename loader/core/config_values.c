/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_values.h"

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

bool config_path_is_plain(const char *path)
{
    while (*path == '/') {
        struct text part = {++path, 0};

        while (part.data[part.length] != '\0' && part.data[part.length] != '/')
            part.length++;
        if (part.length == 0 || text_is(part, ".") || text_is(part, ".."))
            return false;
        path += part.length;
    }
    return true;
}
