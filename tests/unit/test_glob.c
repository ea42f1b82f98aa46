/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "glob.h"

struct row {
    const char *pattern, *text;
    bool expected;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (glob_match(text_of(rows[i].pattern), text_of(rows[i].text)) != rows[i].expected)
            fail_msg("'%s' and '%s': expected %s", rows[i].pattern, rows[i].text, rows[i].expected ? "match" : "none");
    }
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_plain(void **state)
{
    static const struct row rows[] = {
        {"", "", true},           {"", "a", false},         {"a", "", false},       {"arch.conf", "arch.conf", true},
        {"arch", "arch2", false}, {"arch2", "arch", false}, {"ARCH", "arch", true}, {"arch", "aRCh", true},
        {"AZ", "az", true},       {"a.c", "abc", false},    {"@", "`", false},      {"\xc3\x84", "\xc3\xa4", false},
    };

    (void)state;
    CHECK(rows);
}

static void test_wildcards(void **state)
{
    static const struct row rows[] = {
        {"*", "", true},
        {"*", "anything", true},
        {"**", "", true},
        {"**a**", "a", true},
        {"?", "", false},
        {"?", "a", true},
        {"??", "a", false},
        {"?*", "a", true},
        {"?*", "", false},
        {"*?", "a", true},
        {"a*", "a", true},
        {"a*", "ba", false},
        {"*a", "ba", true},
        {"*a", "ab", false},
        {"a*b", "ab", true},
        {"a*b", "acb", true},
        {"a*b", "acbc", false},
        {"a*b", "acbcb", true},
        {"*ab*ab", "ab", false},
        {"*ab*ab", "aab", false},
        {"*ab*ab", "abab", true},
        {"*aab", "aaab", true},
        {"a*b*c", "axbxbxc", true},
        {"a*b*c", "axbxbx", false},
        {"*.conf", "x.CONF", true},
        {"01234567890abcdef-*", "01234567890abcdef-6.1.conf", true},
        {"*-?.?.*", "debian-6.1.conf", true},
    };

    (void)state;
    CHECK(rows);
}

static void test_sets(void **state)
{
    static const struct row rows[] = {
        {"[abc]", "b", true},        {"[abc]", "d", false},
        {"[abc]", "", false},        {"[abc]", "ab", false},
        {"[a-c]x", "bx", true},      {"[a-c]", "-", false},
        {"[A-C]", "b", true},        {"[a-c]", "B", true},
        {"[a-a]", "a", true},        {"[c-a]", "b", false}, /* nothing lies between */
        {"[a-]", "-", true},         {"[a-]", "b", false},
        {"[-a]", "-", true},         {"[]]", "]", true},
        {"[]a]", "a", true},         {"[]", "]", false},
        {"[]", "", false},           {"[", "[", false},
        {"[a", "a", false},          {"[a-", "a", false},
        {"[a-b", "a", false},        {"[a\\", "a", false},
        {"[a-\\", "a", false},       {"[!a-c]", "d", true},
        {"[!a-c]", "a", false},      {"[!a-c]", "B", false},
        {"[!]]", "]", false},        {"[!]]", "a", true},
        {"[!", "a", false},          {"[!a", "b", false},
        {"[a!]", "!", true},         {"[0-9][0-9]", "42", true},
        {"[0-9a-f]*", "beef", true}, {"[0-9a-f]*", "xbeef", false},
        {"*[0-9]", "a1b2", true},    {"*[0-9]", "a1b", false},
        {"[*]", "*", true},          {"[*]", "a", false},
        {"[\\]]", "]", true},        {"[\\]]", "\\", false},
        {"[a-\\z]", "q", true},      {"[\x80-\xff]", "\xc3", true},
        {"[\x80-\xff]", "a", false},
    };

    (void)state;
    CHECK(rows);
}

static void test_escapes(void **state)
{
    static const struct row rows[] = {
        {"\\*", "*", true}, {"\\*", "a", false}, {"\\?", "a", false}, {"\\[a]", "[a]", true},
        {"\\a", "a", true}, {"\\", "\\", false}, {"\\", "", false},   {"\\\\", "\\", true},
    };

    (void)state;
    CHECK(rows);
}

/* The length counts, not a NUL. */
static void test_bounds(void **state)
{
    char *pattern = malloc(2), *text = malloc(3);

    (void)state;
    assert_non_null(pattern);
    assert_non_null(text);
    memcpy(pattern, "a*", 2);
    memcpy(text, "a\0b", 3);
    assert_true(glob_match((struct text){pattern, 2}, (struct text){text, 3}));
    memcpy(pattern, "[a", 2);
    assert_false(glob_match((struct text){pattern, 2}, (struct text){text, 1}));
    memcpy(pattern, "a\\", 2);
    assert_false(glob_match((struct text){pattern, 2}, (struct text){text, 3}));
    assert_false(glob_match((struct text){"a", 1}, (struct text){text, 3}));
    assert_true(glob_match((struct text){NULL, 0}, (struct text){NULL, 0}));
    free(pattern);
    free(text);
}

/* A pattern that takes a matcher with recursion or backtracking over every '*' longer than the universe has. */
static void test_effort(void **state)
{
    char pattern[401], text[4001];
    clock_t start = clock();

    (void)state;
    for (size_t i = 0; i < 400; i++)
        pattern[i] = i % 2 == 0 ? '*' : 'a';
    memset(text, 'a', 4000);
    pattern[400] = text[4000] = '\0';
    assert_true(glob_match(text_of(pattern), text_of(text)));
    text[3999] = 'b';
    assert_false(glob_match(text_of(pattern), text_of(text)));
    assert_true((clock() - start) / CLOCKS_PER_SEC < 2);
}

/* What the pattern means, written down as directly as can be. */
static bool matches_slowly(const char *pattern, const char *text)
{
    if (*pattern == '\0')
        return *text == '\0';
    if (*pattern == '*')
        return matches_slowly(pattern + 1, text) || (*text != '\0' && matches_slowly(pattern, text + 1));
    return *text != '\0' && (*pattern == '?' || *pattern == *text) && matches_slowly(pattern + 1, text + 1);
}

/* Every pattern of up to 5 bytes of "*?ab" against every text of up to 5 bytes of "ab". */
static void test_all_small(void **state)
{
    (void)state;
    for (unsigned p = 0; p < 6 * 1024; p++) {
        char pattern[6] = "";

        for (unsigned i = 0, rest = p % 1024; i < p / 1024; i++, rest /= 4)
            pattern[i] = "*?ab"[rest % 4];
        for (unsigned t = 0; t < 6 * 32; t++) {
            char text[6] = "";

            for (unsigned i = 0, rest = t % 32; i < t / 32; i++, rest /= 2)
                text[i] = "ab"[rest % 2];
            if (glob_match(text_of(pattern), text_of(text)) != matches_slowly(pattern, text))
                fail_msg("'%s' and '%s'", pattern, text);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),     cmocka_unit_test(test_wildcards), cmocka_unit_test(test_sets),
        cmocka_unit_test(test_escapes),   cmocka_unit_test(test_bounds),    cmocka_unit_test(test_effort),
        cmocka_unit_test(test_all_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
