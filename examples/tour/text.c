/* SPDX-License-Identifier: 0BSD */
#include "text.h"

#include <stddef.h>

uint64_t text_length(const char *text)
{
    uint64_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}

/* Where the text goes on after `word`, NULL when it does not begin with it. */
static const char *after(const char *text, const char *word)
{
    while (*word != '\0') {
        if (*text++ != *word++)
            return NULL;
    }
    return text;
}

bool text_has_word(const char *text, const char *word)
{
    while (*text != '\0') {
        const char *rest = after(text, word);

        if (rest && (*rest == ' ' || *rest == '\0'))
            return true;
        while (*text != ' ' && *text != '\0')
            text++;
        while (*text == ' ')
            text++;
    }
    return false;
}

/* Four bits at a time, with a table that is quickly made. */
uint32_t text_crc32(const void *bytes, uint64_t size)
{
    const uint8_t *byte = bytes;
    uint32_t table[16];
    uint32_t crc = 0xffffffff;

    for (uint32_t i = 0; i < 16; i++) {
        table[i] = i;
        for (unsigned bit = 0; bit < 4; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320 : 0);
    }
    for (uint64_t i = 0; i < size; i++) {
        crc ^= byte[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}
