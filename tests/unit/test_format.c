/* SPDX-License-Identifier: BSD-2-Clause */
/* The C library's snprintf says what is right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "chance.h"
#include "format.h"

#define ROOM 256

/* What snprintf and format_list make of the same arguments. */
static void compare(const struct chance *chance, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void compare(const struct chance *chance, const char *format, ...)
{
    char theirs[ROOM], ours[ROOM];
    va_list arguments;
    size_t length;
    int expected;

    va_start(arguments, format);
    expected = vsnprintf(theirs, sizeof(theirs), format, arguments);
    va_end(arguments);
    va_start(arguments, format);
    length = format_list(ours, sizeof(ours), format, arguments);
    va_end(arguments);
    if (length == (size_t)expected && strcmp(ours, theirs) == 0)
        return;
    if (chance)
        CHANCE_FAIL(chance, "'%s': '%s' instead of '%s' (%zu instead of %d)", format, ours, theirs, length, expected);
    fail_msg("'%s': '%s' instead of '%s' (%zu instead of %d)", format, ours, theirs, length, expected);
}

static void test_plain(void **state)
{
    (void)state;
    compare(NULL, "%s", "");
    compare(NULL, "plain text");
    compare(NULL, "100 %%, %%%%");
    compare(NULL, "%s: %s, %d of %u (0x%llx)", "file", "no", -3, 4U, 0x123456789abcdefULL);
    compare(NULL, "%c%c%c", 'a', '%', '\n');
    compare(NULL, "%s%c%s", "a", '\xe4', "\xc3\xa4");
}

static void test_limits(void **state)
{
    (void)state;
    compare(NULL, "%d %i %d", INT_MIN, INT_MAX, -1);
    compare(NULL, "%u %x %X", UINT_MAX, UINT_MAX, UINT_MAX);
    compare(NULL, "%ld %ld", LONG_MIN, LONG_MAX);
    compare(NULL, "%lld %lli", LLONG_MIN, LLONG_MAX);
    compare(NULL, "%llu %llx %lX", ULLONG_MAX, ULLONG_MAX, ULONG_MAX);
    compare(NULL, "%zu %zx %zd", SIZE_MAX, SIZE_MAX, (ssize_t)-1);
    compare(NULL, "%d %u %x %llu", 0, 0U, 0U, 0ULL);
    compare(NULL, "%p %p", (void *)0x1000, (void *)UINTPTR_MAX);
}

static void test_padding(void **state)
{
    (void)state;
    compare(NULL, "[%5d] [%-5d] [%05d]", -42, -42, -42);
    compare(NULL, "[%5s] [%-5s] [%2s]", "abc", "abc", "abc");
    compare(NULL, "[%#6x] [%-#6x] [%#06x] [%#x]", 0xabU, 0xabU, 0xabU, 0xabU);
    compare(NULL, "[%20p] [%-20p]", (void *)0xabc, (void *)0xabc);
    compare(NULL, "[%100s] [%-100d]", "far", 7);
}

static void test_padded_characters(void **state)
{
    (void)state;
    compare(NULL, "[%c] [%3c] [%-3c]", 'a', 'b', 'c');
}

static void test_precision(void **state)
{
    const char unterminated[3] = {'a', 'b', 'c'};

    (void)state;
    compare(NULL, "[%.3s] [%.0s] [%.s] [%.9s]", "abcdef", "abcdef", "abcdef", "abcdef");
    compare(NULL, "[%.*s] [%.*s] [%.*s]", 2, "abcdef", 0, "abcdef", -1, "abcdef");
    compare(NULL, "[%8.3s] [%-8.3s]", "abcdef", "abcdef");
    compare(NULL, "[%.3s] [%.*s]", unterminated, 3, unterminated);
}

/* A prefix belongs to numbers that are not zero, and its case to the digits'. */
static void test_prefix(void **state)
{
    (void)state;
    compare(NULL, "%#x", 0U);
    compare(NULL, "%#X", 0xabU);
    compare(NULL, "%#llx", 0xabULL);
}

/* The argument is an int, of which only so much counts. */
static void test_short_integers(void **state)
{
    static const char *const formats[] = {"%hx", "%hu", "%hd", "%hhx", "%hhu", "%hhd", "%04hhX", "%-6hi|"};
    static const unsigned numbers[] = {0, 0x7f, 0x80, 0xff, 0x100, 0x8000, 0xffff, 0x12345678, 0x89abcdef, UINT_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++)
            compare(NULL, formats[i], numbers[k]);
    }
}

