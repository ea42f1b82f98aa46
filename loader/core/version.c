/* SPDX-License-Identifier: BSD-2-Clause */
#include "version.h"

#include "memory.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char first_of(struct text text)
{
    if (text.length == 0)
        return '\0';
    return text.data[0];
}

static struct text without_first(struct text text, size_t count)
{
    return (struct text){text.data + count, text.length - count};
}

static bool has_meaning(char c)
{
    return is_digit(c) || is_letter(c) || c == '~' || c == '-' || c == '^' || c == '.';
}

static struct text skip_separators(struct text text)
{
    while (text.length > 0 && !has_meaning(text.data[0]))
        text = without_first(text, 1);
    return text;
}

/* Takes the bytes that are digits, or letters, off the front. */
static struct text take_run(struct text *text, bool (*belongs)(char))
{
    struct text run = {text->data, 0};

    while (run.length < text->length && belongs(run.data[run.length]))
        run.length++;
    *text = without_first(*text, run.length);
    return run;
}

static int compare_lengths(size_t a, size_t b)
{
    return a < b ? -1 : a > b;
}

/* Like strcmp; the letters' ASCII order is the specification's. */
static int compare_letters(struct text a, struct text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;

    return order != 0 ? order : compare_lengths(a.length, b.length);
}

/* Any number is newer than none, 0 too: see the header. */
static int compare_numbers(struct text a, struct text b)
{
    if (a.length == 0 || b.length == 0)
        return compare_lengths(a.length, b.length);
    while (first_of(a) == '0')
        a = without_first(a, 1);
    while (first_of(b) == '0')
        b = without_first(b, 1);
    return a.length == b.length ? compare_letters(a, b) : compare_lengths(a.length, b.length);
}

/* Steps 2, 4, 5 and 6: the string that starts with `mark` is the older; where both do, it is skipped. */
static int take_mark(struct text *a, struct text *b, char mark)
{
    bool in_a = first_of(*a) == mark, in_b = first_of(*b) == mark;

    if (in_a != in_b)
        return in_a ? -1 : 1;
    if (in_a) {
        *a = without_first(*a, 1);
        *b = without_first(*b, 1);
    }
    return 0;
}

/* Steps 7 and 8. */
static int take_component(struct text *a, struct text *b)
{
    if (is_digit(first_of(*a)) || is_digit(first_of(*b)))
        return compare_numbers(take_run(a, is_digit), take_run(b, is_digit));
    return compare_letters(take_run(a, is_letter), take_run(b, is_letter));
}

int version_compare(struct text a, struct text b)
{
    for (;;) {
        int order;

        a = skip_separators(a);
        b = skip_separators(b);
        order = take_mark(&a, &b, '~');
        if (order != 0)
            return order;
        if (a.length == 0 || b.length == 0)
            return compare_lengths(a.length, b.length);
        /* Each round takes at least one byte: both begin with one that has a meaning. */
        for (const char *mark = "-^."; order == 0 && *mark != '\0'; mark++)
            order = take_mark(&a, &b, *mark);
        if (order == 0)
            order = take_component(&a, &b);
        if (order != 0)
            return order;
    }
}
