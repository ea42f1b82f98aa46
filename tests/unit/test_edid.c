/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "edid.h"

/* The first block with its checksum, for this many blocks behind it; those hold 0x5a. */
static void make(uint8_t *edid, size_t size, uint8_t extensions)
{
    static const uint8_t magic[] = {0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00};
    uint8_t sum = 0;

    memset(edid, 0x5a, size);
    memcpy(edid, magic, sizeof(magic));
    edid[126] = extensions;
    for (size_t i = 0; i < 127; i++)
        sum = (uint8_t)(sum + edid[i]);
    edid[127] = (uint8_t)-sum;
}

static size_t size_of(const uint8_t *edid, size_t size)
{
    uint8_t *exact = malloc(size + (size == 0));
    size_t usable;

    assert_non_null(exact);
    memcpy(exact, edid, size);
    usable = edid_size((struct bytes){exact, size});
    free(exact);
    return usable;
}

static void test_good(void **state)
{
    uint8_t edid[1024];

    (void)state;
    make(edid, sizeof(edid), 0);
    assert_int_equal(size_of(edid, 128), 128);
    assert_int_equal(size_of(edid, 256), 128); /* the rest is nobody's */
    assert_int_equal(size_of(edid, 129), 128);
    make(edid, sizeof(edid), 1);
    assert_int_equal(size_of(edid, 256), 256);
    assert_int_equal(size_of(edid, 255), 128); /* half a block is none */
    assert_int_equal(size_of(edid, 128), 128);
    assert_int_equal(size_of(edid, 1024), 256);
    make(edid, sizeof(edid), 255);
    assert_int_equal(size_of(edid, 512), 512);
}

static void test_short(void **state)
{
    uint8_t edid[128];

    (void)state;
    make(edid, sizeof(edid), 0);
    for (size_t size = 0; size < sizeof(edid); size++)
        assert_int_equal(size_of(edid, size), 0);
    assert_int_equal(edid_size((struct bytes){NULL, 0}), 0);
}

/* A change to any one byte is noticed: those of the magic number also where the checksum holds again. */
static void test_damaged(void **state)
{
    uint8_t edid[128];

    (void)state;
    for (size_t i = 0; i < sizeof(edid); i++) {
        make(edid, sizeof(edid), 0);
        for (unsigned change = 1; change < 256; change++) {
            edid[i]++;
            assert_int_equal(size_of(edid, sizeof(edid)), 0);
        }
        edid[127]++; /* one too few by now */
        assert_int_equal(size_of(edid, sizeof(edid)), i < 8 ? 0 : 128);
    }
    memset(edid, 0, sizeof(edid)); /* its sum is right */
    assert_int_equal(size_of(edid, sizeof(edid)), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
