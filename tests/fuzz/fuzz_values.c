/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Values of the configuration: numbers are what 128-bit arithmetic makes of them, and refused when they do not fit;
 * sizes, levels, kaslr and paths are told apart as a plain reading does. Results are left alone when there is none.
 */
#include <stdio.h>
#include <string.h>

#include "config_values.h"
#include "fuzz.h"

__extension__ typedef unsigned __int128 wide;

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : 99;
}

/* false: no number, or one of more than 64 bits. */
static bool read_plainly(struct text text, bool suffixes, uint64_t *ret_number)
{
    const char *const letters = "KkMmGg", *letter;
    wide number = 0, unit = 1;
    int base = 10;
    size_t i = 0;

    if (suffixes && text.length > 0 && (letter = memchr(letters, text.data[text.length - 1], 6))) {
        unit = (wide)1 << 10 * ((letter - letters) / 2 + 1);
        text.length--;
    }
    if (text.length >= 2 && text.data[0] == '0' && (text.data[1] | 0x20) == 'x') {
        base = 16;
        i = 2;
    }
    if (i == text.length)
        return false;
    for (; i < text.length; i++) {
        if (digit(text.data[i]) >= base)
            return false;
        number = number * (unsigned)base + (unsigned)digit(text.data[i]);
        if (number > UINT64_MAX)
            return false;
    }
    *ret_number = (uint64_t)(number * unit);
    return number * unit <= UINT64_MAX;
}

static void check_number(struct text text, bool suffixes)
{
    uint64_t number = 0x5a5a, expected = 0;
    bool is_one = read_plainly(text, suffixes, &expected);

    CHECK(text_number(text, suffixes, &number) == is_one);
    CHECK(number == (is_one ? expected : 0x5a5a));
}

static void check_size(struct text text)
{
    uint32_t width = 7, height = 8;
    uint64_t expected[2] = {0, 0};
    const char *x = NULL;

    for (size_t i = 0; i < text.length && !x; i++)
        x = (text.data[i] | 0x20) == 'x' ? text.data + i : NULL;
    if (x) {
        const struct text parts[2] = {{text.data, (size_t)(x - text.data)},
                                      {x + 1, (size_t)(text.data + text.length - x - 1)}};

        for (size_t part = 0; part < 2; part++) {
            for (size_t i = 0; i < parts[part].length; i++) {
                if (digit(parts[part].data[i]) >= 10)
                    x = NULL;
                else if (expected[part] < 100000)
                    expected[part] = expected[part] * 10 + (uint64_t)digit(parts[part].data[i]);
            }
        }
    }
    if (x && expected[0] - 1 < 65535 && expected[1] - 1 < 65535)
        CHECK(config_size(text, &width, &height) && width == expected[0] && height == expected[1]);
    else
        CHECK(!config_size(text, &width, &height) && width == 7 && height == 8);
}

static void check_kaslr(struct text text)
{
    enum entry_kaslr kaslr = ENTRY_KASLR_UNSAID;
    uint64_t seed = 9, expected = 9;
    bool on = text_is(text, "on"), off = text_is(text, "off"), number = read_plainly(text, true, &expected);

    CHECK(config_kaslr(text, &kaslr, &seed) == (on || off || number));
    CHECK(kaslr == (on ? ENTRY_KASLR_ON : off ? ENTRY_KASLR_OFF : number ? ENTRY_KASLR_SEED : ENTRY_KASLR_UNSAID));
    CHECK(seed == (number ? expected : 9));
}

/* Each part by itself: what is left of them, and whether there was one too few. */
static bool resolve_plainly(const char *string, char *ret_path)
{
    const char *parts[64];
    size_t lengths[64], count = 0, end = 0;

    for (const char *at = string; *at != '\0';) {
        size_t length = strcspn(at, "/");

        if (length == 2 && memcmp(at, "..", 2) == 0) {
            if (count-- == 0)
                return false;
        } else if (length > 1 || (length == 1 && *at != '.')) {
            parts[count] = at;
            lengths[count++] = length;
        }
        at += length + (at[length] == '/');
    }
    for (size_t i = 0; i < count; i++)
        end += (size_t)sprintf(ret_path + end, "/%.*s", (int)lengths[i], parts[i]);
    strcpy(ret_path + end, count == 0 ? "/" : "");
    return true;
}

static void check_path(const char *string)
{
    size_t size = strlen(string) + 2;
    char *path = fuzz_room(size), *before = fuzz_room(size), *expected = fuzz_room(size);

    path[0] = '/';
    memcpy(path + 1, string, size - 1);
    memcpy(before, path, size);
    CHECK(config_resolve_path(path) == resolve_plainly(string, expected));
    CHECK(strcmp(path, resolve_plainly(string, expected) ? expected : before) == 0);
}

void fuzz(struct input *input)
{
    const char *string = input_string(input, 64);
    struct text text = input_text(&(struct input){(const uint8_t *)string, strlen(string)}, 64);
    enum log_level level = LOG_INFO;

    check_number(text, false);
    check_number(text, true);
    check_size(text);
    check_kaslr(text);
    check_path(string);
    if (!config_level(text, &level))
        CHECK(level == LOG_INFO);
    else
        CHECK(text.length >= 3 && level <= LOG_DEBUG);
}
