/* SPDX-License-Identifier: BSD-2-Clause */
/* Words as a POSIX shell reads them, for lines that a person will copy. */
#ifndef BATON_SHELL_H
#define BATON_SHELL_H

#include "pool.h"

/* The word, in quotes where they are needed. */
const char *shell_quote(struct pool *pool, const char *word);

/* The argv as a command, each option with its values on a line of its own. */
const char *shell_command(struct pool *pool, const struct list *argv);

#endif
