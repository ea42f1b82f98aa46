/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "chance.h"
#include "checked.h"
#include "progress.h"

#define MIB    (1ULL << 20)
#define HZ     3000000000ULL
#define BEGIN  123456789ULL /* what the counter shows then */
#define COLUMN 79

/* A medium, and a console on which a line takes `line` ticks. */
struct world {
    struct progress progress;
    uint64_t rate; /* bytes in a second */
    uint64_t line;
    uint64_t now;
    unsigned reads, lines;
    uint64_t first_line, last_read; /* ticks since the beginning */
    uint64_t between_lines;         /* the least */
    uint64_t largest;               /* piece */
};

static uint64_t ticks(uint64_t size, uint64_t rate)
{
    return (uint64_t)((unsigned __int128)size * HZ / rate);
}

/* Reads one part of a file as the loader does. */
static void read_part(struct world *world, uint64_t size)
{
    while (size > 0) {
        uint64_t piece = progress_next(&world->progress, size), before = world->now;

        assert_in_range(piece, 1, size);
        world->now += ticks(piece, world->rate);
        progress_read(&world->progress, piece, before, world->now);
        world->reads++;
        world->largest = max_u64(world->largest, piece);
        size -= piece;
        if (!progress_is_due(&world->progress))
            continue;
        before = world->now;
        if (world->lines++ == 0)
            world->first_line = before - BEGIN;
        else
            world->between_lines = min_u64(world->between_lines, before - world->last_read);
        world->now += world->line;
        progress_shown(&world->progress, before, world->now);
        world->last_read = before;
    }
}

static struct world load(uint64_t size, uint64_t rate)
{
    struct world world = {.rate = rate, .now = BEGIN, .between_lines = UINT64_MAX};

    progress_start(&world.progress, HZ, size, BEGIN);
    read_part(&world, size);
    return world;
}

static void test_short_ones_are_one_read_and_silent(void **state)
{
    struct world world = load(MIB, 10 * MIB);

    (void)state;
    assert_int_equal(world.reads, 1);
    assert_int_equal(world.lines, 0);
    world = load(64 * MIB, 130 * MIB);
    assert_int_equal(world.reads, 2); /* one MiB to know how fast it is, and all the rest */
    assert_int_equal(world.largest, 63 * MIB);
    assert_int_equal(world.lines, 0);
    world = load(512 * MIB, 2048 * MIB);
    assert_int_equal(world.reads, 2);
    assert_int_equal(world.lines, 0);
}

static void test_long_ones_are_shown(void **state)
{
    struct world world = load(512 * MIB, 40 * MIB); /* 12.8 seconds */

    (void)state;
    /* 1 MiB, a little more than half a second, then two seconds, which are 80 MiB, and in the end up to three. */
    assert_int_equal(world.largest, 88 * MIB);
    assert_int_equal(world.reads, 1 + 1 + 5 + 1);
    assert_in_range(world.first_line, HZ / 2, HZ / 10 * 9);
    assert_true(world.between_lines >= 2 * HZ);
    assert_int_equal(world.lines, 6);
}

/* Even where the first MiB takes longer than all the time that there is for silence. */
static void test_very_slow_medium(void **state)
{
    struct world world = load(10 * MIB, MIB / 4);

    (void)state;
    assert_int_equal(world.reads, 10);
    assert_int_equal(world.first_line, 4 * HZ);
    assert_int_equal(world.lines, 9); /* there is nothing to wait for behind the last read */
}

static void test_what_ends_just_in_time_is_silent(void **state)
{
    (void)state;
    for (uint64_t rate = 30 * MIB; rate < 160 * MIB; rate += MIB / 2) {
        struct world world = load(64 * MIB, rate);

        if (world.lines > 0)
            assert_true(world.first_line >= HZ / 2);
        if (ticks(65 * MIB, rate) + 100 <= HZ) {
            assert_int_equal(world.reads, 2);
            assert_int_equal(world.lines, 0);
        } else if (ticks(64 * MIB, rate) > HZ) {
            assert_int_equal(world.reads, 3);
            assert_int_equal(world.lines, 1);
        }
    }
}

