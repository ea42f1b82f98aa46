/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "utf.h"

#define REPLACEMENT 0xfffd

/* UTF-8 by the table in the Unicode standard (3.9, table 3-6), on its own. */
static size_t encode(uint32_t point, char *bytes)
{
    static const uint8_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = length; i-- > 1; point /= 64)
        bytes[i] = (char)(0x80 + point % 64);
    bytes[0] = (char)(lead[length] + point);
    return length;
}

/* Every character there is, both ways. */
static void test_every_character(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char bytes[8], back[8];
        uint16_t units[4] = {1, 1, 1, 1};
        size_t length = encode(point, bytes), count = point < 0x10000 ? 1 : 2;
        bool wrong;

        if (point >= 0xd800 && point <= 0xdfff)
            continue;
        wrong = utf16_from_utf8(units, 3, (struct text){bytes, length}) != length || units[count] != 0;
        if (count == 1)
            wrong = wrong || units[0] != point;
        else
            wrong = wrong || units[0] >> 10 != 0x36 || units[1] >> 10 != 0x37 ||
                    0x10000 + ((units[0] & 0x3ffU) << 10) + (units[1] & 0x3ffU) != point;
        wrong = wrong || utf8_from_utf16(back, sizeof(back), units, count) != length ||
                memcmp(back, bytes, length) != 0 || back[length] != '\0';
        if (wrong)
            fail_msg("U+%04X", (unsigned)point);
    }
}

static void test_text(void **state)
{
    static const char text[] = "\\EFI\\Gr\xc3\xbc\xc3\x9f"
                               "e \xe2\x82\xac \xf0\x9f\x92\xbe";
    static const uint16_t expected[] = {'\\', 'E', 'F', 'I',    '\\', 'G',    'r',    0xfc,
                                        0xdf, 'e', ' ', 0x20ac, ' ',  0xd83d, 0xdcbe, 0};
    uint16_t units[20];
    char back[40];

    (void)state;
    assert_int_equal(utf16_from_utf8(units, 20, text_of(text)), strlen(text));
    assert_memory_equal(units, expected, sizeof(expected));
    assert_int_equal(utf8_from_utf16(back, sizeof(back), units, sizeof(expected) / 2 - 1), strlen(text));
    assert_string_equal(back, text);
    assert_int_equal(utf16_from_utf8(units, 3, text_of("")), 0);
    assert_int_equal(units[0], 0);
    assert_int_equal(utf8_from_utf16(back, 1, units, 0), 0);
    assert_string_equal(back, "");
    /* a NUL is a character like others: the length counts */
    assert_int_equal(utf16_from_utf8(units, 20, (struct text){"a\0b", 3}), 3);
    assert_int_equal(units[1], 0);
    assert_int_equal(units[2], 'b');
    assert_int_equal(utf8_from_utf16(back, sizeof(back), units, 3), 3);
    assert_memory_equal(back, "a\0b", 4);
}

/* What is malformed becomes U+FFFD, never a character that it hides; what follows is read as if it stood alone. */
static void test_malformed_utf8(void **state)
{
    static const char *const rows[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc0\xaf",
        "\xc1\xbf", /* '/' in two bytes */
        "\xe0\x80\xaf",
        "\xe0\x9f\xbf",
        "\xf0\x80\x80\xaf",
        "\xf0\x8f\xbf\xbf", /* and in more */
        "\xed\xa0\x80",
        "\xed\xbf\xbf", /* surrogates */
        "\xf4\x90\x80\x80",
        "\xf7\xbf\xbf\xbf", /* above U+10FFFF */
        "\xf8\x88\x80\x80\x80",
        "\xfc\x84\x80\x80\x80\x80",
        "\xfe",
        "\xff", /* no lead bytes */
        "\xc3",
        "\xe2\x82",
        "\xe2",
        "\xf0\x9f\x92",
        "\xf0\x9f",
        "\xf0", /* cut */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t units[20];
        char text[20];
        size_t length = strlen(rows[i]), count = 0;

        strcpy(text, rows[i]);
        strcpy(text + length, "x/");
        assert_int_equal(utf16_from_utf8(units, 20, text_of(text)), length + 2);
        while (units[count] == REPLACEMENT)
            count++;
        if (count < 1 || count > length || units[count] != 'x' || units[count + 1] != '/' || units[count + 2] != 0)
            fail_msg("row %zu: %zu replacements, then 0x%x", i, count, (unsigned)units[count]);
        /* and at the text's end */
        assert_int_equal(utf16_from_utf8(units, 20, (struct text){text, length}), length);
        for (count = 0; units[count] != 0; count++)
            assert_int_equal(units[count], REPLACEMENT);
        assert_in_range(count, 1, length);
    }
}

