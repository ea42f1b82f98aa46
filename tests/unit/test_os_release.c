/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "os_release.h"

static struct os_release release;
static struct arena arena;

/* Reads a text that lies in a place of exactly its size and is gone afterwards. The room is exactly what suffices. */
static void parse(const char *bytes, size_t length)
{
    char *copy = malloc(length > 0 ? length : 1);

    free(arena.base);
    arena = (struct arena){malloc(length + 17), length + 17, 1};
    assert_non_null(copy);
    assert_non_null(arena.base);
    if (length > 0)
        memcpy(copy, bytes, length);
    memset(&release, 0xaa, sizeof(release));
    assert_int_equal(os_release_parse((struct text){copy, length}, &arena, &release), STATUS_OK);
    free(copy);
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

static const char debian[] = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
                             "NAME=\"Debian GNU/Linux\"\n"
                             "VERSION_ID=\"12\"\n"
                             "VERSION=\"12 (bookworm)\"\n"
                             "VERSION_CODENAME=bookworm\n"
                             "ID=debian\n"
                             "HOME_URL=\"https://www.debian.org/\"\n";

static const char image[] = "# an image, with everything\n\n"
                            "ID='example'\r\n"
                            "IMAGE_ID=example-server\n"
                            "  IMAGE_VERSION=33\n"
                            "BUILD_ID=\"2024-01-02\"  \n"
                            "VERSION_ID=33.1"; /* no line end */

static void test_files(void **state)
{
    (void)state;
    parse(debian, sizeof(debian) - 1);
    check_same(release.pretty_name, "Debian GNU/Linux 12 (bookworm)");
    check_same(release.name, "Debian GNU/Linux");
    check_same(release.id, "debian");
    check_same(release.image_id, NULL);
    check_same(release.image_version, NULL);
    check_same(release.version, "12 (bookworm)");
    check_same(release.version_id, "12");
    check_same(release.build_id, NULL);

    parse(image, sizeof(image) - 1);
    check_same(release.pretty_name, NULL);
    check_same(release.name, NULL);
    check_same(release.id, "example");
    check_same(release.image_id, "example-server");
    check_same(release.image_version, "33");
    check_same(release.version, NULL);
    check_same(release.version_id, "33.1");
    check_same(release.build_id, "2024-01-02");
}

#define BEFORE "NAME=before\n"

/* A text, and what NAME is after it. */
static const struct {
    const char *text, *name;
} rows[] = {
    {"", NULL},
    {"\n\n \t\n", NULL},
    {"NAME=x", "x"},
    {" \tNAME=x \t\n", "x"},
    {"NAME=x\r\n", "x"},
    {"NAME=", NULL},
    {"NAME=\"\"", NULL},
    {"NAME=''", NULL},
    {"NAME", NULL},
    {"=x", NULL},
    {"#NAME=x", NULL},
    {" # NAME=x", NULL},
    {"NAME =x", NULL},
    {"name=x", NULL},
    {"NAME2=x", NULL},
    {"ANAME=x", NULL},
    {"NAM=x", NULL},
    {"NAME==x=", "=x="},
    {"NAME=x # y", "x # y"},
    /* without quotes */
    {"NAME= x", " x"},
    {"NAME=a b", "a b"},
    {"NAME=a\\ b\\\\c\\\"d\\'\\n", "a b\\c\"d'n"},
    {"NAME=a\\", NULL},
    {"NAME=a\"b\"", NULL},
    {"NAME=a'b'", NULL},
    {"NAME=a\tb", "a\tb"},
    {"NAME=J\xc3\xbcrgen", "J\xc3\xbcrgen"},
    /* double quotes */
    {"NAME=\"a b\"", "a b"},
    {"NAME=\" a \"", " a "},
    {"NAME=\"a\\\"b\\\\c\\$d\\`e\"", "a\"b\\c$d`e"},
    {"NAME=\"a\\b\\'c\"", "a\\b\\'c"},
    {"NAME=\"it's\"", "it's"},
    {"NAME=\"a", NULL},
    {"NAME=\"", NULL},
    {"NAME=\"a\\\"", NULL},
    {"NAME=\"a\\", NULL},
    {"NAME=\"a\\\\\"", "a\\"},
    {"NAME=\"a\"b", NULL},
    {"NAME=\"a\"\"b\"", NULL},
    {"NAME=\"a\" # b", NULL},
    {"NAME=\"a\nb\"", NULL},
    /* single quotes */
    {"NAME='a b'", "a b"},
    {"NAME='a\\'", "a\\"},
    {"NAME='\"$`'", "\"$`"},
    {"NAME='a", NULL},
    {"NAME='", NULL},
    {"NAME='a'b'", NULL},
    /* control characters */
    {"NAME=a\33[31mb", NULL},
    {"NAME=\"a\177\"", NULL},
    {"NAME=a\rb", "a"},
    {"\1NAME=a", NULL},
    {"NAME=a~", "a~"},
    {"NAME=\"\x80\xff\"", "\x80\xff"},
    /* more than once */
    {BEFORE "NAME=after", "after"},
    {BEFORE "NAME=", NULL},
    {BEFORE "NAME=\"malformed", "before"},
    {BEFORE "NAME=a\33", "before"},
    {BEFORE "NAME", "before"},
    {BEFORE "ID=name", "before"},
};

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        parse(rows[i].text, strlen(rows[i].text));
        if ((release.name == NULL) != (rows[i].name == NULL) ||
            (release.name && strcmp(release.name, rows[i].name) != 0))
            fail_msg("%s: '%s' instead of '%s'", rows[i].text, release.name ? release.name : "nothing",
                     rows[i].name ? rows[i].name : "nothing");
    }
}

