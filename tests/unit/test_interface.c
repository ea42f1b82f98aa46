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
#include "interface.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNTOUCHED    "untouched"

static char text[INTERFACE_TEXT_SIZE];

/* A variable's value in room of exactly its size, at an odd address. */
static struct bytes value_of(const void *data, size_t size)
{
    static uint8_t *room;

    free(room);
    room = malloc(size + 1);
    assert_non_null(room);
    memcpy(room + 1, data, size);
    strcpy(text, UNTOUCHED);
    return (struct bytes){room + 1, size};
}

/* ---- what the loader is told ---- */

static void test_ids(void **state)
{
#define ROW(units, expected)                                                                                           \
    {                                                                                                                  \
        (units), sizeof(units) - 2, expected                                                                           \
    }
    static const struct {
        const uint16_t *units;
        size_t size; /* bytes, without the literal's own NUL */
        const char *expected;
    } rows[] = {
        ROW(u"debian-6.1.0.conf\0", "debian-6.1.0.conf"),
        ROW(u"debian-6.1.0.conf", "debian-6.1.0.conf"), /* no NUL */
        ROW(u"a", "a"),
        ROW(u"a\0b\0", "a"),
        ROW(u"debian-*", "debian-*"),
        ROW(u"@saved\0", "@saved"),
        ROW(u"\u00fc \u20ac \U0001f600\0", "\xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80"),
        ROW(u"", NULL),
        ROW(u"\0", NULL),
        ROW(u"\0a", NULL),
        ROW(u"a\n", NULL),
        ROW(u"\x1b[2J\0", NULL),
        ROW(u"a\x1f\0", NULL),
        ROW(u"a\x7f\0", NULL),
        ROW(u"a\0\n", "a"), /* behind the end */
    };
    static const uint16_t halves[] = {0xd800, 'a', 0xdc00, 0xd83d};

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool good = interface_read_id(value_of(rows[i].units, rows[i].size), text);

        if (good != (rows[i].expected != NULL) || strcmp(text, good ? rows[i].expected : UNTOUCHED) != 0)
            fail_msg("row %zu: %d, %s", i, good, text);
    }
    assert_true(interface_read_id(value_of(halves, sizeof(halves)), text));
    assert_string_equal(text, "\xef\xbf\xbd"
                              "a\xef\xbf\xbd\xef\xbf\xbd");
    assert_false(interface_read_id((struct bytes){NULL, 0}, text));
    assert_false(interface_read_id(value_of("a\0b", 3), text)); /* half a unit */
    assert_false(interface_read_id(value_of("a", 1), text));
    assert_string_equal(text, UNTOUCHED);
}

static void test_how_long_an_id_may_be(void **state)
{
    uint16_t units[INTERFACE_UNITS + 1];

    (void)state;
    for (size_t i = 0; i < COUNT(units); i++)
        units[i] = 0x20ac;
    assert_false(interface_read_id(value_of(units, sizeof(units)), text));
    assert_false(interface_read_id(value_of(units, sizeof(units) - 2), text));
    assert_string_equal(text, UNTOUCHED);
    assert_true(interface_read_id(value_of(units, sizeof(units) - 4), text));
    assert_int_equal(strlen(text), INTERFACE_TEXT_SIZE - 3);
    units[INTERFACE_UNITS - 1] = 0;
    assert_true(interface_read_id(value_of(units, sizeof(units) - 2), text));
    assert_int_equal(strlen(text), INTERFACE_TEXT_SIZE - 3);
    assert_false(interface_read_id(value_of(units, sizeof(units)), text));
}

