/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#include "format.h"
#include "memory.h"

#define LINE_SIZE 1280 /* a whole error text fits */

static struct {
    struct log_sink sinks[LOG_SINKS]; /* a free place has no write function */
    enum log_level threshold;
    bool silent;
    size_t written; /* bytes since the start; the ring holds the last LOG_RING_SIZE of them */
    char ring[LOG_RING_SIZE];
} state;

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_reset(void)
{
    memset(state.sinks, 0, sizeof(state.sinks)); /* the ring need not be cleared: none of it counts as written */
    state.threshold = LOG_INFO;
    state.silent = false;
    state.written = 0;
}

void log_set_threshold(enum log_level level)
{
    state.threshold = level;
}

bool log_is_kept(enum log_level level)
{
    return level <= state.threshold;
}

int log_add(const struct log_sink *sink)
{
    for (int i = 0; i < LOG_SINKS; i++) {
        if (!state.sinks[i].write) {
            state.sinks[i] = *sink;
            return i;
        }
    }
    return -1;
}

static bool is_handle(int handle)
{
    return handle >= 0 && handle < LOG_SINKS;
}

void log_remove(int handle)
{
    if (is_handle(handle))
        state.sinks[handle].write = NULL;
}

void log_set_level(int handle, enum log_level level)
{
    if (is_handle(handle))
        state.sinks[handle].level = level;
}

enum log_level log_level_of(int handle)
{
    return is_handle(handle) ? state.sinks[handle].level : LOG_ERROR;
}

void log_silence(void)
{
    state.silent = true;
}

void log_unsilence(void)
{
    state.silent = false;
}

void log_write(enum log_level level, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;
    size_t length;

    if (!log_is_kept(level))
        return;
    length = format_text(line, sizeof(line), "%s: ", level_names[level]);
    va_start(arguments, format);
    length += format_list(line + length, sizeof(line) - length - 1, format, arguments);
    va_end(arguments);
    if (length > sizeof(line) - 2)
        length = sizeof(line) - 2;
    line[length++] = '\n';

    for (size_t i = 0; i < length; i++)
        state.ring[state.written++ % LOG_RING_SIZE] = line[i];
    if (state.silent)
        return;
    for (int i = 0; i < LOG_SINKS; i++) {
        const struct log_sink *sink = &state.sinks[i];

        if (sink->write && level <= sink->level)
            sink->write(sink->context, level, (struct text){line, length});
    }
}

size_t log_copy(char *room, size_t size)
{
    size_t kept = state.written < LOG_RING_SIZE ? state.written : LOG_RING_SIZE;
    size_t start, length = 0;

    if (size == 0)
        return 0;
    if (kept > size - 1)
        kept = size - 1;
    start = state.written - kept;
    if (start > 0) { /* the oldest lines are gone: begin behind the end of the one that is cut */
        while (start < state.written && state.ring[start++ % LOG_RING_SIZE] != '\n')
            ;
    }
    while (start < state.written)
        room[length++] = state.ring[start++ % LOG_RING_SIZE];
    room[length] = '\0';
    return length;
}

const char *log_level_name(enum log_level level)
{
    return level_names[level];
}

bool log_level_parse(struct text text, enum log_level *ret_level)
{
    for (unsigned i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (text_is(text, level_names[i])) {
            *ret_level = (enum log_level)i;
            return true;
        }
    }
    return false;
}