/* Sections may be padded. */
static void test_nul_ends_the_text(void **state)
{
    (void)state;
    parse("NAME=x\0ID=y\n", 12);
    check_same(release.name, "x");
    check_same(release.id, NULL);
    parse("\0NAME=x", 7);
    check_same(release.name, NULL);
    parse("NAME='x'\n\0\0\0\0", 13);
    check_same(release.name, "x");
}

static void test_room(void **state)
{
    static uint8_t room[64] __attribute__((aligned(16)));
    struct arena small = {room, 15, 0};

    (void)state;
    memset(&release, 0xaa, sizeof(release));
    for (size_t size = 0; size < 7; size++) {
        small.size = size;
        assert_int_equal(os_release_parse(text_of("NAME=x"), &small, &release), STATUS_NEED_ROOM);
        assert_int_equal(small.used, 0);
        assert_int_equal((uintptr_t)release.name & 0xff, 0xaa);
    }
    small.size = 7;
    assert_int_equal(os_release_parse(text_of("NAME=x"), &small, &release), STATUS_OK);
    check_same(release.name, "x");
    assert_int_equal(small.used, 7);
}

static void test_choices(void **state)
{
    static const struct {
        struct os_release release;
        const char *title, *version, *sort_key;
    } choices[] = {
        {{0}, NULL, NULL, NULL},
        {{"pretty", "name", "id", "image", "iv", "v", "vi", "bi"}, "pretty", "iv", "image"},
        {{NULL, "name", "id", NULL, NULL, "v", "vi", "bi"}, "name", "v", "id"},
        {{NULL, NULL, "id", NULL, NULL, NULL, "vi", "bi"}, "id", "vi", "id"},
        {{NULL, "name", "id", "image", NULL, NULL, NULL, "bi"}, "image", "bi", "image"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
        check_same(os_release_title(&choices[i].release), choices[i].title);
        check_same(os_release_version(&choices[i].release), choices[i].version);
        check_same(os_release_sort_key(&choices[i].release), choices[i].sort_key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files), cmocka_unit_test(test_rows),    cmocka_unit_test(test_nul_ends_the_text),
        cmocka_unit_test(test_room),  cmocka_unit_test(test_choices),
    };

    return cmocka_run_group_tests(tests, NULL, give_back);
}
