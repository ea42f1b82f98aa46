/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Boot Loader Interface. What variables say becomes text that a plain reading finds there, or nothing; a timeout is
 * one that a plain reading knows; a list of ids has them all; times are those of 128-bit arithmetic; a device path's
 * image is its file nodes one after the other, with one backslash between them, and nothing is read behind its end.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "interface.h"
#include "utf.h"

static const char untouched[] = "untouched";

static char *new_text(void)
{
    char *text = fuzz_room(INTERFACE_TEXT_SIZE);

    memcpy(text, untouched, sizeof(untouched));
    return text;
}

/* A variable's value: any bytes, or a string as UTF-16. */
static struct bytes make_value(struct input *input)
{
    uint64_t how = input_number(input, 1);
    const char *string;
    uint16_t *units;
    size_t size;

    if (how & 1)
        return input_rest(input);
    string = input_string(input, 800);
    size = strlen(string) + 3;
    units = fuzz_room(2 * size);
    CHECK(utf16_from_utf8(units, size, text_of(string)) == strlen(string));
    for (size = 0; units[size] != 0; size++)
        ;
    size = 2 * (how & 2 ? size : size + 1);
    return input_bytes(&(struct input){(const uint8_t *)units, size}, size - (how & 4 && size > 0 ? 1 : 0));
}

/* The units before the NUL or the end; SIZE_MAX when the value is no text. */
static size_t plain_length(struct bytes value)
{
    size_t length = 0;

    if (value.size % 2 != 0 || value.size > 2 * INTERFACE_UNITS)
        return SIZE_MAX;
    for (; 2 * length < value.size; length++) {
        unsigned unit = value.data[2 * length] | (unsigned)value.data[2 * length + 1] << 8;

        if (unit == 0)
            break;
        if (unit < 0x20 || unit == 0x7f)
            return SIZE_MAX;
    }
    return length == 0 || length == INTERFACE_UNITS ? SIZE_MAX : length;
}

static void check_timeout(struct bytes value, const char *id)
{
    struct interface_timeout usual = {INTERFACE_MENU_TIMED, 4711}, once = usual;
    bool is_number = id && *id != '\0' && strspn(id, "0123456789") == strlen(id);
    bool is_word =
        id && (strcmp(id, "menu-force") == 0 || strcmp(id, "menu-hidden") == 0 || strcmp(id, "menu-disabled") == 0);
    bool good = interface_read_timeout(value, false, &usual);

    CHECK(interface_read_timeout(value, true, &once) == good);
    CHECK(good || (usual.seconds == 4711 && once.seconds == 4711));
    CHECK(!good || is_word || is_number);
    CHECK(good || !is_word);
    if (is_number && strlen(id) < 20) {
        unsigned long long number = strtoull(id, NULL, 10);

        CHECK(good && usual.menu == (number == 0            ? INTERFACE_MENU_HIDDEN
                                     : number >= UINT32_MAX ? INTERFACE_MENU_FORCED
                                                            : INTERFACE_MENU_TIMED));
        CHECK(usual.seconds == (usual.menu == INTERFACE_MENU_TIMED ? number : 0));
    }
    if (good) {
        CHECK(once.seconds == usual.seconds);
        CHECK(once.menu == (usual.seconds > 0 ? INTERFACE_MENU_TIMED : INTERFACE_MENU_FORCED));
    }
}

static void check_value(struct input *input)
{
    struct bytes value = make_value(input);
    char *id = new_text(), *expected = fuzz_room(INTERFACE_TEXT_SIZE);
    size_t length = plain_length(value);
    uint16_t *units = fuzz_room(value.size + 2);

    memcpy(units, value.data ? value.data : (const uint8_t *)"", value.size);
    CHECK(interface_read_id(value, id) == (length != SIZE_MAX));
    if (length == SIZE_MAX) {
        CHECK(strcmp(id, untouched) == 0);
    } else {
        CHECK(utf8_from_utf16(expected, INTERFACE_TEXT_SIZE, units, length) == strlen(id));
        CHECK(strcmp(id, expected) == 0);
    }
    check_timeout(value, length == SIZE_MAX ? NULL : id);
}

static void check_list(struct input *input)
{
    size_t size = (size_t)input_number(input, 1);
    struct interface_list list = {fuzz_room(2 * size), size, 0};
    uint16_t *expected = fuzz_room(2 * 1024);
    size_t used = 0;

    for (unsigned i = 0; i < 8; i++) {
        const char *id = input_string(input, 60);
        size_t length = strlen(id), before = list.used;

        CHECK(interface_list_add(&list, id) == (length > 0 && length + 2 <= size - before));
        if (list.used == before)
            continue;
        CHECK(utf16_from_utf8(expected + used, 1024 - used, text_of(id)) == length);
        while (expected[used++] != 0)
            ;
        CHECK(list.used == used && memcmp(list.units, expected, 2 * used) == 0);
    }
}

