/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "image_entry.h"

/* Texts as a section has them: not ended by anything. */
struct section {
    const char *bytes;
    size_t length;
};

#define SECTION(string) ((struct section){string, sizeof(string) - 1})
#define NO_SECTION      ((struct section){NULL, 0})

static struct entry entry;
static struct arena arena;

static void set_arena(size_t size)
{
    free(arena.base);
    arena = (struct arena){malloc(size > 0 ? size : 1), size, 0};
    assert_non_null(arena.base);
}

static struct text copy_of(struct section section)
{
    char *copy;

    if (!section.bytes)
        return (struct text){NULL, 0};
    copy = malloc(section.length > 0 ? section.length : 1);
    assert_non_null(copy);
    memcpy(copy, section.bytes, section.length);
    return (struct text){copy, section.length};
}

/* From texts that lie in places of exactly their size and are gone afterwards. */
static enum status make(const char *path, struct section release, struct section options)
{
    struct text release_text = copy_of(release), options_text = copy_of(options),
                path_text = copy_of((struct section){path, strlen(path) + 1});
    enum status status;

    memset(&entry, 0xaa, sizeof(entry));
    status = image_entry_make(path_text.data, release_text, options_text, &arena, &entry);
    free((void *)(uintptr_t)release_text.data);
    free((void *)(uintptr_t)options_text.data);
    free((void *)(uintptr_t)path_text.data);
    return status;
}

/* The promise of the header. */
static size_t enough(const char *path, struct section release, struct section options)
{
    return 2 * (strlen(path) + release.length + options.length) + 160;
}

static void make_sound(const char *path, struct section release, struct section options)
{
    set_arena(enough(path, release, options));
    assert_int_equal(make(path, release, options), STATUS_OK);
}

static void check_same(const char *string, const char *expected)
{
    if (expected && string)
        assert_string_equal(string, expected);
    else
        assert_true(!expected && !string);
}

static int give_back(void **state)
{
    (void)state;
    free(arena.base);
    arena = (struct arena){0};
    return 0;
}

static void test_all_of_it(void **state)
{
    (void)state;
    make_sound("/EFI/Linux/debian-6.1.efi", SECTION("ID=debian\nPRETTY_NAME=\"Debian 12\"\nVERSION_ID=12\n"),
               SECTION("quiet root=/dev/vda2\n"));
    check_same(entry.title, "Debian 12");
    check_same(entry.version, "12");
    check_same(entry.sort_key, "debian");
    check_same(entry.file, "/EFI/Linux/debian-6.1.efi");
    check_same(entry.kernel, "/EFI/Linux/debian-6.1.efi");
    check_same(entry.id, "debian-6.1.efi");
    check_same(entry.own_options, "quiet root=/dev/vda2");
    check_same(entry.options, ""); /* the image's own need not be handed to it */
    check_same(entry.machine_id, NULL);
    check_same(entry.architecture, NULL);
    assert_int_equal(entry.kernel_key, ENTRY_KERNEL_EFI);
    assert_int_equal(entry.volume, 0);
    assert_int_equal(entry.module_count + entry.initrd_count, 0);
    assert_false(entry.has_tries || entry.has_video || entry.has_load_address);
}

static void test_release(void **state)
{
    static const struct {
        struct section release;
        const char *title, *version, *sort_key;
    } rows[] = {
        {SECTION(""), NULL, NULL, NULL},
        {SECTION("ID=a\n"), "a", NULL, "a"},
        {SECTION("ID=a\nNAME=B\n"), "B", NULL, "a"},
        {SECTION("NAME=B\nPRETTY_NAME='C D'"), "C D", NULL, NULL},
        {SECTION("ID=a\nIMAGE_ID=b\nIMAGE_VERSION=3\nVERSION_ID=2\n"), "b", "3", "b"},
        {SECTION("ID=a\n\0ID=b\n"), "a", NULL, "a"}, /* a section is padded with zeros */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        make_sound("/EFI/Linux/x.efi", rows[i].release, NO_SECTION);
        check_same(entry.title, rows[i].title);
        check_same(entry.version, rows[i].version);
        check_same(entry.sort_key, rows[i].sort_key);
    }
}

