/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lines, words and rows, of which command lines and messages consist. Lines with their ends are the text again; words
 * are the text without its blanks; a row is no longer than its columns and ends in the middle of a word only when that
 * is longer than a row; rows together are the text but for blanks where they break.
 */
#include <string.h>

#include "fuzz.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void check_lines(struct text text)
{
    struct text rest = text, line;
    const char *at = text.data;

    while (text_take_line(&rest, &line)) {
        CHECK(line.data == at && !memchr(line.data, '\n', line.length) && !memchr(line.data, '\r', line.length));
        at += line.length;
        if (at < text.data + text.length)
            at += *at == '\r' && at + 1 < text.data + text.length && at[1] == '\n' ? 2 : 1;
        CHECK(rest.data == at);
    }
    CHECK(at == text.data + text.length);
}

static void check_words(struct text text)
{
    struct text rest = text;
    size_t at = 0;

    for (;;) {
        struct text word;

        while (at < text.length && is_blank(text.data[at]))
            at++;
        if (at == text.length) {
            CHECK(text_trim(rest).length == 0 && text_take_word(&rest).length == 0);
            return;
        }
        word = text_take_word(&rest);
        CHECK(word.data == text.data + at && word.length > 0);
        for (size_t i = 0; i < word.length; i++)
            CHECK(!is_blank(word.data[i]));
        at += word.length;
        CHECK(at == text.length || is_blank(text.data[at]));
    }
}

static void check_rows(struct text text, size_t columns)
{
    struct text rest = text;
    size_t at = 0;

    while (rest.length > 0) {
        size_t before = rest.length;
        struct text row = text_take_row(&rest, columns);

        CHECK(rest.length < before && row.length <= columns && row.data == text.data + at);
        at += row.length;
        if (rest.length == 0 && at == text.length)
            return;
        if (!is_blank(text.data[at])) /* in a word that no row has room for */
            CHECK(row.length == columns && rest.data == text.data + at);
        while (at < text.length && is_blank(text.data[at]))
            at++;
        CHECK(rest.data == text.data + at);
    }
    CHECK(text_take_row(&rest, columns).length == 0);
}

static void check_affixes(struct text text, struct input *input)
{
    const char *other = input_string(input, 8);
    size_t length = strlen(other);
    struct text trimmed = text_trim(text);

    CHECK(text_starts_with(text, other) == (text.length >= length && memcmp(text.data, other, length) == 0));
    CHECK(text_ends_with_ignoring_case(text, other) ==
          (text.length >= length && text_equal_ignoring_case((struct text){text.data + text.length - length, length},
                                                             (struct text){other, length})));
    CHECK(trimmed.length == 0 || (!is_blank(trimmed.data[0]) && !is_blank(trimmed.data[trimmed.length - 1])));
    CHECK(text_equal(text, text) && text_is(text_of(other), other));
}

void fuzz(struct input *input)
{
    size_t columns = 1 + (size_t)input_below(input, 40);
    size_t size = (size_t)input_number(input, 1);
    struct text text = input_text(input, size);

    check_lines(text);
    check_words(text);
    check_rows(text, columns);
    check_affixes(text, input);
}
