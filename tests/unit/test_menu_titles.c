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
#include "menu_titles.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST         5

struct row {
    struct menu_item items[MOST]; /* up to one without an id */
    const char *shown[MOST];
};

#define ITEM(title_, version_, machine_, id_)                                                                          \
    {                                                                                                                  \
        .title = title_, .version = version_, .machine_id = machine_, .id = id_                                        \
    }

static const struct row rows[] = {
    {{ITEM("One", "1", "m", "a")}, {"One"}},
    {{ITEM("One", "1", "m", "a"), ITEM("Two", "1", "m", "b")}, {"One", "Two"}},
    {{ITEM(NULL, "1", "m", "a"), ITEM(NULL, NULL, NULL, "b")}, {"a", "b"}},
    {{ITEM("One", "1", "m", "a"), ITEM("One", "2", "m", "b")}, {"One (1)", "One (2)"}},
    {{ITEM("One", "1", "m", "a"), ITEM("Two", "1", "m", "b"), ITEM("One", NULL, "m", "c")}, {"One (1)", "Two", "One"}},
    {{ITEM("One", "1", "0123456789", "a"), ITEM("One", "1", "1123456789", "b")},
     {"One (1) (01234567)", "One (1) (11234567)"}},
    {{ITEM("One", "1", "0123456789", "a"), ITEM("One", "1", "0123456788", "b")},
     {"One (1) (01234567) (a)", "One (1) (01234567) (b)"}},
    {{ITEM("One", NULL, "short", "a"), ITEM("One", NULL, NULL, "b")}, {"One (short)", "One"}},
    {{ITEM("One", NULL, NULL, "a"), ITEM("One", NULL, NULL, "b"), ITEM("One", "7", NULL, "c")},
     {"One (a)", "One (b)", "One (7)"}},
    {{ITEM("One", "1", NULL, "a"), ITEM("One", "2", NULL, "b"), ITEM("One (1)", NULL, NULL, "c")},
     {"One (1) (a)", "One (2)", "One (1) (c)"}}, /* what is made may be somebody's own title */
    {{ITEM("", "", "", "a"), ITEM("", "", "", "b")}, {" (a)", " (b)"}},
    {{ITEM("One", NULL, NULL, "a"), ITEM("One", NULL, NULL, "a")},
     {"One (a)", "One (a)"}}, /* nothing tells them apart */
};

static void test_titles(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        uint8_t room[1000];
        struct arena arena = {room, sizeof(room), 0};
        struct menu_item items[MOST];
        size_t count = 0;

        memcpy(items, rows[i].items, sizeof(items));
        while (count < MOST && items[count].id)
            count++;
        assert_int_equal(menu_make_titles(items, count, &arena), STATUS_OK);
        for (size_t k = 0; k < count; k++) {
            if (strcmp(items[k].shown, rows[i].shown[k]) != 0)
                fail_msg("row %zu, item %zu: '%s'", i, k, items[k].shown);
        }
    }
}

/* With too little room the arena is as it was, and with what is promised to suffice it does. */
static void test_room(void **state)
{
    static const char id[] = "0123456789abcdef";
    struct menu_item items[3];
    size_t enough = 0, needed = 0;
    uint8_t *room;

    (void)state;
    for (size_t i = 0; i < COUNT(items); i++) {
        items[i] = (struct menu_item)ITEM("A title", "1.2.3", id, id);
        enough += 8 + 3 * (7 + 5 + 16 + 48);
    }
    room = malloc(enough);
    assert_non_null(room);
    for (size_t size = 0; size <= enough; size++) {
        struct arena arena = {room + enough - size, size, 0};

        if (menu_make_titles(items, COUNT(items), &arena) == STATUS_OK) {
            assert_string_equal(items[2].shown, "A title (1.2.3) (01234567) (0123456789abcdef)");
            needed = needed ? needed : size;
        } else {
            assert_int_equal(arena.used, 0);
        }
    }
    assert_in_range(needed, 1, enough);
    free(room);
}

/* A thousand, most of them alike, come out apart, in no time to speak of. */
static void test_many(void **state)
{
    static struct menu_item items[1000];
    static char ids[1000][8];
    size_t size = sizeof(items) / sizeof(items[0]) * (8 + 3 * (9 + 8 + 48));
    struct arena arena = {malloc(size), size, 0};
    double before = cpu_seconds();

    (void)state;
    for (size_t i = 0; i < 1000; i++) {
        snprintf(ids[i], sizeof(ids[i]), "%zu", i);
        items[i] = (struct menu_item)ITEM(i % 50 ? "The title" : ids[i], NULL, NULL, ids[i]);
    }
    assert_int_equal(menu_make_titles(items, 1000, &arena), STATUS_OK);
    for (size_t i = 0; i < 1000; i++) {
        char expected[32];

        snprintf(expected, sizeof(expected), i % 50 ? "The title (%s)" : "%s", ids[i]);
        assert_string_equal(items[i].shown, expected);
    }
    assert_true(cpu_seconds() - before < 1);
    assert_int_equal(menu_make_titles(NULL, 0, &arena), STATUS_OK);
    free(arena.base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_titles),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
