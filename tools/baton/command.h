/* SPDX-License-Identifier: BSD-2-Clause */
/* The subcommands. Each gets the words behind its name and returns the program's exit code. */
#ifndef BATON_COMMAND_H
#define BATON_COMMAND_H

#include "options.h"
#include "pool.h"

enum exit_code {
    EXIT_CODE_OK = 0,
    EXIT_CODE_FAILED = 1,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_TIME_OUT = 124, /* as timeout(1) */
};

extern const struct syntax run_syntax;
extern const struct syntax image_syntax;
extern const struct syntax check_syntax;

int run_command(struct pool *pool, int argc, char *const *argv);
int image_command(struct pool *pool, int argc, char *const *argv);
int check_command(struct pool *pool, int argc, char *const *argv);

#endif
