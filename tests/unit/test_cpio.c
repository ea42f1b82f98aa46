/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "cpio.h"
#include "extra_files.h"

/* In exactly the room that it takes, and not in less. */
static void check_head(const struct cpio_member *member, const char *expected, size_t size)
{
    struct bytes head = {NULL, 0};

    for (size_t room = 0; room <= size; room++) {
        struct arena arena = {malloc(room + 16), room, 0};
        enum status status;

        assert_non_null(arena.base);
        status = cpio_make_head(member, &arena, &head);
        assert_int_equal(status, room < size ? STATUS_NEED_ROOM : STATUS_OK);
        if (status == STATUS_OK) {
            assert_int_equal(head.size, size);
            assert_memory_equal(head.data, expected, size);
        }
        free(arena.base);
    }
}

/* Names of each length up to a multiple of four. */
static void test_heads(void **state)
{
    static const char folder[] = "07070100000001000081400000000000000000000000010000000000000000000000000000000000"
                                 "000000000000000000000200000000a\0";
    static const char file[] = "07070112345678000081A4000000000000000000000001000000009ABCDEF0000000000000000000"
                               "000000000000000000000600000000b/abc\0";
    static const char end[] = "07070100000003000000000000000000000000000000010000000000000000000000000000000000"
                              "000000000000000000000B00000000TRAILER!!!\0\0\0\0";

    (void)state;
    check_head(&(struct cpio_member){"", "a", 0x8140, 1, 0}, folder, sizeof(folder) - 1);
    check_head(&(struct cpio_member){"b", "abc", 0100644, 0x12345678, 0x9abcdef0}, file, sizeof(file) - 1);
    check_head(&(struct cpio_member){"", CPIO_TRAILER, 0, 3, 0}, end, sizeof(end) - 1);
}

static void test_kinds(void **state)
{
    static const struct {
        const char *path;
        enum extra_kind kind; /* EXTRA_KINDS: none */
        const char *folder;
    } rows[] = {
        {"/a.cred", EXTRA_CREDENTIAL, ".extra/credentials"},
        {"/a/b.c.CRED", EXTRA_CREDENTIAL, ".extra/credentials"},
        {"/a.sysext.raw", EXTRA_SYSTEM, ".extra/sysext"},
        {"/a.confext.raw", EXTRA_CONFIG, ".extra/confext"},
        {"/a.raw", EXTRA_KINDS, NULL},
        {"/a.addon.efi", EXTRA_KINDS, NULL},
        {"/cred", EXTRA_KINDS, NULL},
        {"/a.cred/b", EXTRA_KINDS, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        enum extra_kind kind = EXTRA_KINDS;

        assert_int_equal(extra_tell_kind(text_of(rows[i].path), &kind), rows[i].kind != EXTRA_KINDS);
        assert_int_equal(kind, rows[i].kind);
        if (rows[i].folder)
            assert_string_equal(extra_place_of(kind).folder, rows[i].folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_heads),
        cmocka_unit_test(test_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
