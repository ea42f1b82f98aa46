/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_say.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NARROWEST     40
#define LABEL_COLUMNS 11 /* "  memory   " */
#define INDENT        4  /* of a message's further rows */

/* What the sink needs. There is one log, so there is one listener. */
struct listener {
    struct pool *pool;
    struct check_messages *messages;
};

void check_say(struct pool *pool, struct check_messages *messages, enum log_level level, const char *text)
{
    messages->items =
        pool_grow(pool, messages->items, messages->count + 1, &messages->capacity, sizeof(messages->items[0]));
    messages->items[messages->count++] = (struct check_message){level, text};
    messages->errors += level == LOG_ERROR;
    messages->warnings += level == LOG_WARNING;
}

/* A line of the log is "level: text\n". */
static void take_line(void *context, enum log_level level, struct text line)
{
    const struct listener *listener = context;
    size_t prefix = strlen(log_level_name(level)) + 2;

    check_say(listener->pool, listener->messages, level,
              pool_copy(listener->pool, line.data + prefix, line.length - prefix - 1));
}

void check_listen(struct pool *pool, struct check_messages *messages)
{
    struct listener *listener = pool_take(pool, sizeof(*listener));

    *listener = (struct listener){pool, messages};
    log_reset();
    (void)log_add(&(struct log_sink){take_line, listener, LOG_INFO}); /* there is room: nobody else listens */
}

void check_unlisten(void)
{
    log_reset();
}

const char *check_verdict(struct pool *pool, const struct check_messages *messages)
{
    if (messages->errors > 0)
        return "does not boot";
    if (messages->warnings == 0)
        return "boots";
    return pool_format(pool, "boots, with %zu warning%s", messages->warnings, messages->warnings == 1 ? "" : "s");
}

/* The terminal's width; SIZE_MAX when the output goes elsewhere: programs look for whole lines. */
static size_t columns(void)
{
    struct winsize size;

    if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return SIZE_MAX;
    return size.ws_col < NARROWEST ? NARROWEST : size.ws_col;
}

/* Prints the text in rows; the first one begins at column `used`, the others at `indent`. Lines that begin with a blank
 * are laid out already. */
static void print_rows(const char *text, size_t used, size_t indent)
{
    struct text rest = text_of(text);
    struct text line;
    size_t width = columns();

    while (text_take_line(&rest, &line)) {
        bool laid_out = line.length > 0 && line.data[0] == ' ';

        do {
            struct text row = laid_out ? line : text_take_row(&line, width - (used > 0 ? used : indent));

            printf("%*s%.*s\n", used > 0 ? 0 : (int)indent, "", (int)row.length, row.data);
            used = 0;
        } while (!laid_out && line.length > 0);
    }
}

void check_print_messages(struct pool *pool, const struct check_messages *messages)
{
    for (size_t i = 0; i < messages->count; i++) {
        const struct check_message *message = &messages->items[i];

        print_rows(pool_format(pool, "  %s: %s", log_level_name(message->level), message->text) + 2,
                   (size_t)printf("%s", "  "), INDENT);
    }
}

void check_print_line(const char *label, const char *text)
{
    print_rows(text, (size_t)printf("  %-*s", LABEL_COLUMNS - 2, label), LABEL_COLUMNS);
}

const char *check_size(struct pool *pool, uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    uint64_t whole = bytes >> 10, rest = bytes & 1023;
    size_t unit = 0;

    if (bytes < 1024)
        return pool_format(pool, "%llu byte%s", (unsigned long long)bytes, bytes == 1 ? "" : "s");
    for (; whole >= 1024; unit++) {
        rest = whole & 1023;
        whole >>= 10;
    }
    if (rest * 10 / 1024 == 0 || whole >= 100)
        return pool_format(pool, "%llu %s", (unsigned long long)whole, units[unit]);
    return pool_format(pool, "%llu.%llu %s", (unsigned long long)whole, (unsigned long long)(rest * 10 / 1024),
                       units[unit]);
}