/* Small files tell nothing of how fast large ones are; they are read as they are, and lines stay apart. */
static void test_small_files(void **state)
{
    struct world world = {.rate = MIB, .now = BEGIN, .between_lines = UINT64_MAX};

    (void)state;
    progress_start(&world.progress, HZ, 300 * 10000 + 64 * MIB, BEGIN);
    for (unsigned i = 0; i < 300; i++)
        read_part(&world, 10000);
    assert_int_equal(world.reads, 300);
    assert_in_range(world.first_line, HZ / 2, HZ / 2 + ticks(10000, MIB));
    assert_true(world.between_lines >= HZ / 4);
    assert_in_range(world.lines, 8, 11);
    world.rate = 1000 * MIB;
    read_part(&world, 64 * MIB);
    assert_int_equal(world.reads, 302); /* it is late already, but three seconds are enough for it */
}

/* It takes a tenth of the time at the most. */
static void test_slow_console(void **state)
{
    struct world world = {.rate = 10 * MIB, .now = BEGIN, .line = HZ, .between_lines = UINT64_MAX};

    (void)state;
    progress_start(&world.progress, HZ, 1000 * MIB, BEGIN);
    read_part(&world, 1000 * MIB);
    assert_in_range(world.lines, 9, 12);
    assert_true(world.between_lines >= 10 * HZ);
}

/* A medium that is quick after a pause: it is one piece late, which is as large as two seconds of the pause give. */
static void test_a_medium_that_changes(void **state)
{
    struct world world = {.rate = MIB, .now = BEGIN, .between_lines = UINT64_MAX};

    (void)state;
    progress_start(&world.progress, HZ, 300 * MIB, BEGIN);
    read_part(&world, MIB);
    world.rate = 400 * MIB;
    read_part(&world, 299 * MIB);
    assert_int_equal(world.reads, 1 + 1 + 1);
    assert_int_equal(world.largest, 297 * MIB);
}

static void test_no_clock(void **state)
{
    static const uint64_t unknown[] = {0, 1, 999};

    (void)state;
    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        struct progress progress;

        progress_start(&progress, unknown[i], 512 * MIB, BEGIN);
        assert_int_equal(progress_next(&progress, 512 * MIB), 512 * MIB);
        progress_read(&progress, MIB, BEGIN, BEGIN + 100 * HZ);
        assert_int_equal(progress_next(&progress, 511 * MIB), 511 * MIB);
        assert_false(progress_is_due(&progress));
    }
}

/* As it may on another processor. */
static void test_counter_that_goes_back(void **state)
{
    struct progress progress;

    (void)state;
    progress_start(&progress, HZ, 512 * MIB, BEGIN);
    progress_read(&progress, MIB, BEGIN, BEGIN - 1000);
    assert_false(progress_is_due(&progress));
    assert_int_equal(progress_next(&progress, 511 * MIB), 511 * MIB); /* it took no time, as far as one can see */
    progress_shown(&progress, BEGIN, BEGIN - 1000);
    assert_int_equal(progress.due, HZ / 4);
}

/* Whatever the counter shows, it goes on. */
static void test_chance(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 20000; number++) {
        struct chance chance = chance_case(number);
        struct progress progress;
        uint64_t total = chance_bits(&chance) >> chance_below(&chance, 64), left = total;

        progress_start(&progress, chance_bits(&chance) >> chance_below(&chance, 64), total, chance_bits(&chance));
        for (unsigned i = 0; i < 20 && left > 0; i++) {
            uint64_t piece = progress_next(&progress, left);
            char text[COLUMN + 1];
            size_t length;

            if (piece == 0 || piece > left)
                CHANCE_FAIL(&chance, "a piece of %llu bytes out of %llu", (unsigned long long)piece,
                            (unsigned long long)left);
            left -= piece;
            progress_read(&progress, piece, chance_bits(&chance), chance_bits(&chance));
            if (progress_is_due(&progress))
                progress_shown(&progress, chance_bits(&chance), chance_bits(&chance));
            length = progress_write(&progress, "/a", text, COLUMN);
            if (length != strlen(text))
                CHANCE_FAIL(&chance, "the line is \"%s\"", text);
        }
    }
}

