/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "entry.h"

/* ---- file names ---- */

struct name_row {
    const char *name, *stem, *suffix;
    bool has_tries;
    uint32_t left, done;
};

static void test_names(void **state)
{
    static const struct name_row rows[] = {
        {"x.conf", "x", ".conf", false, 0, 0},
        {"x.CONF", "x", ".CONF", false, 0, 0},
        {"x.efi", "x", ".efi", false, 0, 0},
        {"x+3-1.EFI", "x", ".EFI", true, 3, 1},
        {"x.ef", "x.ef", "", false, 0, 0},
        {"", "", "", false, 0, 0},
        {".conf", "", ".conf", false, 0, 0},
        {"conf", "conf", "", false, 0, 0},
        {"x+3.conf", "x", ".conf", true, 3, 0},
        {"x+3-0.conf", "x", ".conf", true, 3, 0},
        {"x+2-1.conf", "x", ".conf", true, 2, 1},
        {"x+0-3.Conf", "x", ".Conf", true, 0, 3},
        {"x+09-0001.conf", "x", ".conf", true, 9, 1},
        {"x+0.conf", "x", ".conf", true, 0, 0},
        {"x+2147483647-2147483647.conf", "x", ".conf", true, 2147483647, 2147483647},
        {"x+00000000000000000000000000000007.conf", "x", ".conf", true, 7, 0},
        {"x+1+2.conf", "x+1", ".conf", true, 2, 0},
        {"6.1.0-18+3-0.conf", "6.1.0-18", ".conf", true, 3, 0},
        /* not quite counters */
        {"x+2147483648.conf", "x+2147483648", ".conf", false, 0, 0},
        {"x+3-2147483648.conf", "x+3-2147483648", ".conf", false, 0, 0},
        {"x+18446744073709551617.conf", "x+18446744073709551617", ".conf", false, 0, 0},
        {"x+99999999999999999999999999999999.conf", "x+99999999999999999999999999999999", ".conf", false, 0, 0},
        {"x+10000000000000000000000000000000.conf", "x+10000000000000000000000000000000", ".conf", false, 0, 0},
        {"x+.conf", "x+", ".conf", false, 0, 0},
        {"x+-1.conf", "x+-1", ".conf", false, 0, 0},
        {"x+3-.conf", "x+3-", ".conf", false, 0, 0},
        {"x+3--1.conf", "x+3--1", ".conf", false, 0, 0},
        {"x+3-1-1.conf", "x+3-1-1", ".conf", false, 0, 0},
        {"x+0x3.conf", "x+0x3", ".conf", false, 0, 0},
        {"x+ 3.conf", "x+ 3", ".conf", false, 0, 0},
        {"x+3K.conf", "x+3K", ".conf", false, 0, 0},
        {"x-3.conf", "x-3", ".conf", false, 0, 0},
        {"3.conf", "3", ".conf", false, 0, 0},
        {"3-1.conf", "3-1", ".conf", false, 0, 0},
        {"-1.conf", "-1", ".conf", false, 0, 0},
        {"+3.conf", "+3", ".conf", false, 0, 0}, /* nothing would be left of it */
        {"x+3.conf.bak", "x+3.conf.bak", "", false, 0, 0},
        {"x+3", "x+3", "", false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct name_row *row = &rows[i];
        /* As long as the name: reading on is found out. */
        size_t length = strlen(row->name);
        char *exact = malloc(length + 1);
        struct entry_name name;

        assert_non_null(exact);
        memcpy(exact + 1, row->name, length);
        name = entry_parse_name((struct text){exact + 1, length});
        if (!text_is(name.stem, row->stem) || !text_is(name.suffix, row->suffix) || name.has_tries != row->has_tries ||
            name.tries_left != row->left || name.tries_done != row->done)
            fail_msg("'%s': '%.*s' '%.*s' %d %u %u", row->name, (int)name.stem.length, name.stem.data,
                     (int)name.suffix.length, name.suffix.data, name.has_tries, name.tries_left, name.tries_done);
        free(exact);
    }
}

static void test_is_name(void **state)
{
    (void)state;
    assert_true(entry_is_name(text_of("x.conf")));
    assert_true(entry_is_name(text_of("X.CONF")));
    assert_true(entry_is_name(text_of("x+3-0.conf")));
    assert_false(entry_is_name(text_of("x.conf~")));
    assert_false(entry_is_name(text_of("x.efi")));
    assert_true(entry_is_image_name(text_of("x+1.EFI")));
    assert_false(entry_is_image_name(text_of("x.conf")));
    assert_false(entry_is_image_name(text_of(".x.efi")));
    assert_false(entry_is_name(text_of("conf")));
    assert_false(entry_is_name(text_of("")));
    assert_false(entry_is_name(text_of(".conf")));
    assert_false(entry_is_name(text_of("._x.conf"))); /* what other systems leave behind on a FAT volume */
    assert_false(entry_is_name(text_of("..")));
}

static void test_architecture(void **state)
{
    struct entry entry = {.architecture = NULL};

    (void)state;
    assert_true(entry_is_for(&entry, "x64"));
    entry.architecture = "x64";
    assert_true(entry_is_for(&entry, "x64"));
    entry.architecture = "X64";
    assert_true(entry_is_for(&entry, "x64"));
    entry.architecture = "aa64";
    assert_false(entry_is_for(&entry, "x64"));
    entry.architecture = "x6";
    assert_false(entry_is_for(&entry, "x64"));
}

/* ---- the order ---- */

static void check_order(const struct entry *first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            int order = entry_compare(&first[i], &first[j]);

            if ((order > 0) - (order < 0) != (i > j) - (i < j))
                fail_msg("entries %zu (%s) and %zu (%s): %d", i, first[i].id, j, first[j].id, order);
        }
    }
}

