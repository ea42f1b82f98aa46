/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * UTF-8 and UTF-16, to and fro, in rooms of any size. What comes out is well-formed and ends with a NUL; text that is
 * well-formed comes back as it was; converting in pieces gives what converting at once does; room that suffices is not
 * too small.
 */
#include <string.h>

#include "fuzz.h"
#include "utf.h"

#define REPLACEMENT 0xfffd

/* The characters of well-formed UTF-8 (RFC 3629), or false. */
static bool decode(const char *string, size_t size, uint32_t *points, size_t *ret_count)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    size_t at = 0, count = 0;

    while (at < size) {
        uint8_t first = (uint8_t)string[at++];
        unsigned more = first < 0x80 ? 0 : (first & 0xe0) == 0xc0 ? 1 : (first & 0xf0) == 0xe0 ? 2 : 3;
        uint32_t point = first & (more == 0 ? 0x7f : 0x3f >> more);

        if ((first & 0xc0) == 0x80 || first >= 0xf8 || size - at < more)
            return false;
        for (; more > 0 && ((uint8_t)string[at] & 0xc0) == 0x80; more--)
            point = point << 6 | ((uint8_t)string[at++] & 0x3f);
        if (more > 0)
            return false;
        more = first < 0x80 ? 0 : (first & 0xe0) == 0xc0 ? 1 : (first & 0xf0) == 0xe0 ? 2 : 3;
        if (point < least[more] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
            return false;
        points[count++] = point;
    }
    *ret_count = count;
    return true;
}

/* The characters of UTF-16, halves of pairs replaced. */
static size_t decode_units(const uint16_t *units, size_t length, uint32_t *points)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        bool high = (units[i] & 0xfc00) == 0xd800, low = (units[i] & 0xfc00) == 0xdc00;

        if (high && i + 1 < length && (units[i + 1] & 0xfc00) == 0xdc00) {
            points[count++] = 0x10000 + ((units[i] & 0x3ffU) << 10) + (units[i + 1] & 0x3ffU);
            i++;
        } else {
            points[count++] = high || low ? REPLACEMENT : units[i];
        }
    }
    return count;
}

static void check_from_utf8(struct input *input)
{
    size_t size = 3 + (size_t)input_number(input, 1), room, total = 0, count, expected_count = 0;
    uint16_t *piece = fuzz_room(2 * size), *all;
    const char *string = input_string(input, input->size); /* a NUL would hide where a piece ends */
    struct text text = text_of(string), rest = text;
    uint32_t *points, *expected;

    /* Each byte makes one unit at the most, the NUL one more. */
    room = text.length + 3;
    all = fuzz_room(2 * room);
    points = fuzz_room(4 * room);
    expected = fuzz_room(4 * room);
    CHECK(utf16_from_utf8(all, room, text) == text.length);
    while (rest.length > 0) {
        size_t done = utf16_from_utf8(piece, size, rest), units = 0;

        CHECK(done > 0 && done <= rest.length);
        while (units < size && piece[units] != 0)
            units++;
        CHECK(units < size && total + units < room && memcmp(all + total, piece, 2 * units) == 0);
        total += units;
        rest = (struct text){rest.data + done, rest.length - done};
    }
    CHECK(all[total] == 0);
    count = decode_units(all, total, points);
    if (decode(text.data, text.length, expected, &expected_count))
        CHECK(count == expected_count && memcmp(points, expected, 4 * count) == 0);
    for (size_t i = 0; i < count; i++)
        CHECK(points[i] <= 0x10ffff);
}

static void check_from_utf16(struct input *input)
{
    size_t size = 1 + (size_t)input_number(input, 1), length = input->size / 2, room = 3 * length + 1, used, cut, count;
    struct bytes bytes = input_rest(input);
    uint16_t *units = fuzz_room(2 * length), *back = fuzz_room(2 * (length + 3));
    char *all = fuzz_room(room), *some = fuzz_room(size);
    uint32_t *points = fuzz_room(4 * (length + 1)), *expected = fuzz_room(4 * (length + 1));
    size_t expected_count;

    memcpy(units, bytes.data, 2 * length);
    used = utf8_from_utf16(all, room, units, length);
    cut = utf8_from_utf16(some, size, units, length);
    CHECK(used < room && all[used] == 0 && cut < size && some[cut] == 0);
    CHECK(cut <= used && memcmp(all, some, cut) == 0 && (cut == used || cut + 4 >= size));
    CHECK(decode(all, used, points, &count) && decode(some, cut, points, &expected_count));
    CHECK(decode(all, used, points, &count));
    expected_count = decode_units(units, length, expected);
    CHECK(count == expected_count && memcmp(points, expected, 4 * count) == 0);
    CHECK(utf16_from_utf8(back, length + 3, (struct text){all, used}) == used);
    CHECK(decode_units(back, length, points) >= count);
}

void fuzz(struct input *input)
{
    if (input_flag(input))
        check_from_utf8(input);
    else
        check_from_utf16(input);
}