static void check_numbers(struct input *input)
{
    uint64_t counter = input_wide(input), frequency = input_wide(input) & ((1ULL << 40) - 1);
    __uint128_t expected = frequency == 0 ? 0 : (__uint128_t)counter * 1000000 / frequency;
    bool good = frequency != 0 && expected <= UINT64_MAX;
    char *text = new_text();

    CHECK(interface_write_time(counter, frequency, text) == good);
    CHECK(good ? strtoull(text, NULL, 10) == (uint64_t)expected : strcmp(text, untouched) == 0);
    (void)!interface_write_time(counter, ~frequency, text);
    interface_write_firmware_type((uint32_t)counter, text);
    CHECK(strncmp(text, "UEFI ", 5) == 0);
}

static void check_vendor(struct input *input)
{
    struct bytes bytes = input_bytes(input, 200);
    uint16_t *vendor = fuzz_room(bytes.size == 200 ? 200 : bytes.size / 2 * 2 + 2);
    char *text = new_text();

    memcpy(vendor, bytes.data ? bytes.data : (const uint8_t *)"", bytes.size / 2 * 2);
    if (bytes.size < 200)
        vendor[bytes.size / 2] = 0;
    interface_write_firmware(vendor, (uint32_t)input_number(input, 4), text);
    CHECK(strchr(text, '.') && strlen(text) < 400);
}

/* Nodes, of which most are whole files. */
static struct bytes make_path(struct input *input)
{
    uint8_t *path = fuzz_room(4096);
    size_t size = 0;

    for (uint64_t i = input_below(input, 6); i > 0 && size < 2000; i--) {
        uint64_t how = input_number(input, 1), length = 4 + input_number(input, 1) * (how & 64 ? 4 : 1);

        path[size] = (uint8_t)(how & 3 ? 4 : input_number(input, 1));
        path[size + 1] = (uint8_t)(how & 12 ? 4 : input_number(input, 1));
        path[size + 2] = (uint8_t)length;
        path[size + 3] = (uint8_t)((length >> 8) + (how & 32 ? input_number(input, 1) & 1 : 0));
        for (size_t k = 4; k < length; k++)
            path[size + k] = (uint8_t)(k % 2 == 0 ? input_number(input, 1) : how >> 7);
        size += length;
    }
    memcpy(path + size, "\177\377\4", 4);
    return input_bytes(&(struct input){path, size + 4}, size + 4 - (size_t)input_number(input, 1) % 8);
}

/* The units of the image's path, or SIZE_MAX. Parts are joined as soon as they are known whole. */
static size_t find_image(struct bytes path, uint16_t *units)
{
    size_t at = 0, used = 0;

    while (at + 4 <= path.size) {
        const uint8_t *node = path.data + at;
        size_t length = node[2] | (size_t)node[3] << 8, count = 0;
        uint16_t part[33000];

        if (length < 4 || length > path.size - at)
            return SIZE_MAX;
        if (node[0] == 0x7f)
            return used == 0 || used >= INTERFACE_UNITS ? SIZE_MAX : used;
        for (size_t i = 4; i + 2 <= length && (node[i] != 0 || node[i + 1] != 0); i += 2)
            part[count++] = (uint16_t)(node[i] | node[i + 1] << 8);
        if (node[0] == 4 && node[1] == 4 && count > 0) {
            size_t skip = part[0] == '\\' ? 1 : 0;

            if (used == 0 || units[used - 1] != '\\')
                units[used++] = '\\';
            memcpy(units + used, part + skip, 2 * (count - skip));
            used += count - skip;
        }
        at += length;
    }
    return SIZE_MAX;
}

static void check_image(struct input *input)
{
    struct bytes path = input_flag(input) ? input_rest(input) : make_path(input);
    uint16_t *units = fuzz_room(2 * (path.size + 16));
    size_t length = find_image(path, units);
    char *text = new_text(), *expected = new_text();

    CHECK(interface_write_image(path, text) == (length != SIZE_MAX));
    if (length != SIZE_MAX)
        (void)utf8_from_utf16(expected, INTERFACE_TEXT_SIZE, units, length);
    CHECK(strcmp(text, expected) == 0);
}

void fuzz(struct input *input)
{
    static void (*const checks[])(struct input *) = {check_value, check_list, check_numbers, check_vendor, check_image};

    checks[input_below(input, COUNT(checks))](input);
}
