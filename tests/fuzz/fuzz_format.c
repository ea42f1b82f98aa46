/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formats of up to four conversions, with all flags, widths, precisions and lengths: the bytes, the length and the NUL
 * that the C library gives, in a room of any size. Then the log: its copy begins with a whole line, and has the end of
 * all that was said.
 */
#include <stdio.h>
#include <string.h>

#include "format.h"
#include "fuzz.h"
#include "log.h"

#define ROOM 700

static char expected[ROOM], got[ROOM];

/* One conversion as a format, without its end. */
static size_t write_flags(struct input *input, char *format, bool is_number)
{
    uint64_t how = input_number(input, 1);
    size_t size = 0;

    format[size++] = '%';
    if (how & 1)
        format[size++] = '-';
    if (is_number && how & 2)
        format[size++] = '0';
    if (how & 4)
        size += (size_t)sprintf(format + size, "%u", (unsigned)(1 + input_number(input, 1) % 100));
    format[size] = '\0';
    return size;
}

/* Formats are made here, so the compiler cannot look at them. */
#pragma clang diagnostic ignored "-Wformat-nonliteral"
#pragma clang diagnostic ignored "-Wformat-security"

#define BOTH(...)                                                                                                      \
    do {                                                                                                               \
        CHECK(snprintf(expected, ROOM, __VA_ARGS__) == (int)format_text(got, size, __VA_ARGS__));                      \
        if (size > 0)                                                                                                  \
            CHECK(strncmp(expected, got, size - 1) == 0 && strlen(got) < size);                                        \
    } while (false)

static void check_number(struct input *input, size_t size)
{
    static const char *const lengths[] = {"", "l", "ll", "z", "h", "hh"};
    static const char letters[] = "diuxX";
    char format[64];
    size_t at = write_flags(input, format, true);
    uint64_t which = input_below(input, COUNT(lengths)), letter = input_below(input, 5), number = input_wide(input);
    const char *hash = letter > 2 && input_flag(input) ? "#" : "";

    (void)sprintf(format + at, "%s%c", lengths[which], letters[letter]);
    if (*hash) { /* stands with the other flags */
        memmove(format + 2, format + 1, strlen(format));
        format[1] = '#';
    }
    if (which >= 1 && which <= 3)
        BOTH(format, (unsigned long long)number);
    else
        BOTH(format, (unsigned)number);
}

static void check_string(struct input *input, size_t size)
{
    char format[64];
    size_t at = write_flags(input, format, false);
    const char *string = input_string(input, 100);
    size_t length = strlen(string);
    int precision = (int)input_number(input, 1) - 20;
    uint64_t how = input_below(input, 4);

    if (how == 0) {
        (void)sprintf(format + at, "s|%%c|%%%%");
        BOTH(format, string, 'x');
    } else if (how == 1) {
        (void)sprintf(format + at, ".%ds", precision & 0x7f);
        BOTH(format, string);
    } else if (how == 2) {
        (void)sprintf(format + at, ".*s");
        BOTH(format, precision, string);
    } else {
        char *cut = fuzz_room(length); /* no NUL behind it */

        memcpy(cut, string, length);
        (void)sprintf(format + at, ".*s");
        BOTH(format, (int)length, cut);
    }
}

/* Each gets whole lines that are not too long. */
static void check_line(void *context, enum log_level level, struct text line)
{
    *(unsigned *)context += 1;
    CHECK(level <= LOG_DEBUG && line.length > 1 && line.length <= 1100 && line.data[line.length - 1] == '\n');
}

static void check_log(struct input *input)
{
    static char all[LOG_RING_SIZE + 1], tail[64];
    size_t size = 1 + (size_t)input_number(input, 2) % LOG_RING_SIZE, length, last;
    char *copy = fuzz_room(size);
    uint64_t said = input_number(input, 1), lines;

    unsigned lines_written = 0;
    const struct log_sink sink = {check_line, &lines_written, LOG_DEBUG};
    int handle = log_add(&sink);

    CHECK(handle >= 0 && log_level_of(handle) == LOG_DEBUG);
    log_set_threshold(LOG_DEBUG);
    for (lines = said; lines > 0; lines--)
        log_write((enum log_level)(lines % 4), "%.*s", (int)(lines * 7 % 1200), got);
    (void)format_text(tail, sizeof(tail), "info: the end %x\n", (unsigned)input_number(input, 1));
    log_info("%.*s", (int)strlen(tail) - 7, tail + 6);
    CHECK(lines_written == said + 1);
    log_remove(handle);
    CHECK(log_copy(all, sizeof(all)) == strlen(all));
    length = log_copy(copy, size);
    last = strlen(tail);
    CHECK(length < size && copy[length] == '\0');
    CHECK(strlen(all) >= last && strcmp(all + strlen(all) - last, tail) == 0);
    CHECK(length <= strlen(all) && strcmp(copy, all + strlen(all) - length) == 0);
    CHECK(length == 0 || length == strlen(all) || all[strlen(all) - length - 1] == '\n');
}

void fuzz(struct input *input)
{
    size_t size = (size_t)input_number(input, 1) * 2;

    memset(got, 'g', sizeof(got));
    got[ROOM - 1] = '\0';
    for (unsigned i = 0; i < 4 && input->size > 0; i++) {
        if (input_flag(input))
            check_number(input, size);
        else
            check_string(input, size);
    }
    check_log(input);
}