static void test_malformed_utf16(void **state)
{
    static const struct {
        uint16_t units[4];
        size_t length;
        const char *text;
    } rows[] = {
        {{0xd800}, 1, "\xef\xbf\xbd"},
        {{0xdbff, 'a'},
         2,
         "\xef\xbf\xbd"
         "a"},
        {{0xdc00, 'a'},
         2,
         "\xef\xbf\xbd"
         "a"},
        {{0xdfff}, 1, "\xef\xbf\xbd"},
        {{0xd800, 0xd800, 0xdc00}, 3, "\xef\xbf\xbd\xf0\x90\x80\x80"},
        {{0xdc00, 0xd800}, 2, "\xef\xbf\xbd\xef\xbf\xbd"},
        {{0xd800, 0xdc00}, 1, "\xef\xbf\xbd"}, /* the second one lies behind the end */
        {{0xd800, 0xe000}, 2, "\xef\xbf\xbd\xee\x80\x80"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t *units = malloc(rows[i].length * 2);
        char text[20];

        assert_non_null(units);
        memcpy(units, rows[i].units, rows[i].length * 2);
        assert_int_equal(utf8_from_utf16(text, sizeof(text), units, rows[i].length), strlen(rows[i].text));
        assert_string_equal(text, rows[i].text);
        free(units);
    }
}

static size_t count_units(const uint16_t *units)
{
    size_t count = 0;

    while (units[count] != 0)
        count++;
    return count;
}

/* Malformed or not, but without a NUL. */
static size_t make_bytes(struct chance *chance, char *bytes, size_t room)
{
    size_t length = chance_below(chance, room + 1), used = 0;

    while (used < length) {
        char character[4];
        size_t size = encode((uint32_t)chance_size(chance, 0x10ffff), character);

        if (chance_one_in(chance, 3)) {
            bytes[used++] = (char)chance_between(chance, 1, 255);
        } else if (size <= length - used) {
            memcpy(bytes + used, character, size);
            used += size;
        }
    }
    return length;
}

/* When the room is too small, the rest is taken the next time, and together it is the same. */
static void test_utf8_in_pieces(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 5000; i++) {
        struct chance chance = chance_case(i);
        char bytes[40];
        uint16_t whole[sizeof(bytes) + 3], pieces[sizeof(bytes) + 3];
        size_t length = make_bytes(&chance, bytes, sizeof(bytes)), count = 0;

        assert_int_equal(utf16_from_utf8(whole, sizeof(bytes) + 3, (struct text){bytes, length}), length);
        for (size_t taken = 0; taken < length;) {
            size_t size = chance_between(&chance, 3, 9), more;
            uint16_t *room = malloc(size * 2);

            assert_non_null(room);
            more = utf16_from_utf8(room, size, (struct text){bytes + taken, length - taken});
            if (more == 0 || count_units(room) + 1 > size)
                CHANCE_FAIL(&chance, "%zu bytes taken, %zu units written", more, count_units(room));
            memcpy(pieces + count, room, count_units(room) * 2);
            count += count_units(room);
            taken += more;
            free(room);
        }
        if (count != count_units(whole) || memcmp(pieces, whole, count * 2) != 0)
            CHANCE_FAIL(&chance, "the pieces are something else");
    }
}

/* Room for all of the text and its NUL is enough. */
static void test_utf8_room_is_used(void **state)
{
    static const char *const rows[] = {"ab", "abcdefg", "\xc3\xa4\xc3\xb6", "\xf0\x9f\x92\xbe", "a\xf0\x9f\x92\xbe"};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint16_t units[20];
        size_t length = strlen(rows[i]), needed;

        assert_int_equal(utf16_from_utf8(units, 20, text_of(rows[i])), length);
        needed = count_units(units) + 1;
        assert_true(needed >= 3);
        if (utf16_from_utf8(units, needed, text_of(rows[i])) != length)
            fail_msg("'%s' takes %zu units with its NUL, and has no room in as many", rows[i], needed);
    }
}

/* What does not fit is cut between characters; as much as possible stays. */
static void test_utf16_cut(void **state)
{
    static const uint16_t units[] = {'a', 0xe4, 0x20ac, 0xd83d, 0xdcbe, 'b'};
    static const char whole[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x92\xbe"
                                "b";
    static const size_t ends[] = {0, 1, 3, 6, 10, 11};

    (void)state;
    for (size_t size = 1; size <= sizeof(whole) + 1; size++) {
        char *room = malloc(size);
        size_t expected = 0;

        assert_non_null(room);
        for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
            expected = ends[i] < size ? ends[i] : expected;
        assert_int_equal(utf8_from_utf16(room, size, units, 6), expected);
        assert_memory_equal(room, whole, expected);
        assert_int_equal(room[expected], '\0');
        free(room);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_character), cmocka_unit_test(test_text),
        cmocka_unit_test(test_malformed_utf8),  cmocka_unit_test(test_malformed_utf16),
        cmocka_unit_test(test_utf8_in_pieces),  cmocka_unit_test(test_utf8_room_is_used),
        cmocka_unit_test(test_utf16_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