static void test_timeouts(void **state)
{
    static const struct {
        const char *text;
        int menu; /* -1: no timeout */
        uint32_t seconds;
    } rows[] = {
        {"menu-force", INTERFACE_MENU_FORCED, 0},
        {"menu-hidden", INTERFACE_MENU_HIDDEN, 0},
        {"menu-disabled", INTERFACE_MENU_DISABLED, 0},
        {"0", INTERFACE_MENU_HIDDEN, 0},
        {"000", INTERFACE_MENU_HIDDEN, 0},
        {"1", INTERFACE_MENU_TIMED, 1},
        {"010", INTERFACE_MENU_TIMED, 10},
        {"4294967294", INTERFACE_MENU_TIMED, UINT32_MAX - 1},
        {"4294967295", INTERFACE_MENU_FORCED, 0},
        {"4294967296", INTERFACE_MENU_FORCED, 0},
        {"18446744073709551615", INTERFACE_MENU_FORCED, 0},
        {"18446744073709551616", -1, 0},
        {"", -1, 0},
        {" 5", -1, 0},
        {"5s", -1, 0},
        {"-1", -1, 0},
        {"+1", -1, 0},
        {"0x5", -1, 0},
        {"0X5", -1, 0},
        {"5K", -1, 0},
        {"menu", -1, 0},
        {"menu-forced", -1, 0},
        {"Menu-Force", -1, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct interface_timeout timeout = {INTERFACE_MENU_TIMED, 4711};
        bool good = interface_parse_timeout(text_of(rows[i].text), &timeout);

        if (good != (rows[i].menu >= 0))
            fail_msg("'%s': %d", rows[i].text, good);
        assert_int_equal(timeout.menu, good ? rows[i].menu : INTERFACE_MENU_TIMED);
        assert_int_equal(timeout.seconds, good ? rows[i].seconds : 4711);
    }
}

static void test_timeouts_in_variables(void **state)
{
    struct interface_timeout timeout = {INTERFACE_MENU_TIMED, 4711};

    (void)state;
    assert_false(interface_read_timeout(value_of(u"ten\0", 8), false, &timeout));
    assert_false(interface_read_timeout(value_of(u"ten\0", 8), true, &timeout));
    assert_false(interface_read_timeout(value_of(u"10", 3), true, &timeout));
    assert_int_equal(timeout.seconds, 4711);
    assert_true(interface_read_timeout(value_of(u"10\0", 6), false, &timeout));
    assert_true(timeout.menu == INTERFACE_MENU_TIMED && timeout.seconds == 10);
    assert_true(interface_read_timeout(value_of(u"7", 2), true, &timeout));
    assert_true(timeout.menu == INTERFACE_MENU_TIMED && timeout.seconds == 7);
    assert_true(interface_read_timeout(value_of(u"0\0", 4), false, &timeout));
    assert_true(timeout.menu == INTERFACE_MENU_HIDDEN && timeout.seconds == 0);
    assert_true(interface_read_timeout(value_of(u"0\0", 4), true, &timeout));
    assert_true(timeout.menu == INTERFACE_MENU_FORCED && timeout.seconds == 0);
    assert_true(interface_read_timeout(value_of(u"menu-disabled", 26), false, &timeout));
    assert_int_equal(timeout.menu, INTERFACE_MENU_DISABLED);
    assert_true(interface_read_timeout(value_of(u"menu-disabled", 26), true, &timeout));
    assert_int_equal(timeout.menu, INTERFACE_MENU_FORCED);
}

/* ---- what the loader tells ---- */

static void test_features(void **state)
{
    (void)state;
    assert_int_equal(INTERFACE_HAS_CONFIG_TIMEOUT, 0x1);
    assert_int_equal(INTERFACE_HAS_TIMEOUT_ONE_SHOT, 0x2);
    assert_int_equal(INTERFACE_HAS_ENTRY_DEFAULT, 0x4);
    assert_int_equal(INTERFACE_HAS_ENTRY_ONE_SHOT, 0x8);
    assert_int_equal(INTERFACE_HAS_BOOT_COUNTING, 0x10);
    assert_int_equal(INTERFACE_HAS_XBOOTLDR, 0x20);
    assert_int_equal(INTERFACE_HAS_RANDOM_SEED, 0x40);
    assert_int_equal(INTERFACE_HAS_SORT_KEY, 0x100);
    assert_int_equal(INTERFACE_HAS_SAVED_ENTRY, 0x200);
    assert_int_equal(INTERFACE_HAS_DEVICETREE, 0x400);
    assert_int_equal(INTERFACE_HAS_MENU_DISABLED, 0x2000);
}

static void test_a_list_of_ids(void **state)
{
    static const uint16_t expected[] = u"a.conf\0\u20ac.conf\0\U0001f600";
    uint16_t units[COUNT(expected) + 3];
    struct interface_list list = {units, COUNT(units), 0};

    (void)state;
    assert_true(interface_list_add(&list, "a.conf"));
    assert_false(interface_list_add(&list, ""));
    assert_true(interface_list_add(&list, "\xe2\x82\xac.conf"));
    assert_true(interface_list_add(&list, "\xf0\x9f\x98\x80"));
    assert_false(interface_list_add(&list, "bc")); /* needs four units of room */
    assert_int_equal(list.used, COUNT(expected));
    assert_memory_equal(units, expected, sizeof(expected));
}

/* Into room of exactly the promised size, and of one unit less. */
static void test_room_of_a_list(void **state)
{
    static const char *const ids[] = {"x", "ab", "\xff", "\xe2\x82\xac", "debian-6.1.0-18-amd64.conf"};

    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        for (size_t less = 0; less < 2; less++) {
            size_t size = strlen(ids[i]) + 2 - less;
            struct interface_list list = {calloc(size, 2), size, 0};

            assert_non_null(list.units);
            assert_int_equal(interface_list_add(&list, ids[i]), less == 0);
            assert_int_equal(list.used == 0, less != 0);
            assert_false(interface_list_add(&list, "another-that-is-longer-than-any-of-them.conf"));
            free(list.units);
        }
    }
    assert_false(interface_list_add(&(struct interface_list){NULL, 0, 0}, "x"));
}

