/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "counting.h"

#define MOST 6

/* An entry as it comes of its file's name; what it says is known by its title. */
static struct entry make(const char *path, const char *title)
{
    static uint8_t room[1 << 16];
    static struct arena arena = {.base = room, .size = sizeof(room)};
    struct entry entry = {.title = title};

    arena.used %= sizeof(room) / 2;
    assert_true(entry_take_name(&entry, path, &arena));
    entry.kernel = strstr(path, ".efi") ? entry.file : "/kernel.elf";
    return entry;
}

static void test_next_path(void **state)
{
    static const struct {
        const char *path, *next; /* NULL: nothing is counted */
    } rows[] = {
        {"/loader/entries/x+3.conf", "/loader/entries/x+2-1.conf"},
        {"/loader/entries/x+2-1.conf", "/loader/entries/x+1-2.conf"},
        {"/loader/entries/x+1-2.Conf", "/loader/entries/x+0-3.Conf"},
        {"/EFI/Linux/6.1-18+10-9.efi", "/EFI/Linux/6.1-18+9-10.efi"},
        {"/x+y+0003-0.conf", "/x+y+2-1.conf"},
        {"/x+2147483647-2147483647.conf", "/x+2147483646-2147483647.conf"},
        {"/a+9/x+1.conf", "/a+9/x+0-1.conf"},
        {"x+1.conf", "x+0-1.conf"},
        {"/loader/entries/x+0-3.conf", NULL},
        {"/loader/entries/x+0.conf", NULL},
        {"/loader/entries/x.conf", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct entry entry = make(rows[i].path, "");
        char *path = malloc(strlen(rows[i].path) + COUNTING_ADDS);

        assert_non_null(path);
        assert_int_equal(counting_is_due(&entry), rows[i].next != NULL);
        if (rows[i].next) {
            counting_next_path(&entry, path);
            assert_string_equal(path, rows[i].next);
        }
        free(path);
    }
}

/* Many tries, one after the other, in the room that was asked for. */
static void check_tries(const char *path, unsigned tries, const char *last)
{
    struct entry entries[] = {make("/a.conf", ""), make(path, ""), make("/b+1.conf", "")};
    size_t size = counting_room(entries, 3);
    char *room = malloc(size);

    assert_non_null(room);
    counting_move(entries, 3, room);
    assert_null(entries[0].counted_file);
    assert_string_equal(entries[0].file, "/a.conf");
    assert_string_equal(entries[1].file, path);
    for (unsigned i = 0; i < tries; i++) {
        const char *before = entries[1].file;
        char next[200];

        assert_true(counting_is_due(&entries[1]));
        counting_next_path(&entries[1], next);
        counting_take_try(&entries[1], next);
        assert_ptr_equal(entries[1].file, before); /* whoever knows it sees the next one */
        assert_string_equal(entries[1].file, next);
    }
    assert_string_equal(entries[1].file, last);
    assert_string_equal(entries[2].file, "/b+1.conf");
    if (counting_is_image(&entries[1]))
        assert_string_equal(entries[1].kernel, last);
    else
        assert_string_equal(entries[1].kernel, "/kernel.elf");
    free(room);
}

static void test_tries(void **state)
{
    (void)state;
    check_tries("/x+3.conf", 3, "/x+0-3.conf");
    check_tries("/x+100.conf", 100, "/x+0-100.conf");
    check_tries("/EFI/Linux/x+3-1.efi", 2, "/EFI/Linux/x+1-3.efi");
    check_tries("/x+2147483647-2147483646.conf", 5, "/x+2147483642-2147483647.conf");
    check_tries("/x+1-999999999.conf", 1, "/x+0-1000000000.conf");
}

static void test_twins(void **state)
{
    struct entry a = make("/e/x+3.conf", ""), b = make("/e/x+2-1.conf", ""), other = make("/e/y+3.conf", ""),
                 plain = make("/e/x.conf", ""), image = make("/e/x+3.efi", "");

    (void)state;
    assert_true(counting_are_twins(&a, &b));
    assert_false(counting_are_twins(&a, &other));
    other = make("/e/x+3.conf", "");
    assert_false(counting_are_twins(&a, &other));
    assert_false(counting_are_twins(&a, &plain));
    assert_false(counting_are_twins(&plain, &a));
    assert_false(counting_are_twins(&a, &image));
    b.volume = 1;
    assert_false(counting_are_twins(&a, &b));
}

struct merge_row {
    const char *paths[MOST]; /* of the files, in the order in which they are found */
    const char *kept[MOST];  /* those that stay */
};

static void check_merged(const struct merge_row *row)
{
    struct entry entries[MOST];
    size_t count = 0, kept;

    for (; count < MOST && row->paths[count]; count++)
        entries[count] = make(row->paths[count], row->paths[count]);
    kept = counting_merge(entries, count);
    for (size_t i = 0; i < kept; i++) {
        assert_non_null(row->kept[i]);
        assert_string_equal(entries[i].file, row->kept[i]);
        assert_string_equal(entries[i].title, row->kept[i]);
    }
    assert_true(kept == MOST || !row->kept[kept]);
    /* Nothing is lost: each file is there once. */
    for (size_t i = 0; i < count; i++) {
        size_t found = 0;

        for (size_t j = 0; j < count; j++)
            found += strcmp(entries[j].file, row->paths[i]) == 0 ? 1 : 0;
        assert_int_equal(found, 1);
    }
    for (size_t i = kept; i < count; i++) {
        size_t twins = 0;

        for (size_t j = 0; j < kept; j++)
            twins += counting_are_twins(&entries[i], &entries[j]) ? 1 : 0;
        assert_int_equal(twins, 1);
    }
}

static void test_merge(void **state)
{
    static const struct merge_row rows[] = {
        {{NULL}, {NULL}},
        {{"/x+3.conf"}, {"/x+3.conf"}},
        {{"/x+3.conf", "/x+2-1.conf"}, {"/x+3.conf"}},
        {{"/x+2-1.conf", "/x+3.conf"}, {"/x+3.conf"}},
        {{"/x+1-2.conf", "/x+3.conf", "/x+2-1.conf"}, {"/x+3.conf"}},
        {{"/x+2-1.conf", "/x+1-2.conf", "/x+3.conf"}, {"/x+3.conf"}},
        {{"/x+3.conf", "/x+0-3.conf"}, {"/x+3.conf"}},
        {{"/x+2-1.conf", "/x+2-5.conf"}, {"/x+2-1.conf"}},
        {{"/x+3.conf", "/x.conf"}, {"/x+3.conf", "/x.conf"}},
        {{"/x+3.conf", "/y+3.conf", "/x+2-1.conf", "/z.conf", "/y+1-2.conf", "/w+1.conf"},
         {"/x+3.conf", "/y+3.conf", "/z.conf", "/w+1.conf"}},
        /* images were renamed, not written: the later name is theirs */
        {{"/x+3.efi", "/x+2-1.efi"}, {"/x+2-1.efi"}},
        {{"/x+2-1.efi", "/x+3.efi"}, {"/x+2-1.efi"}},
        {{"/x+3.efi", "/x+3.conf", "/x+1-2.efi", "/x+2-1.efi"}, {"/x+1-2.efi", "/x+3.conf"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        check_merged(&rows[i]);
}

static void test_take_counters(void **state)
{
    static const struct {
        const char *entry, *twin;
        uint32_t left, done;
    } rows[] = {
        {"/x+3.conf", "/x+2-1.conf", 2, 1}, {"/x+2-1.conf", "/x+3.conf", 2, 1},   {"/x+3.conf", "/x+0-3.conf", 0, 3},
        {"/x+2.conf", "/x+2-5.conf", 2, 5}, {"/x+2-5.conf", "/x+2-1.conf", 2, 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct entry entry = make(rows[i].entry, ""), twin = make(rows[i].twin, "");

        assert_int_equal(counting_is_later(&twin, &entry),
                         twin.tries_left == rows[i].left && twin.tries_done == rows[i].done);
        counting_take_counters(&entry, &twin);
        assert_int_equal(entry.tries_left, rows[i].left);
        assert_int_equal(entry.tries_done, rows[i].done);
        assert_string_equal(entry.file, rows[i].entry);
    }
}

static void test_swap_files(void **state)
{
    struct entry entries[] = {make("/x+3.conf", "old"), make("/x+002-0000000000000000000000000000001.conf", "new")};
    char *room = malloc(counting_room(entries, 2));

    (void)state;
    assert_non_null(room);
    counting_move(entries, 2, room);
    counting_swap_files(&entries[0], &entries[1]);
    assert_string_equal(entries[0].title, "old");
    assert_string_equal(entries[0].file, "/x+002-0000000000000000000000000000001.conf");
    assert_string_equal(entries[1].file, "/x+3.conf");
    counting_take_try(&entries[0], "/x+2-1.conf");
    assert_string_equal(entries[0].file, "/x+2-1.conf");
    assert_string_equal(entries[1].file, "/x+3.conf");
    free(room);
}

/* What is there to boot when another one has lost its name. */
static void test_hopes(void **state)
{
    const struct entry entries[] = {make("/EFI/Linux/a+3.efi", ""),       make("/loader/entries/b+1-2.conf", ""),
                                    make("/loader/entries/c.conf", ""),   make("/loader/entries/d+0-3.conf", ""),
                                    make("/loader/entries/e+0.conf", ""), {.automatic = true, .id = "auto-windows"}};

    (void)state;
    for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++)
        assert_int_equal(counting_is_hope(&entries[i]), i < 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next_path), cmocka_unit_test(test_tries),      cmocka_unit_test(test_twins),
        cmocka_unit_test(test_merge),     cmocka_unit_test(test_swap_files), cmocka_unit_test(test_take_counters),
        cmocka_unit_test(test_hopes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