static void test_options(void **state)
{
    static const struct {
        struct section options;
        const char *expected;
    } rows[] = {
        {NO_SECTION, NULL},
        {SECTION(""), ""},
        {SECTION("quiet"), "quiet"},
        {SECTION("quiet\n"), "quiet"},
        {SECTION("quiet \t\r\n\n"), "quiet"},
        {SECTION("quiet\0"), "quiet"},
        {SECTION("quiet\n\0\0\0"), "quiet"},
        {SECTION("quiet\0\n"), "quiet"},
        {SECTION("quiet\0splash"), "quiet"},
        {SECTION("\0quiet"), ""},
        {SECTION("\n\n"), ""},
        {SECTION("  a  b"), "  a  b"}, /* what stands within belongs to it */
        {SECTION("a\nb\r\nc\td\033e\n"), "a b  c d e"},
        {SECTION("name=\xc3\xbc\n"), "name=\xc3\xbc"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        make_sound("/EFI/Linux/x.efi", SECTION("ID=a\n"), rows[i].options);
        check_same(entry.own_options, rows[i].expected);
        check_same(entry.options, "");
    }
}

static void test_names(void **state)
{
    static const struct {
        const char *path, *id;
        bool has_tries;
        uint32_t left, done;
    } rows[] = {
        {"/EFI/Linux/a.efi", "a.efi", false, 0, 0},     {"/EFI/Linux/a+3.efi", "a.efi", true, 3, 0},
        {"/EFI/Linux/a+0-3.efi", "a.efi", true, 0, 3},  {"/EFI/Linux/a-6.1+2-1.EFI", "a-6.1.EFI", true, 2, 1},
        {"/EFI/Linux/a+x.efi", "a+x.efi", false, 0, 0}, {"/EFI/Linux/a+1-.efi", "a+1-.efi", false, 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        make_sound(rows[i].path, SECTION("ID=a\n"), NO_SECTION);
        check_same(entry.id, rows[i].id);
        check_same(entry.file, rows[i].path); /* it is read by its whole name */
        check_same(entry.kernel, rows[i].path);
        assert_int_equal(entry.has_tries, rows[i].has_tries);
        assert_int_equal(entry.tries_left, rows[i].left);
        assert_int_equal(entry.tries_done, rows[i].done);
    }
}

/* With any smaller room nothing has changed; once it suffices, it does with more. */
static void test_room(void **state)
{
    const char *path = "/EFI/Linux/a-long-name-of-an-image+12-34.efi";
    const struct section release =
                             SECTION("ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=12\n"),
                         options = SECTION("quiet splash root=/dev/vda2 and=something longer than that\n");
    const size_t most = enough(path, release, options);
    struct entry untouched;
    size_t needed = 0;

    (void)state;
    memset(&untouched, 0xaa, sizeof(untouched));
    for (size_t size = 0; size <= most; size++) {
        enum status status;

        set_arena(size);
        status = make(path, release, options);
        if (status == STATUS_OK) {
            needed = needed == 0 ? size : needed;
            assert_in_range(arena.used, 1, size);
            check_same(entry.own_options, "quiet splash root=/dev/vda2 and=something longer than that");
            continue;
        }
        assert_int_equal(status, STATUS_NEED_ROOM);
        assert_int_equal(needed, 0);
        assert_int_equal(arena.used, 0);
        assert_memory_equal(&entry, &untouched, sizeof(entry));
    }
    assert_in_range(needed, release.length, most);
}

/* What promises that is held for the smallest texts, where the rounding counts most. */
static void test_little_room(void **state)
{
    (void)state;
    make_sound("/", SECTION(""), SECTION(""));
    make_sound("/a.efi", SECTION("ID=a"), SECTION("b"));
    check_same(entry.own_options, "b");
    make_sound("/a.efi", SECTION("ID=a\nNAME=b\nIMAGE_ID=c\nVERSION=d"), NO_SECTION);
    check_same(entry.version, "d");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_all_of_it, give_back), cmocka_unit_test_teardown(test_release, give_back),
        cmocka_unit_test_teardown(test_options, give_back),   cmocka_unit_test_teardown(test_names, give_back),
        cmocka_unit_test_teardown(test_room, give_back),      cmocka_unit_test_teardown(test_little_room, give_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
