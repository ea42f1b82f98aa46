/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "version.h"

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void check(const char *a, const char *b, int expected)
{
    if (sign(version_compare(text_of(a), text_of(b))) != expected)
        fail_msg("'%s' and '%s': expected %d", a, b, expected);
    if (sign(version_compare(text_of(b), text_of(a))) != -expected)
        fail_msg("'%s' and '%s': expected %d", b, a, -expected);
}

struct row {
    const char *a;
    char relation;
    const char *b;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        check(rows[i].a, rows[i].b, rows[i].relation == '<' ? -1 : rows[i].relation == '>');
}

#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof((rows)[0]))

/* UAPI.10, "Examples". */
static void test_specification_examples(void **state)
{
    static const struct row rows[] = {
        {"11", '=', "11"},
        {"systemd-123", '=', "systemd-123"},
        {"bar-123", '<', "foo-123"},
        {"123a", '>', "123"},
        {"123.a", '>', "123"},
        {"123.a", '<', "123.b"},
        {"123a", '>', "123.a"},
        {"11\xce\xb1", '=', "11\xce\xb2"},
        {"B", '<', "a"},
        {"", '<', "0"},
        {"0.", '>', "0"},
        {"0.0", '>', "0"},
        {"0", '>', "~"},
        {"", '>', "~"},
        {"1_", '=', "1"},
        {"_1", '=', "1"},
        {"1_", '<', "1.2"},
        {"1_2_3", '>', "1.3.3"},
        {"1+", '=', "1"},
        {"+1", '=', "1"},
        {"1+", '<', "1.2"},
        {"1+2+3", '>', "1.3.3"},
    };

    (void)state;
    CHECK(rows);
}

static void check_ascending(const char *const *versions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++)
            check(versions[i], versions[j], i < j ? -1 : i > j);
    }
}

#define CHECK_ASCENDING(versions) check_ascending(versions, sizeof(versions) / sizeof((versions)[0]))

static void test_specification_chain(void **state)
{
    static const char *const versions[] = {
        "122.1",   "123~rc1-1", "123",     "123-a",   "123-a.1", "123-1",
        "123-1.1", "123^post1", "123.a-1", "123.1-1", "123a-1",  "124-1",
    };

    (void)state;
    CHECK_ASCENDING(versions);
}

static void test_marks(void **state)
{
    static const char *const versions[] = {"1~", "1", "1-", "1^", "1.", "1a"};
    static const struct row rows[] = {
        {"~", '<', "~a"},    {"~a", '<', "~b"},    {"1~~", '>', "1~"}, /* by step 3: after the tilde, one has ended */
        {"1~1", '<', "1~2"}, {"-", '>', ""},       {"-1", '<', "1"},   {"^", '>', "-"}, {".", '>', "^"},
        {"--", '>', "-"},    {"1..2", '<', "1.2"}, {"~_1", '<', "~1"}, /* step 1 comes once a round */
    };

    (void)state;
    CHECK_ASCENDING(versions);
    CHECK(rows);
}

static void test_numbers(void **state)
{
    static const struct row rows[] = {
        {"9", '<', "10"},
        {"007", '=', "7"},
        {"000", '=', "0"},
        {"1.010", '=', "1.10"},
        {"18446744073709551616", '>', "18446744073709551615"},
        {"99999999999999999999999999999998", '<', "99999999999999999999999999999999"},
        {"0", '>', "a"}, /* any number is newer than none */
        {"0a", '>', "a"},
        {"1.0", '>', "1.a"},
        {"1.00", '>', "1.-1"},
        {"1", '>', "a"},
        {"6.1.0-18-amd64", '>', "6.1.0-9-amd64"},
        {"5.10.0", '<', "5.10.1~rc1"},
        {"3.8.0-2.fc19.x86_64", '<', "3.8.0-10.fc19.x86_64"},
    };

    (void)state;
    CHECK(rows);
}

static void test_letters(void **state)
{
    static const struct row rows[] = {
        {"a", '>', ""},   {"z", '>', ""},  {"A", '>', ""},      {"Z", '>', ""},    {"a", '<', "ab"},
        {"ab", '<', "b"}, {"Z", '<', "a"}, {"rc", '>', "beta"}, {"a1", '<', "ab"}, {"a.", '<', "ab"},
    };

    (void)state;
    CHECK(rows);
}

/* Separators of all kinds, NULs too; the length counts. */
static void test_bytes(void **state)
{
    char *exact = malloc(3);

    (void)state;
    assert_non_null(exact);
    memcpy(exact, "1.2", 3);
    assert_int_equal(version_compare((struct text){exact, 3}, text_of("1.2")), 0);
    assert_true(version_compare((struct text){exact, 2}, text_of("1.2")) < 0);
    memcpy(exact, "1\0\xff", 3);
    assert_int_equal(version_compare((struct text){exact, 3}, text_of("1")), 0);
    assert_int_equal(version_compare((struct text){exact, 0}, (struct text){NULL, 0}), 0);
    free(exact);
}

/*
 * Every string of up to three of these bytes against every other: it ends, turning a pair round turns the result round,
 * and three strings have one order among them. Sorting needs all of that.
 */
static void test_is_an_order(void **state)
{
    enum { COUNT = 1 + 7 + 49 + 343 };
    static char versions[COUNT][4];
    static int8_t order[COUNT][COUNT];
    size_t count = 1;

    (void)state;
    for (size_t i = 0; count < COUNT; i++) {
        for (const char *c = "~-.0a_1"; *c != '\0'; c++) {
            size_t length = strlen(versions[i]);

            memcpy(versions[count], versions[i], length);
            versions[count++][length] = *c;
        }
    }
    for (size_t a = 0; a < COUNT; a++) {
        for (size_t b = 0; b < COUNT; b++)
            order[a][b] = (int8_t)sign(version_compare(text_of(versions[a]), text_of(versions[b])));
    }
    for (size_t a = 0; a < COUNT; a++) {
        assert_int_equal(order[a][a], 0);
        for (size_t b = 0; b < COUNT; b++) {
            if (order[a][b] != -order[b][a])
                fail_msg("'%s' and '%s'", versions[a], versions[b]);
            for (size_t c = 0; order[a][b] <= 0 && c < COUNT; c++) {
                if (order[b][c] <= 0 && order[a][c] > 0)
                    fail_msg("'%s', '%s' and '%s'", versions[a], versions[b], versions[c]);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_specification_examples),
        cmocka_unit_test(test_specification_chain),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_is_an_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
