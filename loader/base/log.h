/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: lines with a level, sent to every sink that wants that level, and kept in a ring that the kernel gets.
 * The sinks and the ring are the program's only global state.
 */
#ifndef BATON_LOG_H
#define BATON_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "status.h"
#include "text.h"

enum log_level {
    LOG_ERROR,   /* what stops a boot */
    LOG_WARNING, /* what a person should look at */
    LOG_INFO,    /* the steps of a boot */
    LOG_DEBUG,   /* everything */
};

#define LOG_RING_SIZE 32768
#define LOG_SINKS     4

/* A place where lines go: `write` gets whole lines, their "\n" included. */
struct log_sink {
    void (*write)(void *context, enum log_level level, struct text line);
    void *context;
    enum log_level level; /* the most talkative level that is wanted */
};

/* Forgets all sinks and all lines, and keeps lines up to LOG_INFO from here on. */
void log_reset(void);

/* Lines above this level are not even kept in the ring: a memory map at debug level costs more than the whole boot. */
void log_set_threshold(enum log_level level);

/* Whether a line of this level is worth making. */
bool log_is_kept(enum log_level level);

/* Copies `sink`. Returns a handle for log_set_level and log_remove, or -1 when LOG_SINKS are in use. */
int log_add(const struct log_sink *sink);
void log_remove(int handle);
void log_set_level(int handle, enum log_level level);
enum log_level log_level_of(int handle);

/* From here on only the ring gets lines: nothing may be printed between the memory map and ExitBootServices. */
void log_silence(void);

/* Lets the sinks have lines again. */
void log_unsilence(void);

/* One line of `level`; a newline is added. Lines of over 1 KiB are cut. */
void log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...)   log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_DEBUG, __VA_ARGS__)

/*
 * Copies the lines that the ring still holds, oldest first, beginning with a whole line, and a NUL. `size` is the
 * room's in bytes; LOG_RING_SIZE + 1 always suffices. Returns the bytes without the NUL.
 */
size_t log_copy(char *room, size_t size);

const char *log_level_name(enum log_level level);

/* "error", "warning", "info", "debug". false, and the result left alone, for anything else. */
MUST_CHECK bool log_level_parse(struct text text, enum log_level *ret_level);

#endif
