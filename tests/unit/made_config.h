/* SPDX-License-Identifier: BSD-2-Clause */
/* Configuration files, read as the loader reads them, with what it says of them. */
#ifndef BATON_TEST_MADE_CONFIG_H
#define BATON_TEST_MADE_CONFIG_H

#include "config.h"

#define ENTRY_FILE  "/loader/entries/x.conf"
#define LOADER_FILE "/loader/loader.conf"
#define TEXT(literal)                                                                                                  \
    (struct text)                                                                                                      \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

/* What is read into, what came of it, and what was logged. */
struct made_config {
    uint8_t room[512 * 1024];
    struct arena arena;
    struct error error;
    struct entry entry;
    struct loader_config loader;
    char logged[64 * 1024];
    unsigned logged_lines;
};
extern struct made_config made;

/* What each test starts with: a cmocka setup. */
int made_config_start(void **state);
void forget_log(void);

/* The parser gets a copy as long as the text, and it is gone before the result is looked at. */
enum status parse_entry_named(const char *file, struct text text);
enum status parse_loader_text(struct text text);

/* The same for what must be read well. */
void parse_entry(const char *text);
void parse_loader(const char *text);

/* The whole message, results untouched, and the room given back. */
void check_refused(struct text text, const char *message);
void check_loader_refused(struct text text, const char *message);

/* An entry that says nothing, of which nothing was said. */
void check_nothing(void);

/* The caller frees it. */
char *repeat(const char *unit, size_t count);

#endif
