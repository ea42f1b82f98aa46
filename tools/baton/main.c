/* SPDX-License-Identifier: BSD-2-Clause */
/* The host command. `baton --help` says what it does. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "host_file.h"
#include "options.h"
#include "process.h"

#ifndef BATON_VERSION_STRING
#define BATON_VERSION_STRING "dev"
#endif

static const struct {
    const struct syntax *syntax;
    int (*start)(struct pool *pool, int argc, char *const *argv);
} commands[] = {
    {&run_syntax, run_command},
    {&image_syntax, image_command},
    {&check_syntax, check_command},
};

/* What the help without a command says all about. */
static const char *const other_words[] = {"help", "version", "--help", "--version", "--print-include-dir"};

#define COMMAND_COUNT    (sizeof(commands) / sizeof(commands[0]))
#define OTHER_WORD_COUNT (sizeof(other_words) / sizeof(other_words[0]))

static void print_help(FILE *file)
{
    (void)fprintf(file, "Usage: baton COMMAND …\n\n"
                        "Baton boots kernels by UEFI. This command tries them out and makes disks of them.\n\n"
                        "Commands:\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(file, "  %-22s %s\n", commands[i].syntax->name, commands[i].syntax->summary);
    (void)fprintf(file, "  %-22s %s\n", "help COMMAND", "say all about a command, as COMMAND --help does");
    (void)fprintf(file, "  %-22s %s\n", "version, --version", "print the version");
    (void)fprintf(file, "  %-22s %s\n", "--print-include-dir", "print the folder to give a compiler with -I for");
    (void)fprintf(file, "  %-22s %s\n", "", "#include <baton/baton.h>");
}

static int print_include_folder(struct pool *pool)
{
    const char *own;
    const char *folder;
    struct error error;
    enum status status = host_file_own_folder(pool, &own, &error);

    if (status == STATUS_OK)
        status = host_file_resolve(pool, pool_format(pool, "%s/../include", own), &folder, &error);
    if (status == STATUS_OK && access(pool_format(pool, "%s/baton/baton.h", folder), R_OK) != 0)
        status = error_set(&error, STATUS_NOT_FOUND, "%s/baton/baton.h is not there", folder);
    if (status != STATUS_OK) {
        (void)fprintf(stderr, "baton: %s\n", error.text);
        return EXIT_CODE_FAILED;
    }
    printf("%s\n", folder);
    return EXIT_CODE_OK;
}

static int refuse_unknown(struct pool *pool, const char *word)
{
    struct list names = {0};
    const char *nearest;

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        list_add(pool, &names, commands[i].syntax->name);
    for (size_t i = 0; i < OTHER_WORD_COUNT; i++)
        list_add(pool, &names, other_words[i]);
    nearest = options_nearest(word, names.items, names.count);
    (void)fprintf(stderr, "baton: unknown %s %s (%s%s%s)\n", word[0] == '-' ? "option" : "command", word,
                  nearest ? "did you mean " : "", nearest ? nearest : "\"baton --help\" lists what there is",
                  nearest ? "?" : "");
    return EXIT_CODE_USAGE;
}

static int help(struct pool *pool, int argc, char *const *argv)
{
    if (argc == 0) {
        print_help(stdout);
        return EXIT_CODE_OK;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[0], commands[i].syntax->name) == 0) {
            options_print_help(commands[i].syntax, stdout);
            return EXIT_CODE_OK;
        }
    }
    for (size_t i = 0; i < OTHER_WORD_COUNT; i++) {
        if (strcmp(argv[0], other_words[i]) == 0) {
            print_help(stdout);
            return EXIT_CODE_OK;
        }
    }
    return refuse_unknown(pool, argv[0]);
}

static int dispatch(struct pool *pool, int argc, char *const *argv)
{
    const char *word = argc > 0 ? argv[0] : "";

    if (argc == 0) {
        print_help(stderr);
        return EXIT_CODE_USAGE;
    }
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(word, commands[i].syntax->name) == 0)
            return commands[i].start(pool, argc - 1, argv + 1);
    }
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        return help(pool, argc - 1, argv + 1);
    if (strcmp(word, "--print-include-dir") == 0)
        return print_include_folder(pool);
    if (strcmp(word, "version") == 0 || strcmp(word, "--version") == 0) {
        printf("baton " BATON_VERSION_STRING "\n");
        return EXIT_CODE_OK;
    }
    return refuse_unknown(pool, word);
}

int main(int argc, char **argv)
{
    struct pool pool = {0};
    int code;

    process_prepare();
    code = dispatch(&pool, argc - 1, argv + 1);
    pool_free(&pool);
    if (fflush(stdout) != 0 && code == EXIT_CODE_OK) {
        perror("baton: standard output");
        code = EXIT_CODE_FAILED;
    }
    process_obey_signals();
    return code;
}