#define CHECK_ORDER(entries) check_order(entries, sizeof(entries) / sizeof((entries)[0]))

/* Boot Loader Specification, "Sorting", from the first to the last. */
static void test_order(void **state)
{
    static const struct entry entries[] = {
        /* sort-key, ascending; absent machine-id lower than any; newer versions first, absent ones last */
        {.sort_key = "Z", .id = "a.conf"},
        {.sort_key = "alpha", .id = "b.conf", .version = "10"},
        {.sort_key = "alpha", .id = "z.conf", .version = "9"},
        {.sort_key = "alpha", .id = "c.conf"},
        {.sort_key = "alpha", .machine_id = "111", .version = "1", .id = "a.conf"},
        {.sort_key = "alpha", .machine_id = "222", .version = "2", .id = "a.conf"},
        {.sort_key = "alpha", .machine_id = "222", .version = "2~rc1", .id = "b.conf"},
        {.sort_key = "alphabet", .id = "a.conf"},
        /* equal keys: the name decides, newest first */
        {.sort_key = "beta", .version = "1_0", .id = "x-10.conf"},
        {.sort_key = "beta", .version = "1+0", .id = "x-9.conf"},
        /* then those without a sort-key, by name alone: version and machine-id mean nothing */
        {.id = "z.conf", .version = "1"},
        {.id = "debian-6.10.conf"},
        {.id = "debian-6.9.conf", .machine_id = "0"},
        {.id = "debian-6.9~rc1.conf"},
        {.id = "debian.conf"},
        {.id = "Debian.conf"},
        /* then the bad ones, in the same order among themselves */
        {.sort_key = "alpha", .id = "a.conf", .has_tries = true, .tries_done = 3},
        {.id = "zz.conf", .has_tries = true, .tries_done = 1},
        {.id = "y.conf", .has_tries = true},
    };

    (void)state;
    CHECK_ORDER(entries);
}

/* The name counts without its suffix: '-' is lower than '.', but higher than the end. */
static void test_order_without_suffix(void **state)
{
    static const struct entry entries[] = {{.id = "(no configuration)"}, {.id = "a-1.conf"}, {.id = "a.conf"}};

    (void)state;
    CHECK_ORDER(entries);
}

static void test_order_of_counters(void **state)
{
    static const struct entry entries[] = {
        {.id = "y.conf", .has_tries = true, .tries_left = 1, .tries_done = 2},
        {.id = "x.conf", .file = "/x.conf"},
        {.id = "x.conf", .file = "/x+3.conf", .has_tries = true, .tries_left = 3},
        {.id = "x.conf", .file = "/x+2-5.conf", .has_tries = true, .tries_left = 2, .tries_done = 5},
        {.id = "x.conf", .file = "/x+2-10.conf", .has_tries = true, .tries_left = 2, .tries_done = 10},
        {.id = "x.conf", .file = "/x+1-0.conf", .has_tries = true, .tries_left = 1},
        {.id = "x.conf", .file = "/x+0-1.conf", .has_tries = true, .tries_left = 0, .tries_done = 1},
        {.id = "x.conf", .file = "/x+0-4.conf", .has_tries = true, .tries_left = 0, .tries_done = 4},
    };

    (void)state;
    CHECK_ORDER(entries);
}

/* Names that are equal as versions still have an order, so that the directory's does not show. */
static void test_order_is_total(void **state)
{
    static const struct entry entries[] = {
        {.id = "a+b.conf"}, {.id = "a_b.conf", .file = "/1"}, {.id = "a_b.conf", .file = "/2"}};

    (void)state;
    CHECK_ORDER(entries);
    assert_int_equal(entry_compare(&entries[0], &entries[0]), 0);
}

