/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The same bytes in a place of exactly their length: reading on is found out. */
static struct text exact(struct text text)
{
    char *copy = malloc(text.length > 0 ? text.length : 1);

    assert_non_null(copy);
    memcpy(copy, text.data, text.length);
    return (struct text){copy, text.length};
}

static void forget(struct text text)
{
    free((void *)text.data);
}

static void test_length(void **state)
{
    struct text text = text_of("four");

    (void)state;
    assert_int_equal(text_length(""), 0);
    assert_int_equal(text_length("a"), 1);
    assert_int_equal(text_length("a\0b"), 1);
    assert_int_equal(text.length, 4);
    assert_memory_equal(text.data, "four", 4);
}

static void test_equal(void **state)
{
    static const struct {
        const char *a, *b;
        bool same, same_ignoring_case;
    } rows[] = {
        {"", "", true, true},          {"", "a", false, false},        {"a", "a", true, true},
        {"a", "A", false, true},       {"a", "b", false, false},       {"abc", "abcd", false, false},
        {"abcd", "abc", false, false}, {"aBcZ", "AbCz", false, true},  {"@", "`", false, false},
        {"[", "{", false, false},      {"\xc4", "\xe4", false, false}, {"1.0-x", "1.0-X", false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text a = exact(text_of(rows[i].a)), b = exact(text_of(rows[i].b));

        if (text_equal(a, b) != rows[i].same || text_is(a, rows[i].b) != rows[i].same ||
            text_equal_ignoring_case(a, b) != rows[i].same_ignoring_case)
            fail_msg("'%s' and '%s'", rows[i].a, rows[i].b);
        forget(a);
        forget(b);
    }
    assert_true(text_equal((struct text){"a\0b", 3}, (struct text){"a\0b", 3}));
    assert_false(text_equal((struct text){"a\0b", 3}, (struct text){"a\0c", 3}));
    assert_false(text_is((struct text){"a\0", 2}, "a"));
    assert_true(text_equal((struct text){NULL, 0}, (struct text){NULL, 0}));
    assert_true(text_is((struct text){NULL, 0}, ""));
}

static void test_starts_and_ends(void **state)
{
    static const struct {
        const char *text, *part;
        bool starts, ends;
    } rows[] = {
        {"", "", true, true},
        {"abc", "", true, true},
        {"", "a", false, false},
        {"abc", "ab", true, false},
        {"abc", "bc", false, true},
        {"abc", "abc", true, true},
        {"abc", "abcd", false, false},
        {"abc", "xabc", false, false},
        {"abc", "aB", false, false},
        {"x.CONF", ".conf", false, true},
        {"x.conf", ".CONF", false, true},
        {"conf", ".conf", false, false},
        {"aba", "ab", true, false},
        {"aba", "ba", false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = exact(text_of(rows[i].text));

        if (text_starts_with(text, rows[i].part) != rows[i].starts)
            fail_msg("'%s' starts with '%s'", rows[i].text, rows[i].part);
        if (text_ends_with_ignoring_case(text, rows[i].part) != rows[i].ends)
            fail_msg("'%s' ends with '%s'", rows[i].text, rows[i].part);
        forget(text);
    }
}

static void test_trim(void **state)
{
    static const struct {
        const char *text, *trimmed;
    } rows[] = {
        {"", ""},     {" ", ""},     {"\t \t", ""},    {"a", "a"},
        {"  a", "a"}, {"a\t ", "a"}, {" a b ", "a b"}, {"\na\r", "\na\r"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = exact(text_of(rows[i].text));

        if (!text_is(text_trim(text), rows[i].trimmed))
            fail_msg("'%s'", rows[i].text);
        forget(text);
    }
}

static void test_words(void **state)
{
    struct text text = exact(text_of(" \tone  two\tthree=3 \t "));
    struct text rest = text;

    (void)state;
    assert_true(text_is(text_take_word(&rest), "one"));
    assert_true(text_is(rest, "two\tthree=3")); /* the blanks after the word, and those at the end, are gone */
    assert_true(text_is(text_take_word(&rest), "two"));
    assert_true(text_is(text_take_word(&rest), "three=3"));
    assert_int_equal(rest.length, 0);
    assert_int_equal(text_take_word(&rest).length, 0);
    assert_int_equal(text_take_word(&rest).length, 0);
    forget(text);
}

static void test_lines(void **state)
{
    static const struct {
        const char *text;
        const char *lines[5]; /* up to NULL */
    } rows[] = {
        {"", {NULL}},
        {"a", {"a"}},
        {"a\n", {"a"}},
        {"a\r\n", {"a"}},
        {"\n", {""}},
        {"\r\n", {""}},
        {"\n\n", {"", ""}},
        {"a\nb", {"a", "b"}},
        {"a\r\n\r\nb\n", {"a", "", "b"}},
        {"a\rb\n", {"a", "b"}},
        {"a\r\r\n", {"a", ""}},
        {"a\n\rb\r", {"a", "", "b"}},
        {" a \n\tb", {" a ", "\tb"}},
        {"a\n\nb\n", {"a", "", "b"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = exact(text_of(rows[i].text));
        struct text rest = text, line;

        for (const char *const *expected = rows[i].lines; *expected; expected++) {
            if (!text_take_line(&rest, &line) || !text_is(line, *expected))
                fail_msg("row %zu: no line '%s'", i, *expected);
        }
        line = (struct text){"untouched", 9};
        assert_false(text_take_line(&rest, &line));
        assert_true(text_is(line, "untouched"));
        forget(text);
    }
}

/* Wrapped at blanks where there are some, and nothing of it is lost. */
static void test_rows(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
        const char *rows[5]; /* up to NULL */
    } rows[] = {
        {"short", 5, {"short"}},
        {"two words", 8, {"two", "words"}},
        {"two words", 9, {"two words"}},
        {"aaa bbb ccc", 7, {"aaa bbb", "ccc"}}, /* the blank is the first that does not fit */
        {"aaa bbb ccc", 6, {"aaa", "bbb", "ccc"}},
        {"abcdefgh", 3, {"abc", "def", "gh"}}, /* no blank to break at */
        {"a\tb", 2, {"a", "b"}},
        {"aa   bb", 4, {"aa", "bb"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text text = exact(text_of(rows[i].text));
        struct text rest = text;

        for (const char *const *expected = rows[i].rows; *expected; expected++) {
            struct text row = text_take_row(&rest, rows[i].columns);

            if (!text_is(row, *expected))
                fail_msg("row %zu: '%.*s' instead of '%s'", i, (int)row.length, row.data, *expected);
        }
        assert_int_equal(rest.length, 0);
        forget(text);
    }
}

/* Every row has something and none is too long, and but for the blanks between them they are the text. */
static void test_rows_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        struct chance chance = chance_case(i);
        size_t length = chance_below(&chance, 60), columns = chance_between(&chance, 1, 20), seen = 0;
        char *bytes = malloc(length + 1);
        struct text rest = {bytes, length};

        assert_non_null(bytes);
        for (size_t k = 0; k < length; k++)
            bytes[k] = chance_one_in(&chance, 4) && k > 0 ? ' ' : 'x';
        while (rest.length > 0) {
            struct text row = text_take_row(&rest, columns);

            if (row.length == 0 || row.length > columns || row.data != bytes + seen ||
                (rest.length > 0 && row.data[row.length - 1] == ' '))
                CHANCE_FAIL(&chance, "%zu columns: a row of %zu bytes at byte %zu", columns, row.length,
                            (size_t)(row.data - bytes));
            seen += row.length;
            if (rest.length > 0 && rest.data != bytes + seen && rest.data[-1] != ' ')
                CHANCE_FAIL(&chance, "%zu columns: something is left out before byte %zu", columns,
                            (size_t)(rest.data - bytes));
            while (seen < length && bytes[seen] == ' ')
                seen++;
        }
        if (seen != length)
            CHANCE_FAIL(&chance, "%zu columns: %zu bytes of %zu", columns, seen, length);
        free(bytes);
    }
}

struct number_row {
    const char *text;
    bool plain, suffixed; /* whether it is a number without and with suffixes */
    uint64_t number;
};

static const struct number_row number_rows[] = {
    {"0", true, true, 0},
    {"7", true, true, 7},
    {"007", true, true, 7},
    {"18446744073709551615", true, true, UINT64_MAX},
    {"000000000000000000000018446744073709551615", true, true, UINT64_MAX},
    {"18446744073709551616", false, false, 0},
    {"18446744073709551625", false, false, 0},
    {"99999999999999999999", false, false, 0},
    {"0x0", true, true, 0},
    {"0xffffffffffffffff", true, true, UINT64_MAX},
    {"0XAbCdEf", true, true, 0xabcdef},
    {"0x10000000000000000", false, false, 0},
    {"0x", false, false, 0},
    {"", false, false, 0},
    {"-1", false, false, 0},
    {"+1", false, false, 0},
    {" 1", false, false, 0},
    {"1 ", false, false, 0},
    {"1a", false, false, 0},
    {"a", false, false, 0},
    {"0xg", false, false, 0},
    {"1k", false, true, 1024},
    {"1K", false, true, 1024},
    {"3m", false, true, 3 << 20},
    {"2G", false, true, 2ULL << 30},
    {"0x10M", false, true, 16 << 20},
    {"1KK", false, false, 0},
    {"1KM", false, false, 0},
    {"1T", false, false, 0},
    {"K", false, false, 0},
    {"0xK", false, false, 0},
    {"1.5K", false, false, 0},
    {"17179869183G", false, true, 17179869183ULL << 30},
    {"17179869184G", false, false, 0},
    {"18014398509481983K", false, true, 18014398509481983ULL << 10},
    {"18014398509481984K", false, false, 0},
    {"0G", false, true, 0},
};

static void check_number(const char *string, bool suffixes, bool expected, uint64_t number)
{
    struct text text = exact(text_of(string));
    uint64_t result = 0x5555;
    bool is_number = text_number(text, suffixes, &result);

    if (is_number != expected || result != (expected ? number : 0x5555))
        fail_msg("'%s' with%s suffixes: %s %llu", string, suffixes ? "" : "out", is_number ? "is" : "is not",
                 (unsigned long long)result);
    forget(text);
}

static void test_numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(number_rows); i++) {
        const struct number_row *row = &number_rows[i];

        check_number(row->text, false, row->plain, row->number);
        check_number(row->text, true, row->suffixed, row->number);
    }
}

static void test_numbers_like_the_library(void **state)
{
    static const char *const formats[] = {"%llu", "0x%llx", "0X%llX"};

    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        uint64_t number = chance_size(&chance, UINT64_MAX), result = 0;
        char string[32];

        snprintf(string, sizeof(string), formats[chance_below(&chance, COUNT(formats))], (unsigned long long)number);
        if (!text_number(text_of(string), chance_one_in(&chance, 2), &result) || result != number)
            CHANCE_FAIL(&chance, "%s: %llu", string, (unsigned long long)result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_starts_and_ends),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_rows_by_chance),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_numbers_like_the_library),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
