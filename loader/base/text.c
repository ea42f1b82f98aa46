/* SPDX-License-Identifier: BSD-2-Clause */
#include "text.h"

#include "checked.h"
#include "memory.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

bool text_equal(struct text a, struct text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

bool text_is(struct text text, const char *string)
{
    return text_equal(text, text_of(string));
}

bool text_equal_ignoring_case(struct text a, struct text b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++) {
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    }
    return true;
}

bool text_starts_with(struct text text, const char *prefix)
{
    struct text wanted = text_of(prefix);

    return text.length >= wanted.length && text_equal((struct text){text.data, wanted.length}, wanted);
}

bool text_ends_with_ignoring_case(struct text text, const char *suffix)
{
    struct text wanted = text_of(suffix);

    if (text.length < wanted.length)
        return false;
    return text_equal_ignoring_case((struct text){text.data + text.length - wanted.length, wanted.length}, wanted);
}

struct text text_trim(struct text text)
{
    while (text.length > 0 && is_blank(text.data[0])) {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && is_blank(text.data[text.length - 1]))
        text.length--;
    return text;
}

struct text text_take_word(struct text *rest)
{
    struct text word;

    *rest = text_trim(*rest);
    word = (struct text){rest->data, 0};
    while (word.length < rest->length && !is_blank(rest->data[word.length]))
        word.length++;
    rest->data += word.length;
    rest->length -= word.length;
    *rest = text_trim(*rest);
    return word;
}

bool text_take_line(struct text *rest, struct text *ret_line)
{
    struct text line = {rest->data, 0};
    size_t taken;

    if (rest->length == 0)
        return false;
    while (line.length < rest->length && line.data[line.length] != '\n' && line.data[line.length] != '\r')
        line.length++;
    taken = line.length;
    if (taken < rest->length && line.data[taken] == '\r')
        taken++;
    if (taken < rest->length && line.data[taken] == '\n')
        taken++;
    rest->data += taken;
    rest->length -= taken;
    *ret_line = line;
    return true;
}

struct text text_take_row(struct text *rest, size_t columns)
{
    struct text row = *rest;
    size_t end = columns;

    if (row.length > columns) {
        while (end > 0 && !is_blank(row.data[end]))
            end--;
        row.length = end > 0 ? end : columns;
    }
    rest->data += row.length;
    rest->length -= row.length;
    if (rest->length == 0)
        return row;
    while (row.length > 0 && is_blank(row.data[row.length - 1]))
        row.length--;
    while (rest->length > 0 && is_blank(rest->data[0])) {
        rest->data++;
        rest->length--;
    }
    return row;
}

static bool digit_value(char c, uint64_t base, uint64_t *ret_value)
{
    uint64_t value;

    c = lower(c);
    if (c >= '0' && c <= '9')
        value = (uint64_t)(c - '0');
    else if (c >= 'a' && c <= 'f')
        value = (uint64_t)(c - 'a') + 10;
    else
        return false;
    if (value >= base)
        return false;
    *ret_value = value;
    return true;
}

/* Takes K, M or G off the end and returns what it multiplies by; 1 where there is none. */
static uint64_t take_suffix(struct text *text)
{
    static const char letters[] = "kmg";

    if (text->length == 0)
        return 1;
    for (unsigned i = 0; i < 3; i++) {
        if (lower(text->data[text->length - 1]) == letters[i]) {
            text->length--;
            return 1ULL << (10 * (i + 1));
        }
    }
    return 1;
}

bool text_number(struct text text, bool suffixes, uint64_t *ret_number)
{
    uint64_t multiplier = suffixes ? take_suffix(&text) : 1;
    uint64_t base = 10;
    uint64_t number = 0;

    if (text_starts_with(text, "0x") || text_starts_with(text, "0X")) {
        base = 16;
        text.data += 2;
        text.length -= 2;
    }
    if (text.length == 0)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        uint64_t digit;

        if (!digit_value(text.data[i], base, &digit) || !checked_multiply(number, base, &number) ||
            !checked_add(number, digit, &number))
            return false;
    }
    return checked_multiply(number, multiplier, ret_number);
}
