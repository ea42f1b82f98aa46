/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <string.h>

#define LONGEST_NAME 32 /* words that are longer get no hint */

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance: how many letters must be put in, left out or exchanged. Row by row of the usual table. */
static size_t edit_distance(const char *a, const char *b)
{
    size_t row[LONGEST_NAME + 1];
    size_t columns = strlen(b);

    for (size_t column = 0; column <= columns; column++)
        row[column] = column;
    for (size_t line = 1; a[line - 1] != '\0'; line++) {
        size_t diagonal = row[0];

        row[0] = line;
        for (size_t column = 1; column <= columns; column++) {
            size_t exchanged = diagonal + (a[line - 1] != b[column - 1]);

            diagonal = row[column];
            row[column] = min_size(exchanged, min_size(row[column], row[column - 1]) + 1);
        }
    }
    return row[columns];
}

const char *options_nearest(const char *word, const char *const *candidates, size_t count)
{
    const char *nearest = NULL;
    size_t length = strlen(word);
    size_t limit = length / 3 + 1; /* the first distance that is too far */

    if (length < 2 || length > LONGEST_NAME)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        size_t distance;

        if (strlen(candidates[i]) > LONGEST_NAME)
            continue;
        if (length > 3 && strncmp(candidates[i], word, length) == 0)
            return candidates[i];
        distance = edit_distance(word, candidates[i]);
        if (distance < limit) {
            limit = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

/* The option that `word` begins with, as "--name", "--name=value", "-n" or "-nVALUE"; its value, if one is in the
 * same word, in *ret_value. */
static const struct option_spec *find_option(const struct syntax *syntax, const char *word, const char **ret_value)
{
    for (size_t i = 0; i < syntax->option_count; i++) {
        const struct option_spec *option = &syntax->options[i];
        size_t length = strlen(option->name);
        bool is_long = length > 2;

        if (strncmp(word, option->name, length) != 0)
            continue;
        if (word[length] == '\0') {
            *ret_value = NULL;
            return option;
        }
        if (is_long && word[length] == '=') {
            *ret_value = word + length + 1;
            return option;
        }
        if (!is_long && option->kind != OPTION_FLAG) {
            *ret_value = word + length;
            return option;
        }
    }
    return NULL;
}

static enum status refuse_unknown(struct pool *pool, const struct syntax *syntax, const char *word, struct error *error)
{
    size_t length = strcspn(word, "=");
    struct list names = {0};
    const char *nearest;

    for (size_t i = 0; i < syntax->option_count; i++)
        list_add(pool, &names, syntax->options[i].name);
    list_add(pool, &names, "--help");
    nearest = options_nearest(pool_copy(pool, word, length), names.items, names.count);
    if (nearest)
        return error_set(error, STATUS_INVALID, "unknown option %.*s (did you mean %s?)", (int)length, word, nearest);
    return error_set(error, STATUS_INVALID, "unknown option %.*s (\"baton %s --help\" lists them)", (int)length, word,
                     syntax->name);
}

static void store(struct pool *pool, const struct option_spec *option, const char *value, void *values)
{
    void *field = (char *)values + option->offset;

    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        break;
    case OPTION_TEXT:
        *(const char **)field = value;
        break;
    case OPTION_LIST:
        list_add(pool, field, value);
        break;
    }
}

/* Takes the option at argv[*index] and moves *index to its last word. */
static enum status parse_option(struct pool *pool, const struct syntax *syntax, int argc, char *const *argv, int *index,
                                void *values, struct error *error)
{
    const char *word = argv[*index];
    const char *value = NULL;
    const struct option_spec *option = find_option(syntax, word, &value);

    if (!option)
        return refuse_unknown(pool, syntax, word, error);
    if (option->kind == OPTION_FLAG && value)
        return error_set(error, STATUS_INVALID, "option %s takes no value", option->name);
    if (option->kind != OPTION_FLAG && !value) {
        if (*index + 1 == argc)
            return error_set(error, STATUS_INVALID, "option %s needs a value: %s %s", option->name, option->name,
                             option->value);
        value = argv[++*index];
    }
    store(pool, option, value, values);
    return STATUS_OK;
}

/* Does the positional word that comes now end the options? */
static bool ends_options(const struct syntax *syntax, const void *values)
{
    const char *value;
    const struct option_spec *flag = syntax->closing_flag ? find_option(syntax, syntax->closing_flag, &value) : NULL;

    return flag && *(const bool *)((const char *)values + flag->offset);
}

enum status options_parse(struct pool *pool, const struct syntax *syntax, int argc, char *const *argv, void *values,
                          struct words *words, struct error *error)
{
    bool closed = false;

    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc)
                list_add(pool, syntax->takes_rest ? &words->rest : &words->positional, argv[i]);
        } else if (closed) {
            list_add(pool, &words->positional, argv[i]);
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            words->help = true;
            return STATUS_OK;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0') {
            enum status status = parse_option(pool, syntax, argc, argv, &i, values, error);

            if (status != STATUS_OK)
                return status;
        } else {
            closed = words->positional.count == 0 && ends_options(syntax, values);
            list_add(pool, &words->positional, argv[i]);
        }
    }
    return STATUS_OK;
}

/* The help's lines, each indented behind the option's column. */
static void print_option(const char *name, const char *value, const char *help, FILE *file)
{
    int column = fprintf(file, "  %s%s%s", name, value ? " " : "", value ? value : "");

    for (const char *line = help; *line != '\0';) {
        int length = (int)strcspn(line, "\n");

        if (column > 24) {
            (void)fputc('\n', file);
            column = 0;
        }
        (void)fprintf(file, "%*s%.*s\n", 26 - column, "", length, line);
        column = 0;
        line += length + (line[length] == '\n');
    }
}

void options_print_help(const struct syntax *syntax, FILE *file)
{
    (void)fprintf(file, "Usage: baton %s %s\n\n%s\n\nOptions:\n", syntax->name, syntax->usage, syntax->about);
    for (size_t i = 0; i < syntax->option_count; i++)
        print_option(syntax->options[i].name, syntax->options[i].value, syntax->options[i].help, file);
    print_option("--help", NULL, "this text", file);
    if (syntax->notes)
        (void)fprintf(file, "\n%s\n", syntax->notes);
}
