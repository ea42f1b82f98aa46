/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "made_config.h"

struct made_config made;

static void keep_line(void *context, enum log_level level, struct text line)
{
    size_t length = strlen(made.logged);

    (void)context;
    (void)level; /* the line begins with it */
    assert_true(length + line.length < sizeof(made.logged));
    memcpy(made.logged + length, line.data, line.length);
    made.logged[length + line.length] = '\0';
    made.logged_lines++;
}

void forget_log(void)
{
    made.logged[0] = '\0';
    made.logged_lines = 0;
}

int made_config_start(void **state)
{
    const struct log_sink sink = {keep_line, NULL, LOG_DEBUG};

    (void)state;
    log_reset();
    log_add(&sink);
    forget_log();
    memset(made.room, 0xaa, sizeof(made.room));
    made.arena = (struct arena){made.room, sizeof(made.room), 0};
    memset(&made.error, 0, sizeof(made.error));
    memset(&made.entry, 0xaa, sizeof(made.entry));
    memset(&made.loader, 0xaa, sizeof(made.loader));
    return 0;
}

/* The parser gets a copy as long as the text, and it is gone before the result is looked at. */
enum status parse_entry_named(const char *file, struct text text)
{
    char *exact = malloc(text.length + 1), *path = malloc(strlen(file) + 1);
    enum status status;

    assert_non_null(exact);
    assert_non_null(path);
    strcpy(path, file);
    memcpy(exact + 1, text.data, text.length);
    status = config_parse_entry(path, (struct text){exact + 1, text.length}, &made.arena, &made.entry, &made.error);
    free(path);
    free(exact);
    return status;
}

void parse_entry(const char *text)
{
    enum status status = parse_entry_named(ENTRY_FILE, text_of(text));

    if (status != STATUS_OK)
        fail_msg("%d: %s", status, made.error.text);
}

enum status parse_loader_text(struct text text)
{
    char *exact = malloc(text.length + 1);
    enum status status;

    assert_non_null(exact);
    memcpy(exact + 1, text.data, text.length);
    status =
        config_parse_loader(LOADER_FILE, (struct text){exact + 1, text.length}, &made.arena, &made.loader, &made.error);
    free(exact);
    return status;
}

void parse_loader(const char *text)
{
    enum status status = parse_loader_text(text_of(text));

    if (status != STATUS_OK)
        fail_msg("%d: %s", status, made.error.text);
}

/* The whole message, results untouched, and the room given back. */
void check_refused(struct text text, const char *message)
{
    uint8_t untouched[sizeof(made.entry)];
    size_t used = made.arena.used;

    memset(untouched, 0xaa, sizeof(untouched));
    memset(&made.entry, 0xaa, sizeof(made.entry));
    memset(&made.error, 0, sizeof(made.error));
    assert_int_equal(parse_entry_named(ENTRY_FILE, text), STATUS_INVALID);
    assert_string_equal(made.error.text, message);
    assert_memory_equal(&made.entry, untouched, sizeof(made.entry));
    assert_int_equal(made.arena.used, used);
}

void check_loader_refused(struct text text, const char *message)
{
    uint8_t untouched[sizeof(made.loader)];
    size_t used = made.arena.used;

    memset(untouched, 0xaa, sizeof(untouched));
    memset(&made.loader, 0xaa, sizeof(made.loader));
    memset(&made.error, 0, sizeof(made.error));
    assert_int_equal(parse_loader_text(text), STATUS_INVALID);
    assert_string_equal(made.error.text, message);
    assert_memory_equal(&made.loader, untouched, sizeof(made.loader));
    assert_int_equal(made.arena.used, used);
}

void check_nothing(void)
{
    assert_string_equal(made.entry.file, ENTRY_FILE);
    assert_string_equal(made.entry.id, "x.conf");
    assert_null(made.entry.title);
    assert_null(made.entry.version);
    assert_null(made.entry.machine_id);
    assert_null(made.entry.sort_key);
    assert_null(made.entry.architecture);
    assert_int_equal(made.entry.kernel_key, ENTRY_KERNEL_NONE);
    assert_null(made.entry.kernel);
    assert_string_equal(made.entry.options, "");
    assert_int_equal(made.entry.module_count, 0);
    assert_false(made.entry.has_load_address);
    assert_false(made.entry.has_entry_offset);
    assert_false(made.entry.has_memory_size);
    assert_false(made.entry.has_log_level);
    assert_false(made.entry.has_tries);
    assert_string_equal(made.logged, "");
}

char *repeat(const char *unit, size_t count)
{
    size_t length = strlen(unit);
    char *text = malloc(length * count + 1);

    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * length, unit, length);
    text[length * count] = '\0';
    return text;
}
