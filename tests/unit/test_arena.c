/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "chance.h"

static bool is_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* Wherever the room begins, what is taken is aligned, zeroed, inside it and apart from the rest. */
static void test_take(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 2000; i++) {
        struct chance chance = chance_case(i);
        size_t size = chance_below(&chance, 4096), shift = chance_below(&chance, 32);
        uint8_t *room = malloc(size + shift + 1);
        struct arena arena = {room + shift, size, 0};
        const uint8_t *end = room + shift;

        assert_non_null(room);
        memset(room, 0xaa, size + shift);
        for (unsigned k = 0; k < 100; k++) {
            size_t count = chance_below(&chance, 20), each = chance_size(&chance, 100), used = arena.used;
            uintptr_t next = ((uintptr_t)end + 15) & ~(uintptr_t)15;
            uint8_t *taken = arena_take(&arena, count, each);
            bool fits = next + count * each <= (uintptr_t)room + shift + size;

            if ((taken != NULL) != fits || (!taken && arena.used != used))
                CHANCE_FAIL(&chance, "%zu times %zu bytes behind %zu of %zu: %p", count, each, used, size, taken);
            if (!taken)
                continue;
            if ((uintptr_t)taken != next || !is_zero(taken, count * each))
                CHANCE_FAIL(&chance, "%zu times %zu bytes behind %zu of %zu", count, each, used, size);
            memset(taken, 0xaa, count * each);
            end = taken + count * each;
            if (arena.used != (size_t)(end - (room + shift)))
                CHANCE_FAIL(&chance, "%zu bytes used", arena.used);
        }
        free(room);
    }
}

/* Sizes whose product or sum does not fit into 64 bits are no small sizes. */
static void test_absurd(void **state)
{
    static const size_t absurd[][2] = {
        {SIZE_MAX, 1},           {1, SIZE_MAX},      {SIZE_MAX, SIZE_MAX}, {1ULL << 63, 2}, {1ULL << 32, 1ULL << 32},
        {SIZE_MAX / 16 + 1, 16}, {SIZE_MAX - 15, 1}, {SIZE_MAX - 64, 1},
    };
    uint8_t room[256];
    struct arena arena = {room, sizeof(room), 32};

    (void)state;
    for (size_t i = 0; i < sizeof(absurd) / sizeof(absurd[0]); i++) {
        assert_null(arena_take(&arena, absurd[i][0], absurd[i][1]));
        assert_int_equal(arena.used, 32);
    }
    assert_non_null(arena_take(&arena, 1, 1));
    arena = (struct arena){(uint8_t *)(UINTPTR_MAX - 7), 8, 0}; /* no aligned address is left */
    assert_null(arena_take(&arena, 0, 1));
    assert_int_equal(arena.used, 0);
}

static void test_empty(void **state)
{
    struct arena arena = {0};

    (void)state;
    assert_null(arena_take(&arena, 1, 1));
    assert_null(arena_string(&arena, text_of("")));
    assert_int_equal(arena.used, 0);
}

static void test_string(void **state)
{
    uint8_t *room = malloc(96);
    struct arena arena = {room, 96, 0};
    char *unterminated = malloc(3), *copy;

    (void)state;
    assert_non_null(room);
    assert_non_null(unterminated);
    memset(room, 0xaa, 96);
    memcpy(unterminated, "abc", 3);
    copy = arena_string(&arena, (struct text){unterminated, 3});
    free(unterminated);
    assert_non_null(copy);
    assert_string_equal(copy, "abc");
    copy = arena_string(&arena, text_of("x"));
    assert_non_null(copy);
    assert_string_equal(copy, "x");
    copy = arena_string(&arena, (struct text){NULL, 0});
    assert_non_null(copy);
    assert_string_equal(copy, "");
    arena.used = 96 - 16;
    assert_null(arena_string(&arena, text_of("16 bytes, NUL out")));
    assert_int_equal(arena.used, 96 - 16);
    assert_null(arena_string(&arena, text_of("as many as fit..")));
    copy = arena_string(&arena, text_of("one byte less.."));
    assert_non_null(copy);
    assert_string_equal(copy, "one byte less..");
    free(room);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_take),
        cmocka_unit_test(test_absurd),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_string),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
