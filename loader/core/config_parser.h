/* SPDX-License-Identifier: BSD-2-Clause */
/* What the readers of loader.conf and of entry files share: lines, keys, and remarks on them (config.h). */
#ifndef BATON_CONFIG_PARSER_H
#define BATON_CONFIG_PARSER_H

#include "config.h"

/* A part of the file as an argument for "%.*s", cut so that what follows it in the message stays in sight. */
#define QUOTE(text) ((text).length < 64 ? (int)(text).length : 64), (text).data

/*
 * The text is copied once, and the values become strings where they stand in that copy: the byte behind a value is a
 * blank, a quote, a line end or the copy's last NUL. So all room is taken before the first line is looked at.
 */
#define CONFIG_KEYS_MAX 32

struct config_parser {
    const char *file;
    struct error *error;
    char *copy;
    struct text rest;                /* of the copy */
    unsigned line;                   /* counted from 1 */
    unsigned given[CONFIG_KEYS_MAX]; /* the line where each key of the table stood last; 0: nowhere */
    unsigned remarks[LOG_DEBUG + 1];
    struct loader_config loader;
    struct entry entry;
    char *options; /* the entry's, as they grow */
    size_t options_length;
    char *overlays;              /* where the next path goes */
    struct entry_module *extras; /* behind the initrds that the file has */
};

struct config_key {
    const char *name;
    enum status (*set)(struct config_parser *parser, const struct config_key *key, struct text value);
    size_t target; /* for config_set_string: where in struct config_parser the string goes */
    bool repeats;  /* each line counts */
};

struct config_table {
    const struct config_key *keys;
    size_t count;
    const char *idle; /* known keys that do nothing here, with blanks between them */
};

/* Whether another line of that level may be logged: a file has only so many remarks. */
bool config_may_remark(struct config_parser *parser, enum log_level level);

/* `value`, which lies in the copy, as a string where it stands. */
char *config_end_string(struct config_parser *parser, struct text value);

/* A key's `set` for a string, which goes to the key's target. One without a value does nothing. */
MUST_CHECK enum status config_set_string(struct config_parser *parser, const struct config_key *key, struct text value);

/* The value as a log level. STATUS_INVALID, with words, when it is none. */
MUST_CHECK enum status config_read_level(struct config_parser *parser, const struct config_key *key, struct text value,
                                         enum log_level *ret_level);

/* Copies the text, without its byte order mark, into the arena. STATUS_NEED_ROOM; STATUS_INVALID for what is no text.
 */
MUST_CHECK enum status config_start(struct config_parser *parser, struct text text, struct arena *arena);

/* Reads the copy's lines with a table's keys. */
MUST_CHECK enum status config_read_lines(struct config_parser *parser, const struct config_table *table);

/* The line where a key of the table stood last; 0 when it stood nowhere. */
unsigned config_line_of(const struct config_parser *parser, const struct config_table *table, const char *key);

/* STATUS_NEED_ROOM. */
MUST_CHECK enum status config_need_room(struct config_parser *parser);

#endif
