/* SPDX-License-Identifier: BSD-2-Clause */
/* What `baton check` prints, and what the loader's code says meanwhile. */
#ifndef BATON_CHECK_SAY_H
#define BATON_CHECK_SAY_H

#include "error.h"
#include "log.h"
#include "pool.h"

struct check_message {
    enum log_level level;
    const char *text; /* without its level; may have several lines */
};

/* What was said of one kernel, entry or file. All zero: nothing. */
struct check_messages {
    struct check_message *items;
    size_t count;
    size_t capacity;
    size_t errors;
    size_t warnings;
};

void check_say(struct pool *pool, struct check_messages *messages, enum log_level level, const char *text);

/* From here to check_unlisten, what the loader's code writes to its log goes to *messages. */
void check_listen(struct pool *pool, struct check_messages *messages);
void check_unlisten(void);

/* "boots", "boots, with 2 warnings", "does not boot". */
const char *check_verdict(struct pool *pool, const struct check_messages *messages);

/* Prints them, indented, in lines that fit the terminal; whole where there is none. */
void check_print_messages(struct pool *pool, const struct check_messages *messages);

/* A line "  label    text" of a report; the text is broken to fit. */
void check_print_line(const char *label, const char *text);

/* "12 KiB", "1.5 MiB", "3 bytes". */
const char *check_size(struct pool *pool, uint64_t bytes);

#endif