static void test_no_string(void **state)
{
    const char *volatile none = NULL; /* a compiler that knew would say no */
    char text[32];

    (void)state;
    assert_int_equal(format_text(text, sizeof(text), "<%s>", none), 8);
    assert_string_equal(text, "<(none)>");
    assert_int_equal(format_text(text, sizeof(text), "<%.2s>", none), 4);
    assert_string_equal(text, "<(n>");
}

/* What is no conversion does no harm: the letter stands for itself, and a text may end in the middle of one. */
static void test_nonsense(void **state)
{
    static const char *const formats[] = {"%y", "%", "a%", "%l", "%08", "%-", "%.", "%.5", "%#", "%5"};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        const char *format = formats[i];

        memset(text, 'x', sizeof(text));
        assert_true(format_text(text, sizeof(text), format, 0) < 3);
        assert_non_null(memchr(text, '\0', sizeof(text)));
    }
}

/* Every size of the room: never a byte more, always a NUL, and the length of the whole. */
static void test_cut(void **state)
{
    const char *whole = "abc    -17 00ff end";

    (void)state;
    for (size_t size = 0; size <= strlen(whole) + 3; size++) {
        char room[64];
        size_t kept = size == 0 ? 0 : size - 1 < strlen(whole) ? size - 1 : strlen(whole);

        memset(room, 'x', sizeof(room));
        assert_int_equal(format_text(room, size, "%s %6d %04x %s", "abc", -17, 0xff, "end"), strlen(whole));
        assert_memory_equal(room, whole, kept);
        if (size > 0)
            assert_int_equal(room[kept], '\0');
        for (size_t i = size == 0 ? 0 : kept + 1; i < sizeof(room); i++)
            assert_int_equal(room[i], 'x');
    }
    assert_int_equal(format_text(NULL, 0, "%d", 12345), 5);
}

/* ---- conversions by chance ---- */

static void add(char *text, const char *more)
{
    strcat(text, more);
}

/* "%", flags and a width that make sense for the letter, and the length. */
static void make_conversion(struct chance *chance, bool prefix, const char *length, char letter, char *ret_text)
{
    char width[16];

    strcpy(ret_text, "<%");
    for (unsigned i = 0; i < 3; i++) {
        if (chance_one_in(chance, 3))
            add(ret_text, "-");
        if (chance_one_in(chance, 3) && letter != 's' && letter != 'p')
            add(ret_text, "0");
        if (chance_one_in(chance, 3) && prefix)
            add(ret_text, "#");
    }
    if (chance_one_in(chance, 2)) {
        snprintf(width, sizeof(width), "%u", (unsigned)chance_between(chance, 1, 40));
        add(ret_text, width);
    }
    add(ret_text, length);
    strncat(ret_text, &letter, 1);
    add(ret_text, ">");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void test_integers_by_chance(void **state)
{
    static const char *const lengths[] = {"", "l", "ll", "z"};

    (void)state;
    for (uint64_t i = 0; i < 30000; i++) {
        struct chance chance = chance_case(i);
        char letter = "diuxX"[chance_below(&chance, 5)];
        unsigned length = (unsigned)chance_below(&chance, 4);
        uint64_t number = chance_size(&chance, UINT64_MAX);
        char format[64];

        if (chance_one_in(&chance, 2))
            number = 0 - number;
        /* '#' of the library also changes X's prefix and leaves it off a zero: test_prefix */
        make_conversion(&chance, letter == 'x' && (uint32_t)number != 0, lengths[length], letter, format);
        if (length == 0)
            compare(&chance, format, (unsigned)number);
        else
            compare(&chance, format, (unsigned long long)number);
    }
}

static void test_strings_by_chance(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 20000; i++) {
        struct chance chance = chance_case(i);
        char string[41] = "", format[64], precision[16];
        size_t length = chance_below(&chance, sizeof(string));

        for (size_t k = 0; k < length; k++)
            string[k] = (char)chance_between(&chance, 1, 255);
        snprintf(precision, sizeof(precision), ".%u", (unsigned)chance_below(&chance, 50));
        make_conversion(&chance, false, chance_one_in(&chance, 2) ? precision : "", 's', format);
        compare(&chance, format, string);
        make_conversion(&chance, false, ".*", 's', format);
        compare(&chance, format, (int)chance_below(&chance, 50) - 5, string);
        make_conversion(&chance, false, "", 'p', format);
        compare(&chance, format, (void *)(uintptr_t)chance_size(&chance, UINT64_MAX));
    }
}
#pragma GCC diagnostic pop

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_padded_characters),
        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_short_integers),
        cmocka_unit_test(test_no_string),
        cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_integers_by_chance),
        cmocka_unit_test(test_strings_by_chance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
