/* SPDX-License-Identifier: BSD-2-Clause */
/* Strings with a length: text from a file is not NUL-terminated. */
#ifndef BATON_TEXT_H
#define BATON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    const char *data;
    size_t length; /* bytes */
};

/* The bytes before the NUL. */
static inline size_t text_length(const char *string)
{
    size_t length = 0;

    while (string[length] != '\0')
        length++;
    return length;
}

static inline struct text text_of(const char *string)
{
    return (struct text){string, text_length(string)};
}

/* Same bytes. */
bool text_equal(struct text a, struct text b);

/* The same as `string`, which ends with a NUL. */
bool text_is(struct text text, const char *string);

/* ASCII letters count as equal in either case. */
bool text_equal_ignoring_case(struct text a, struct text b);

bool text_starts_with(struct text text, const char *prefix);
bool text_ends_with_ignoring_case(struct text text, const char *suffix);

/* Spaces and tabs at both ends are gone. */
struct text text_trim(struct text text);

/* Takes the first word, ended by spaces or tabs, off `rest` and the blanks after it too; empty at the end. */
struct text text_take_word(struct text *rest);

/* Takes the first line off `rest`; the line end (LF, CRLF or CR) belongs to neither. false at the end of the text. */
bool text_take_line(struct text *rest, struct text *ret_line);

/* Takes what of `rest` fits into one row of `columns` bytes (at least 1), ended between words where there are any; the
 * blanks at the break belong to neither row. Empty at the end. */
struct text text_take_row(struct text *rest, size_t columns);

/* Decimal, or hexadecimal after 0x; the whole text must be the number. With `suffixes`, K, M or G (powers of 1024) may
 * follow. false, and the result left alone, when it is no number or does not fit. */
__attribute__((warn_unused_result)) bool text_number(struct text text, bool suffixes, uint64_t *ret_number);

#endif
