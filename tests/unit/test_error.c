/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "error.h"

static void test_write(void **state)
{
    struct error error = {"what was wrong before"};

    (void)state;
    error_write(&error, "%s: %d of %u", "file", -1, 7U);
    assert_string_equal(error.text, "file: -1 of 7");
    error_write(&error, "%s", "");
    assert_string_equal(error.text, "");
}

static void test_cut(void **state)
{
    struct {
        struct error error;
        char behind[16];
    } room;
    char longer[2 * ERROR_TEXT_SIZE];

    (void)state;
    memset(&room, '#', sizeof(room));
    memset(longer, 'a', sizeof(longer));
    longer[sizeof(longer) - 1] = '\0';
    error_write(&room.error, "%s", longer);
    assert_int_equal(strlen(room.error.text), ERROR_TEXT_SIZE - 1);
    assert_memory_equal(room.error.text, longer, ERROR_TEXT_SIZE - 1);
    assert_memory_equal(room.behind, "################", 16);
}

static enum status refuse(struct error *error, enum status status)
{
    return error_set(error, status, "refused for %s", "a reason");
}

static void test_set(void **state)
{
    struct error error = {""};

    (void)state;
    assert_int_equal(refuse(&error, STATUS_INVALID), STATUS_INVALID);
    assert_string_equal(error.text, "refused for a reason");
    assert_int_equal(refuse(&error, STATUS_DEVICE), STATUS_DEVICE);
    assert_int_equal(STATUS_OK, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_set),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
