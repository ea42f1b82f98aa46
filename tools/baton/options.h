/* SPDX-License-Identifier: BSD-2-Clause */
/* Command lines, described by a table: it parses them and prints the help. */
#ifndef BATON_OPTIONS_H
#define BATON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "error.h"
#include "pool.h"

enum option_kind {
    OPTION_FLAG, /* no value; the field is a bool */
    OPTION_TEXT, /* one value, the last one counts; the field is a const char *, NULL when not given */
    OPTION_LIST, /* any number of values; the field is a struct list */
};

struct option_spec {
    const char *name;  /* with its hyphens: "--smp", "-m" */
    const char *value; /* how the help calls the value; NULL for a flag */
    const char *help;  /* one or more lines */
    enum option_kind kind;
    size_t offset; /* of the field in the command's struct of values */
};

/* A subcommand's command line. Every one knows --help too. */
struct syntax {
    const char *name;    /* "run" */
    const char *usage;   /* what stands behind "baton run" */
    const char *summary; /* one line */
    const char *about;   /* paragraphs before the options */
    const struct option_spec *options;
    size_t option_count;
    const char *notes; /* paragraphs after the options */
    bool takes_rest;   /* words after "--" are not ours */
    /* A flag that, given before the first positional word, makes all words behind that one positional, too, be they
     * dashed or not; up to "--". NULL for none. */
    const char *closing_flag;
};

/* What a command line held besides options. All zero before parsing. */
struct words {
    struct list positional;
    struct list rest; /* after "--"; without takes_rest they are positional */
    bool help;        /* --help was among the options; nothing else counts */
};

/*
 * Parses argv[0 … argc-1], the words behind the subcommand's name. `values` is the struct that the table's offsets
 * are for, all zero before. STATUS_INVALID: unknown option (the error names the nearest one), missing or
 * superfluous value.
 */
MUST_CHECK enum status options_parse(struct pool *pool, const struct syntax *syntax, int argc, char *const *argv,
                                     void *values, struct words *words, struct error *error);

/* The whole help text. */
void options_print_help(const struct syntax *syntax, FILE *file);

/*
 * The candidate that is so near to `word` that it was probably meant: it starts with it, or few letters differ.
 * NULL when none is.
 */
const char *options_nearest(const char *word, const char *const *candidates, size_t count);

#endif