/* ---- the line ---- */

static const char *line(uint64_t done, uint64_t total, uint64_t milliseconds, const char *path, size_t columns)
{
    static char text[256];
    struct progress progress = {
        .frequency = HZ, .total = total, .done = done, .elapsed = HZ / 1000 * milliseconds, .is_measured = true};
    size_t length;

    memset(text, '#', sizeof(text));
    length = progress_write(&progress, path, text, columns);
    assert_int_equal(length, strlen(text));
    assert_int_equal(text[columns + 1], '#');
    return text;
}

static void test_numbers(void **state)
{
    static const struct {
        uint64_t done, total, milliseconds;
        const char *expected;
    } rows[] = {
        {48 * MIB, 512 * MIB, 1371, "/i: 48 of 512 MiB, 35 MiB/s"},
        {1500 << 10, 3 * MIB, 1500, "/i: 1500 of 3072 KiB, 1000 KiB/s"},
        {0, 700, 1000, "/i: 0 of 0 KiB, 0 KiB/s"},
        {10 * MIB - 1, 10 * MIB, 500, "/i: 9 of 10 MiB, 19 MiB/s"},
        {10 * MIB - 1, 10 * MIB - 1, 1001, "/i: 10239 of 10239 KiB, 10228 KiB/s"},
        {4096 * MIB, 10239 * MIB, 2000, "/i: 4096 of 10239 MiB, 2048 MiB/s"},
        {4096 * MIB, 10240 * MIB, 100, "/i: 4 of 10 GiB, 40 GiB/s"},
        {4096ULL << 30, 8192ULL << 30, 4096000, "/i: 4096 of 8192 GiB, 1024 MiB/s"},
        {64 * MIB, 128 * MIB, 0, "/i: 64 of 128 MiB, 62 GiB/s"},
        {UINT64_MAX, UINT64_MAX, 1, "/i: 17179869183 of 17179869183 GiB, 17179869183999 GiB/s"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(line(rows[i].done, rows[i].total, rows[i].milliseconds, "/i", COLUMN), rows[i].expected);
}

static void test_long_paths(void **state)
{
    static const char path[] = "/folder/initrd.img-6.1.0";

    (void)state;
    /* The numbers have 23 columns, and the path 24. */
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 50), "/folder/initrd.img-6.1.0: 48 of 512 MiB, 48 MiB/s");
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 49), "/folder/initrd.img-6.1.0: 48 of 512 MiB, 48 MiB/s");
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 48), "...der/initrd.img-6.1.0: 48 of 512 MiB, 48 MiB/s");
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 33), "...6.1.0: 48 of 512 MiB, 48 MiB/s");
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 32), "48 of 512 MiB, 48 MiB/s");
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 10), "48 of 512 ");
    assert_string_equal(line(48 * MIB, 512 * MIB, 1000, path, 0), "");
}

/* What is left of a character would be none. */
static void test_paths_are_cut_between_characters(void **state)
{
    (void)state;
    for (size_t columns = 26; columns < 60; columns++) {
        const char *text =
            line(48 * MIB, 512 * MIB, 1000, "/\xc3\xa4\xe2\x82\xac\xc3\xa4\xe2\x82\xac\xc3\xa4\xe2\x82\xac", columns);

        assert_true(strlen(text) <= columns);
        if (strncmp(text, "...", 3) == 0)
            assert_true(((uint8_t)text[3] & 0xc0) != 0x80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_ones_are_one_read_and_silent),
        cmocka_unit_test(test_long_ones_are_shown),
        cmocka_unit_test(test_very_slow_medium),
        cmocka_unit_test(test_what_ends_just_in_time_is_silent),
        cmocka_unit_test(test_small_files),
        cmocka_unit_test(test_slow_console),
        cmocka_unit_test(test_a_medium_that_changes),
        cmocka_unit_test(test_no_clock),
        cmocka_unit_test(test_counter_that_goes_back),
        cmocka_unit_test(test_chance),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_long_paths),
        cmocka_unit_test(test_paths_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
