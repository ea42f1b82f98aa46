/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* A sink that keeps what it is given. */
struct kept {
    char text[8192];
    unsigned lines;
    enum log_level last;
};

static void keep(void *context, enum log_level level, struct text line)
{
    struct kept *kept = context;

    assert_true(line.length > 0 && line.data[line.length - 1] == '\n');
    assert_true(strlen(kept->text) + line.length < sizeof(kept->text));
    strncat(kept->text, line.data, line.length);
    kept->lines++;
    kept->last = level;
}

static int add_sink(struct kept *kept, enum log_level level)
{
    const struct log_sink sink = {keep, kept, level};

    memset(kept, 0, sizeof(*kept));
    return log_add(&sink);
}

static int setup(void **state)
{
    (void)state;
    log_reset();
    return 0;
}

/* What the ring holds, in room of exactly `size` bytes. */
static char *copy_log(size_t size)
{
    char *room = malloc(size);
    size_t length;

    assert_non_null(room);
    memset(room, '#', size);
    length = log_copy(room, size);
    assert_true(length < size);
    assert_int_equal(strlen(room), length);
    return room;
}

static void check_ring(const char *expected)
{
    char *room = copy_log(LOG_RING_SIZE + 1);

    assert_string_equal(room, expected);
    free(room);
}

static void test_lines(void **state)
{
    struct kept kept;

    (void)state;
    check_ring("");
    assert_true(add_sink(&kept, LOG_DEBUG) >= 0);
    log_error("first %d", 1);
    log_warning("second");
    log_info("%s", "third");
    log_debug("not at all");
    assert_string_equal(kept.text, "error: first 1\nwarning: second\ninfo: third\n");
    check_ring("error: first 1\nwarning: second\ninfo: third\n");
    log_reset();
    check_ring("");
    log_error("the sink is forgotten");
    assert_int_equal(kept.lines, 3);
}

/* Above the threshold a line is nowhere; above a sink's level it is in the ring only. */
static void test_levels(void **state)
{
    (void)state;
    for (int threshold = LOG_ERROR; threshold <= LOG_DEBUG; threshold++) {
        for (int wanted = LOG_ERROR; wanted <= LOG_DEBUG; wanted++) {
            for (int level = LOG_ERROR; level <= LOG_DEBUG; level++) {
                struct kept kept;
                char *room;

                log_reset();
                log_set_threshold((enum log_level)threshold);
                assert_true(add_sink(&kept, (enum log_level)wanted) >= 0);
                log_write((enum log_level)level, "line");
                room = copy_log(100);
                assert_int_equal(room[0] != '\0', level <= threshold);
                assert_int_equal(kept.lines, level <= threshold && level <= wanted);
                if (kept.lines > 0)
                    assert_int_equal(kept.last, level);
                free(room);
            }
        }
    }
}

static void test_sinks(void **state)
{
    struct kept kept[LOG_SINKS + 1];
    int handles[LOG_SINKS];

    (void)state;
    for (int i = 0; i < LOG_SINKS; i++) {
        handles[i] = add_sink(&kept[i], i % 2 == 0 ? LOG_WARNING : LOG_ERROR);
        assert_true(handles[i] >= 0);
        assert_int_equal(log_level_of(handles[i]), i % 2 == 0 ? LOG_WARNING : LOG_ERROR);
        for (int k = 0; k < i; k++)
            assert_int_not_equal(handles[i], handles[k]);
    }
    assert_int_equal(add_sink(&kept[LOG_SINKS], LOG_DEBUG), -1);

    log_warning("w");
    for (int i = 0; i < LOG_SINKS; i++)
        assert_int_equal(kept[i].lines, i % 2 == 0);
    assert_int_equal(kept[LOG_SINKS].lines, 0);

    log_set_level(handles[1], LOG_INFO);
    assert_int_equal(log_level_of(handles[1]), LOG_INFO);
    log_remove(handles[0]);
    log_info("i");
    log_error("e");
    assert_string_equal(kept[0].text, "warning: w\n");
    assert_string_equal(kept[1].text, "info: i\nerror: e\n");
    assert_string_equal(kept[2].text, "warning: w\nerror: e\n");

    /* the place that became free is taken again, and only that one */
    assert_int_equal(add_sink(&kept[LOG_SINKS], LOG_DEBUG), handles[0]);
    assert_int_equal(add_sink(&kept[0], LOG_DEBUG), -1);
    log_info("again");
    assert_string_equal(kept[LOG_SINKS].text, "info: again\n");
}

/* A handle that log_add refused to give may be used like another: nothing happens. */
static void test_no_handle(void **state)
{
    static const int none[] = {-1, LOG_SINKS, 1000, -1000};
    struct kept kept;

    (void)state;
    assert_true(add_sink(&kept, LOG_INFO) >= 0);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        log_set_level(none[i], LOG_DEBUG);
        log_remove(none[i]);
        assert_int_equal(log_level_of(none[i]), LOG_ERROR);
    }
    log_info("still there");
    assert_int_equal(kept.lines, 1);
}

static void test_silence(void **state)
{
    struct kept kept;

    (void)state;
    assert_true(add_sink(&kept, LOG_DEBUG) >= 0);
    log_info("before");
    log_silence();
    log_error("while silent");
    assert_string_equal(kept.text, "info: before\n");
    log_unsilence();
    log_info("after");
    assert_string_equal(kept.text, "info: before\ninfo: after\n");
    check_ring("info: before\nerror: while silent\ninfo: after\n");
    log_silence();
    log_reset();
    assert_true(add_sink(&kept, LOG_DEBUG) >= 0);
    log_info("reset ends the silence");
    assert_int_equal(kept.lines, 1);
}