static void test_times(void **state)
{
    static const struct {
        uint64_t counter, frequency;
        const char *expected; /* NULL: there is none */
    } rows[] = {
        {0, 1, "0"},
        {1, 1, "1000000"},
        {5000000000, 2500000000, "2000000"},
        {5002500000, 2500000000, "2001000"},
        {2499, 2500000000, "0"},
        {2500, 2500000000, "1"},
        {7, 3, "2333333"},
        {UINT64_MAX, 4000000000, "4611686018427387"},
        {UINT64_MAX, 1000000, "18446744073709551615"},
        {UINT64_MAX, 999999, NULL},
        {UINT64_MAX, 1, NULL},
        {18446744073709, 1, "18446744073709000000"},
        {18446744073710, 1, NULL},
        {184467440737095, 10, "18446744073709500000"},
        {184467440737096, 10, NULL},
        {0, 0, NULL},
        {123, 0, NULL},
        /* a frequency with which the product does not fit */
        {1ULL << 62, 1ULL << 63, "500000"},
        {UINT64_MAX, UINT64_MAX, "1000000"},
        {UINT64_MAX - 1, UINT64_MAX, "1000000"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        bool good;

        strcpy(text, UNTOUCHED);
        good = interface_write_time(rows[i].counter, rows[i].frequency, text);
        if (good != (rows[i].expected != NULL) || strcmp(text, good ? rows[i].expected : UNTOUCHED) != 0)
            fail_msg("row %zu: %d, %s", i, good, text);
    }
}

/* For every frequency that there is, to the microsecond. */
static void test_any_time(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 20000; number++) {
        struct chance chance = chance_case(number);
        uint64_t frequency = chance_size(&chance, 100000000000), counter = chance_size(&chance, UINT64_MAX);
        __uint128_t expected = (__uint128_t)counter * 1000000 / frequency;
        bool good = interface_write_time(counter, frequency, text);

        if (good != (expected <= UINT64_MAX) || (good && strtoull(text, NULL, 10) != (uint64_t)expected))
            CHANCE_FAIL(&chance, "%llu at %llu Hz: %s", (unsigned long long)counter, (unsigned long long)frequency,
                        good ? text : "none");
    }
}

static uint8_t path[4096];
static size_t path_size;

static void add_node(uint8_t type, uint8_t subtype, const void *data, size_t size)
{
    uint8_t *node = path + path_size;

    node[0] = type;
    node[1] = subtype;
    node[2] = (uint8_t)(size + 4);
    node[3] = (uint8_t)((size + 4) >> 8);
    memcpy(node + 4, data, size);
    path_size += size + 4;
}

/* The literal's NUL included. */
#define ADD_FILE(literal) add_node(4, 4, (literal), sizeof(literal))

static void expect_image(const char *expected)
{
    bool good;

    add_node(0x7f, 0xff, "", 0);
    good = interface_write_image(value_of(path, path_size), text);
    path_size = 0;
    assert_string_equal(text, expected ? expected : UNTOUCHED);
    assert_int_equal(good, expected != NULL);
}

static void test_image(void **state)
{
    static const uint8_t disk[38];

    (void)state;
    ADD_FILE(u"\\EFI\\BOOT\\BOOTX64.EFI");
    expect_image("\\EFI\\BOOT\\BOOTX64.EFI");
    add_node(2, 1, disk, 8);
    add_node(4, 1, disk, 38);
    ADD_FILE(u"\\EFI");
    ADD_FILE(u"BOOT\\");
    ADD_FILE(u"\\\u00fc.efi");
    expect_image("\\EFI\\BOOT\\\xc3\xbc.efi");
    ADD_FILE(u"\\a\\\\b"); /* within a node it is not the loader's business */
    expect_image("\\a\\\\b");
    add_node(4, 3, "x", 1); /* what follows is at an odd address */
    add_node(4, 4, u"a.efi", 10);
    expect_image("\\a.efi"); /* no NUL, and no backslash before it */
    add_node(4, 4, u"b.efi", 9);
    expect_image("\\b.ef"); /* half a unit */
    ADD_FILE(u"");
    add_node(4, 4, "", 0);
    expect_image(NULL);
    add_node(4, 1, disk, 38);
    expect_image(NULL);
    expect_image(NULL);
}