/* ---- sorting ---- */

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

static void test_sort(void **state)
{
    enum { COUNT = 1000 };
    static struct entry entries[COUNT];
    static char ids[COUNT][16];
    static const char *const keys[] = {NULL, NULL, "a", "b"};

    (void)state;
    random_state = 1;
    for (size_t count = 0; count <= COUNT; count += count < 20 ? 1 : 245) {
        bool seen[COUNT] = {false};

        for (size_t i = 0; i < count; i++) {
            snprintf(ids[i], sizeof(ids[i]), "%u-%zu.conf", next_random(50), i);
            entries[i] = (struct entry){.id = ids[i], .sort_key = keys[next_random(4)], .load_address = i};
            entries[i].has_tries = next_random(2) == 0;
            entries[i].tries_left = next_random(2);
        }
        entry_sort(entries, count);
        for (size_t i = 0; i < count; i++) {
            if (i > 0)
                assert_true(entry_compare(&entries[i - 1], &entries[i]) < 0);
            /* whole entries moved, and none got lost */
            assert_ptr_equal(entries[i].id, ids[entries[i].load_address]);
            assert_false(seen[entries[i].load_address]);
            seen[entries[i].load_address] = true;
        }
    }
}

/* Every order of four entries sorts to the same. */
static void test_sort_ignores_input_order(void **state)
{
    static const struct entry sorted[] = {{.id = "c.conf"}, {.id = "b.conf"}, {.id = "a+1.conf"}, {.id = "a_1.conf"}};

    (void)state;
    for (unsigned order = 0; order < 256; order++) {
        unsigned first = order & 3, second = order >> 2 & 3, third = order >> 4 & 3, fourth = order >> 6;
        struct entry entries[] = {sorted[first], sorted[second], sorted[third], sorted[fourth]};

        if ((1U << first | 1U << second | 1U << third | 1U << fourth) != 15)
            continue;
        entry_sort(entries, 4);
        for (size_t i = 0; i < 4; i++)
            assert_string_equal(entries[i].id, sorted[i].id);
    }
}

/* ---- the default ---- */

static char last_line[2048];

static void keep_line(void *context, enum log_level level, struct text line)
{
    (void)context;
    assert_int_equal(level, LOG_WARNING);
    assert_true(line.length < sizeof(last_line));
    memcpy(last_line, line.data, line.length);
    last_line[line.length] = '\0';
}

static void test_default(void **state)
{
    static const struct entry entries[] = {
        {.id = "Debian-6.10.conf"}, {.id = "debian-6.9.conf"}, {.id = "arch.conf"}, {.id = "(no configuration)"}};
    const struct log_sink sink = {keep_line, NULL, LOG_DEBUG};

    (void)state;
    log_reset();
    log_add(&sink);
    last_line[0] = '\0';
    assert_int_equal(entry_choose_default(entries, 4, NULL), 0);
    assert_int_equal(entry_choose_default(entries, 4, "*"), 0);
    assert_int_equal(entry_choose_default(entries, 4, "debian-*"), 0);
    assert_int_equal(entry_choose_default(entries, 4, "debian-6.9.conf"), 1);
    assert_int_equal(entry_choose_default(entries, 4, "debian-6.9"), 1);
    assert_int_equal(entry_choose_default(entries, 4, "*-6.9"), 1);
    assert_int_equal(entry_choose_default(entries, 4, "ARCH"), 2);
    assert_int_equal(entry_choose_default(entries, 4, "arch.CONF"), 2);
    assert_int_equal(entry_choose_default(entries, 4, "[a-c]*"), 2);
    assert_int_equal(entry_choose_default(entries, 4, "(no*"), 3);
    assert_string_equal(last_line, "");

    assert_int_equal(entry_choose_default(entries, 4, "arch.con"), 0);
    assert_non_null(strstr(last_line, "'arch.con'"));
    last_line[0] = '\0';
    assert_int_equal(entry_choose_default(entries, 4, ""), 0);
    assert_non_null(strstr(last_line, "''"));
    last_line[0] = '\0';
    assert_int_equal(entry_choose_default(NULL, 0, "x"), 0);
    assert_non_null(strstr(last_line, "'x'"));
    log_reset();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_is_name),
        cmocka_unit_test(test_architecture),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_order_without_suffix),
        cmocka_unit_test(test_order_of_counters),
        cmocka_unit_test(test_order_is_total),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_sort_ignores_input_order),
        cmocka_unit_test(test_default),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
