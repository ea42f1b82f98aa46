/* SPDX-License-Identifier: BSD-2-Clause */
#include "glob.h"

/* Bytes are compared as numbers from 0 to 255; letters as their lower case. */
static uint8_t fold(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* Takes one byte, which a '\' may precede, off the pattern. false at its end. */
static bool take_byte(struct text pattern, size_t *position, uint8_t *ret_byte)
{
    if (*position < pattern.length && pattern.data[*position] == '\\')
        ++*position;
    if (*position >= pattern.length)
        return false;
    *ret_byte = fold(pattern.data[(*position)++]);
    return true;
}

static bool is_at(struct text pattern, size_t position, char c)
{
    return position < pattern.length && pattern.data[position] == c;
}

/* Takes a set off the pattern; `*position` stands behind its '['. Returns whether `byte` is one of those it means. */
static bool take_set(struct text pattern, size_t *position, uint8_t byte)
{
    bool inverted = is_at(pattern, *position, '!');
    bool found = false;
    size_t first;

    if (inverted)
        ++*position;
    first = *position;
    while (*position == first || !is_at(pattern, *position, ']')) {
        uint8_t low, high;

        if (!take_byte(pattern, position, &low))
            return false;
        high = low;
        if (is_at(pattern, *position, '-') && !is_at(pattern, *position + 1, ']')) {
            ++*position;
            if (!take_byte(pattern, position, &high))
                return false;
        }
        if (low <= byte && byte <= high)
            found = true;
    }
    ++*position;
    return found != inverted;
}

/* Takes what stands for one byte off the pattern. Returns whether it stands for `byte`. */
static bool take_one(struct text pattern, size_t *position, uint8_t byte)
{
    uint8_t wanted;

    if (is_at(pattern, *position, '?')) {
        ++*position;
        return true;
    }
    if (is_at(pattern, *position, '[')) {
        ++*position;
        return take_set(pattern, position, byte);
    }
    return take_byte(pattern, position, &wanted) && wanted == byte;
}

bool glob_match(struct text pattern, struct text text)
{
    size_t position = 0, matched = 0; /* what is done of pattern and text */
    size_t retry = 0, given = 0;      /* behind the last '*', and where the text that is left for it to match starts */
    bool star = false;

    while (matched < text.length) {
        if (is_at(pattern, position, '*')) {
            star = true;
            retry = ++position;
            given = matched;
        } else if (take_one(pattern, &position, fold(text.data[matched]))) {
            matched++;
        } else if (star) {
            /* Only the last '*' need take more: what an earlier one would take, this one can. */
            position = retry;
            matched = ++given;
        } else {
            return false;
        }
    }
    while (is_at(pattern, position, '*'))
        position++;
    return position == pattern.length;
}
