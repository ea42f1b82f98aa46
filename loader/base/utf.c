/* SPDX-License-Identifier: BSD-2-Clause */
#include "utf.h"

#define REPLACEMENT 0xfffdU

static bool is_continuation(char c)
{
    return ((uint8_t)c & 0xc0) == 0x80;
}

static bool is_surrogate(uint32_t point)
{
    return point >= 0xd800 && point <= 0xdfff;
}

uint32_t utf8_take(struct text *text)
{
    static const uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
    uint8_t first = (uint8_t)text->data[0];
    size_t more = first < 0x80 ? 0 : first < 0xc0 ? 4 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf8 ? 3 : 4;
    uint32_t point = more == 0 ? first : first & (0x3fU >> more);

    text->data++;
    text->length--;
    if (more == 4)
        return REPLACEMENT;
    for (size_t i = 0; i < more; i++) {
        if (text->length == 0 || !is_continuation(text->data[0]))
            return REPLACEMENT;
        point = point << 6 | ((uint8_t)text->data[0] & 0x3f);
        text->data++;
        text->length--;
    }
    return point < smallest[more] || point > 0x10ffff || is_surrogate(point) ? REPLACEMENT : point;
}

size_t utf16_from_utf8(uint16_t *buffer, size_t size, struct text text)
{
    size_t start = text.length, units = 0;

    while (text.length > 0) {
        struct text rest = text;
        uint32_t point = utf8_take(&rest);

        if (units + (point < 0x10000 ? 1 : 2) >= size)
            break;
        text = rest;
        if (point < 0x10000) {
            buffer[units++] = (uint16_t)point;
        } else {
            buffer[units++] = (uint16_t)(0xd800 + ((point - 0x10000) >> 10));
            buffer[units++] = (uint16_t)(0xdc00 + (point & 0x3ff));
        }
    }
    buffer[units] = 0;
    return start - text.length;
}

/* Takes one character off the front of at least one unit. */
static uint32_t take_utf16(const uint16_t **units, size_t *length)
{
    uint32_t first = *(*units)++;

    (*length)--;
    if (!is_surrogate(first))
        return first;
    if (first >= 0xdc00 || *length == 0 || **units < 0xdc00 || **units > 0xdfff)
        return REPLACEMENT;
    (*length)--;
    return 0x10000 + ((first - 0xd800) << 10) + (*(*units)++ - 0xdc00U);
}

static size_t encode_utf8(uint32_t point, char bytes[4])
{
    if (point < 0x80) {
        bytes[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        bytes[0] = (char)(0xc0 | point >> 6);
        bytes[1] = (char)(0x80 | (point & 0x3f));
        return 2;
    }
    if (point < 0x10000) {
        bytes[0] = (char)(0xe0 | point >> 12);
        bytes[1] = (char)(0x80 | (point >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (point & 0x3f));
        return 3;
    }
    bytes[0] = (char)(0xf0 | point >> 18);
    bytes[1] = (char)(0x80 | (point >> 12 & 0x3f));
    bytes[2] = (char)(0x80 | (point >> 6 & 0x3f));
    bytes[3] = (char)(0x80 | (point & 0x3f));
    return 4;
}

size_t utf8_from_utf16(char *buffer, size_t size, const uint16_t *units, size_t length)
{
    size_t used = 0;

    while (length > 0) {
        char bytes[4];
        size_t count = encode_utf8(take_utf16(&units, &length), bytes);

        if (used + count >= size)
            break;
        for (size_t i = 0; i < count; i++)
            buffer[used++] = bytes[i];
    }
    buffer[used] = '\0';
    return used;
}