/* 1 KiB always fits; a longer line is cut, and is a line all the same. */
static void test_long_lines(void **state)
{
    char longest[3001];

    (void)state;
    memset(longest, 'a', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    for (int length = 1000; length <= 3000; length++) {
        struct kept kept;
        size_t expected = strlen("warning: ") + (size_t)length + 1;

        log_reset();
        assert_true(add_sink(&kept, LOG_DEBUG) >= 0);
        log_warning("%.*s", length, longest);
        assert_int_equal(kept.lines, 1);
        assert_memory_equal(kept.text, "warning: aaa", 12);
        if (length <= 1024)
            assert_int_equal(strlen(kept.text), expected);
        else
            assert_in_range(strlen(kept.text), 1024, expected);
        assert_int_equal(kept.text[strlen(kept.text) - 1], '\n');
        check_ring(kept.text);
    }
}

/* ---- the ring ---- */

static char all[4 * LOG_RING_SIZE]; /* that was written */

/* The longest end of `all` that begins with a whole line and that `kept` bytes hold. */
static const char *longest_end(size_t kept)
{
    size_t length = strlen(all);
    const char *start = all + (length > kept ? length - kept : 0);

    while (start > all && *start != '\0' && start[-1] != '\n')
        start++;
    return start;
}

/* A line that fits to the last byte may be left out: whether it is whole can then not be seen. */
static void check_copy(size_t size)
{
    size_t kept = size - 1 < LOG_RING_SIZE ? size - 1 : LOG_RING_SIZE;
    const char *expected = longest_end(kept);
    char *room = copy_log(size);

    if (strcmp(room, expected) != 0 && (expected == all || strcmp(room, longest_end(kept - 1)) != 0))
        fail_msg("%zu bytes logged, room for %zu: begins with '%.40s' (%zu bytes) instead of '%.40s' (%zu bytes)",
                 strlen(all), size, room, strlen(room), expected, strlen(expected));
    free(room);
}

/* Writes a line and notes it. */
static void write_line(const char *text)
{
    strcat(all, "info: ");
    strcat(all, text);
    strcat(all, "\n");
    log_info("%s", text);
}

static void test_ring_wraps(void **state)
{
    (void)state;
    all[0] = '\0';
    for (unsigned i = 0; strlen(all) < 3 * LOG_RING_SIZE; i++) {
        char text[64];

        snprintf(text, sizeof(text), "line %u%.*s", i, (int)(i % 13), "............");
        write_line(text);
        if (i % 7 == 0 || (strlen(all) > LOG_RING_SIZE - 200 && strlen(all) < LOG_RING_SIZE + 200))
            check_copy(LOG_RING_SIZE + 1);
    }
    for (size_t size = 1; size < 200; size++)
        check_copy(size);
    for (size_t size = LOG_RING_SIZE - 100; size < LOG_RING_SIZE + 100; size++)
        check_copy(size);
}

/* Nothing is lost yet, and the room is of any size. */
static void test_little_room(void **state)
{
    (void)state;
    all[0] = '\0';
    write_line("one");
    write_line("and two");
    write_line("");
    write_line("four");
    for (size_t size = 1; size < strlen(all) + 10; size++)
        check_copy(size);
}

/* Lines of one length that divides the ring's: its oldest byte begins a line. */
static void test_ring_exactly_full(void **state)
{
    (void)state;
    all[0] = '\0';
    for (unsigned i = 0; i < 3 * LOG_RING_SIZE / 64; i++) {
        char text[64];

        snprintf(text, sizeof(text), "%057u", i);
        write_line(text);
    }
    assert_int_equal(strlen(all), 3 * LOG_RING_SIZE);
    check_copy(LOG_RING_SIZE + 1);
    check_copy(LOG_RING_SIZE);
    check_copy(LOG_RING_SIZE + 2);
    check_copy(LOG_RING_SIZE - 63);
}

/* No room at all is left alone; room for the NUL only gets it. */
static void test_no_room(void **state)
{
    char room[2] = "##";

    (void)state;
    log_info("something");
    assert_int_equal(log_copy(room, 0), 0);
    assert_memory_equal(room, "##", 2);
    assert_int_equal(log_copy(room, 1), 0);
    assert_memory_equal(room, "\0#", 2);
}

/* ---- names ---- */

static void test_names(void **state)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    static const char *const others[] = {"", "Error", "warn", "infos", "debug ", "4", "-1"};
    enum log_level level;

    (void)state;
    for (int i = LOG_ERROR; i <= LOG_DEBUG; i++) {
        level = (enum log_level)((i + 1) % 4);
        assert_string_equal(log_level_name((enum log_level)i), names[i]);
        assert_true(log_level_parse(text_of(names[i]), &level));
        assert_int_equal(level, i);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        level = LOG_WARNING;
        assert_false(log_level_parse(text_of(others[i]), &level));
        assert_int_equal(level, LOG_WARNING);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_lines, setup),
        cmocka_unit_test_setup(test_levels, setup),
        cmocka_unit_test_setup(test_sinks, setup),
        cmocka_unit_test_setup(test_no_handle, setup),
        cmocka_unit_test_setup(test_silence, setup),
        cmocka_unit_test_setup(test_long_lines, setup),
        cmocka_unit_test_setup(test_ring_wraps, setup),
        cmocka_unit_test_setup(test_little_room, setup),
        cmocka_unit_test_setup(test_ring_exactly_full, setup),
        cmocka_unit_test_setup(test_no_room, setup),
        cmocka_unit_test_setup(test_names, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
