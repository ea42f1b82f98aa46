/* SPDX-License-Identifier: BSD-2-Clause */
/* Strings and bytes. */
#include "selfcheck.h"

uint64_t string_length(const char *text)
{
    uint64_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

bool strings_equal(const char *a, const char *b)
{
    for (; *a == *b; a++, b++)
        if (*a == '\0')
            return true;
    return false;
}

bool bytes_equal(const void *a, const void *b, uint64_t size)
{
    const uint8_t *x = a, *y = b;

    for (uint64_t i = 0; i < size; i++)
        if (x[i] != y[i])
            return false;
    return true;
}

bool all_zero(const void *bytes, uint64_t size)
{
    const uint8_t *at = bytes;

    for (uint64_t i = 0; i < size; i++)
        if (at[i] != 0)
            return false;
    return true;
}

uint8_t byte_sum(const void *bytes, uint64_t size)
{
    const uint8_t *at = bytes;
    uint8_t sum = 0;

    for (uint64_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + at[i]);
    return sum;
}

/* How many bytes follow this first one; 4 when none can be the first. */
static unsigned utf8_followers(uint8_t first)
{
    if (first < 0x80)
        return 0;
    if (first >= 0xc2 && first < 0xe0)
        return 1;
    if (first >= 0xe0 && first < 0xf0)
        return 2;
    return first >= 0xf0 && first < 0xf5 ? 3 : 4;
}

bool is_utf8(const char *text, uint64_t length)
{
    const uint8_t *bytes = (const uint8_t *)text;

    for (uint64_t i = 0; i < length;) {
        unsigned followers = utf8_followers(bytes[i]);

        if (followers == 4 || followers >= length - i)
            return false;
        if ((bytes[i] == 0xe0 && bytes[i + 1] < 0xa0) || (bytes[i] == 0xed && bytes[i + 1] >= 0xa0) ||
            (bytes[i] == 0xf0 && bytes[i + 1] < 0x90) || (bytes[i] == 0xf4 && bytes[i + 1] >= 0x90))
            return false;
        for (unsigned k = 1; k <= followers; k++)
            if ((bytes[i + k] & 0xc0) != 0x80)
                return false;
        i += followers + 1;
    }
    return true;
}
