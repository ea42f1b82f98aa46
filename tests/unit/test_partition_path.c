/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "device_path.h"
#include "partition_path.h"

static uint8_t path[70000];
static size_t used;

static int setup(void **state)
{
    (void)state;
    used = 0;
    return 0;
}

static uint8_t *add(uint8_t type, uint8_t subtype, size_t length)
{
    uint8_t *node = path + used;

    assert_true(used + length <= sizeof(path));
    memset(node, 0xcc, length);
    node[0] = type;
    node[1] = subtype;
    node[2] = (uint8_t)length;
    node[3] = (uint8_t)(length >> 8);
    used += length;
    return node;
}

static void add_pci(void)
{
    add(2, 1, 12);
    add(1, 1, 6);
}

/* Its GUID's bytes count up from `first`. */
static uint8_t *add_partition(uint8_t first, uint8_t signature_type)
{
    uint8_t *node = add(4, 1, 42);

    for (unsigned i = 0; i < 16; i++)
        node[24 + i] = (uint8_t)(first + i);
    node[41] = signature_type;
    return node;
}

static void add_end(void)
{
    add(0x7f, 0xff, 4);
}

/* 0 when nothing was found, or the first byte of the GUID. There is nothing to read behind the path. */
static unsigned find(void)
{
    struct partition_node partition;
    uint8_t *exact = malloc(used + (used == 0)), *guid = partition.guid;
    bool found;

    assert_non_null(exact);
    memcpy(exact, path, used);
    memset(&partition, 0xaa, sizeof(partition));
    found = partition_path_read((struct bytes){exact, used}, &partition);
    if (found) { /* the node is the one with the GUID */
        assert_memory_equal(exact + partition.offset + 24, guid, 16);
        assert_memory_equal(exact + partition.offset + 4, &partition.number, 4);
    }
    free(exact);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(guid[i], found ? guid[0] + i : 0xaa);
    return found ? guid[0] : 0;
}

static void test_gpt(void **state)
{
    (void)state;
    add_pci();
    add_partition(0x10, 2);
    add_end();
    assert_int_equal(find(), 0x10);
    add_partition(0x40, 2); /* behind the end */
    assert_int_equal(find(), 0x10);
}

static void test_file_behind_the_partition(void **state)
{
    (void)state;
    add_partition(0x20, 2);
    add(4, 4, 30);
    add_end();
    assert_int_equal(find(), 0x20);
}

static void test_none(void **state)
{
    (void)state;
    assert_int_equal(find(), 0);
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add_pci();
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add_partition(0x10, 1); /* an MBR's */
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add_partition(0x10, 0);
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add(4, 2, 42)[41] = 2; /* a CD's */
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add(3, 1, 42)[41] = 2; /* no media */
    add_end();
    assert_int_equal(find(), 0);
}

static void test_partition_within_a_partition(void **state)
{
    (void)state;
    add_partition(0x10, 2);
    add_partition(0x30, 2);
    add_end();
    assert_int_equal(find(), 0x30);
    used = 0;
    add_partition(0x10, 2);
    add_partition(0x30, 1); /* the volume is this one, and it has none */
    add_end();
    assert_int_equal(find(), 0);
}

/* Several paths in one: the first counts. */
static void test_instances(void **state)
{
    (void)state;
    add_partition(0x10, 2);
    add(0x7f, 0x01, 4);
    add_partition(0x30, 2);
    add_end();
    assert_int_equal(find(), 0x10);
}

static void test_short_partition(void **state)
{
    (void)state;
    add(4, 1, 41);
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add(4, 1, 4);
    add_end();
    assert_int_equal(find(), 0);
    used = 0;
    add(4, 1, 60)[41] = 3;
    add_end();
    assert_int_equal(find(), 0);
}

/* However much is missing at the end, it is no path. */
static void test_cut(void **state)
{
    size_t whole;

    (void)state;
    add_pci();
    add_partition(0x10, 2);
    add_end();
    whole = used;
    for (used = 0; used < whole; used++)
        assert_int_equal(find(), 0);
    assert_int_equal(find(), 0x10);
}

static void test_absurd_lengths(void **state)
{
    (void)state;
    for (uint8_t length = 0; length < 4; length++) {
        used = 0;
        add_partition(0x10, 2);
        add(1, 1, 8)[2] = length;
        add_end();
        assert_int_equal(find(), 0);
    }
    used = 0;
    add_partition(0x10, 2);
    memset(add(1, 1, 8) + 2, 0xff, 2);
    add_end();
    assert_int_equal(find(), 0);
}

/* As many nodes as fit: a path without an end is left at the bound. */
static void test_endless(void **state)
{
    (void)state;
    add_partition(0x10, 2);
    while (used + 4 <= DEVICE_PATH_MAX)
        add(1, 1, 4);
    assert_int_equal(find(), 0);
}

static void test_any_bytes(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 20000; number++) {
        struct chance chance = chance_case(number);
        struct partition_node partition;
        uint8_t *exact;

        used = 0;
        while (chance_below(&chance, 8) != 0) {
            if (chance_one_in(&chance, 3))
                add_partition(0x10, (uint8_t)chance_below(&chance, 3));
            else
                add((uint8_t)chance_below(&chance, 6), (uint8_t)chance_below(&chance, 4),
                    chance_between(&chance, 4, 60));
        }
        add_end();
        path[chance_below(&chance, used)] = (uint8_t)chance_bits(&chance);
        exact = malloc(used);
        assert_non_null(exact);
        memcpy(exact, path, used);
        (void)!partition_path_read((struct bytes){exact, used}, &partition); /* the sanitizer judges */
        free(exact);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_gpt, setup),       cmocka_unit_test_setup(test_file_behind_the_partition, setup),
        cmocka_unit_test_setup(test_none, setup),      cmocka_unit_test_setup(test_partition_within_a_partition, setup),
        cmocka_unit_test_setup(test_instances, setup), cmocka_unit_test_setup(test_short_partition, setup),
        cmocka_unit_test_setup(test_cut, setup),       cmocka_unit_test_setup(test_absurd_lengths, setup),
        cmocka_unit_test_setup(test_endless, setup),   cmocka_unit_test_setup(test_any_bytes, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