static void test_image_with_damaged_nodes(void **state)
{
    (void)state;
    ADD_FILE(u"\\a.efi");
    strcpy(text, UNTOUCHED);
    for (size_t size = 0; size < path_size + 4; size++) {
        memcpy(path + path_size, "\x7f\xff\4", 4);
        assert_false(interface_write_image(value_of(path, size), text));
    }
    /* a node that is shorter than its header, at the end and before it */
    memcpy(path + path_size, "\x7f\xff\3", 4);
    assert_false(interface_write_image(value_of(path, path_size + 4), text));
    path[2] = 0;
    expect_image(NULL);
    ADD_FILE(u"\\a.efi");
    path[3] = 1;
    expect_image(NULL);
    /* an end of any kind ends it, and nothing behind is looked at */
    ADD_FILE(u"\\a.efi");
    add_node(0x7f, 1, "", 0);
    path[path_size++] = 4;
    assert_true(interface_write_image(value_of(path, path_size), text));
    assert_string_equal(text, "\\a.efi");
    path_size = 0;
}

static void test_how_long_an_image_path_may_be(void **state)
{
    uint16_t units[INTERFACE_UNITS];

    (void)state;
    for (size_t i = 0; i < COUNT(units); i++)
        units[i] = 0x20ac;
    add_node(4, 4, units, 2 * (INTERFACE_UNITS - 1));
    expect_image(NULL);
    units[0] = '\\';
    add_node(4, 4, units, 2 * (INTERFACE_UNITS - 1));
    add_node(0x7f, 0xff, "", 0);
    assert_true(interface_write_image(value_of(path, path_size), text));
    assert_int_equal(strlen(text), 1 + 3 * (INTERFACE_UNITS - 2));
    path_size = 0;
    add_node(4, 4, units, 2 * INTERFACE_UNITS);
    expect_image(NULL);
    add_node(4, 4, units, 2 * (INTERFACE_UNITS - 1));
    ADD_FILE(u"b");
    expect_image(NULL);
}

static void test_firmware(void **state)
{
    uint16_t *endless = malloc(200);

    (void)state;
    interface_write_firmware(u"EDK II", 0x10000, text);
    assert_string_equal(text, "EDK II 1.00");
    interface_write_firmware(u"Das U-Boot \u00fc", 0x20240109, text);
    assert_string_equal(text, "Das U-Boot \xc3\xbc 8228.265");
    interface_write_firmware(u"", 0xffffffff, text);
    assert_string_equal(text, " 65535.65535");
    interface_write_firmware(NULL, 5, text);
    assert_string_equal(text, "unknown 0.05");
    assert_non_null(endless);
    for (size_t i = 0; i < 100; i++)
        endless[i] = 0xffff;
    interface_write_firmware(endless, 0x10000, text);
    assert_int_equal(strlen(text), 300 + 5);
    free(endless);
    interface_write_firmware_type(0x20046, text);
    assert_string_equal(text, "UEFI 2.70");
    interface_write_firmware_type(0x2001f, text);
    assert_string_equal(text, "UEFI 2.31");
    interface_write_firmware_type(0x10002, text);
    assert_string_equal(text, "UEFI 1.02");
}

static void test_count_path(void **state)
{
    char long_path[INTERFACE_UNITS + 1];

    (void)state;
    assert_true(interface_write_count_path("/loader/entries/debian+2-1.conf", text));
    assert_string_equal(text, "\\loader\\entries\\debian+2-1.conf");
    memset(long_path, '/', sizeof(long_path));
    long_path[INTERFACE_UNITS] = '\0';
    strcpy(text, UNTOUCHED);
    assert_false(interface_write_count_path(long_path, text));
    assert_string_equal(text, UNTOUCHED);
    long_path[INTERFACE_UNITS - 1] = '\0';
    assert_true(interface_write_count_path(long_path, text));
    assert_int_equal(strspn(text, "\\"), INTERFACE_UNITS - 1);
}

static void test_guid(void **state)
{
    static const uint8_t guid[16] = {0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                     0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b};

    (void)state;
    interface_write_guid(guid, text);
    assert_string_equal(text, "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"); /* the EFI system partition's type */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids),
        cmocka_unit_test(test_how_long_an_id_may_be),
        cmocka_unit_test(test_timeouts),
        cmocka_unit_test(test_timeouts_in_variables),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_a_list_of_ids),
        cmocka_unit_test(test_room_of_a_list),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_any_time),
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_image_with_damaged_nodes),
        cmocka_unit_test(test_how_long_an_image_path_may_be),
        cmocka_unit_test(test_firmware),
        cmocka_unit_test(test_count_path),
        cmocka_unit_test(test_guid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
