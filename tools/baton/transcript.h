/* SPDX-License-Identifier: BSD-2-Clause */
/* The last lines of what a machine said, made readable. */
#ifndef BATON_TRANSCRIPT_H
#define BATON_TRANSCRIPT_H

#include <stddef.h>
#include <stdio.h>

#include "pool.h"

/*
 * The last `lines` lines of `raw`, what a terminal was sent: without its control sequences and empty lines; a move of
 * the cursor begins a new line. Ends with a newline unless it is empty. Pure.
 */
const char *transcript_clean(struct pool *pool, const char *raw, size_t lines);

/* Prints the end of the file under a heading that says what it is. */
void transcript_print(struct pool *pool, const char *what, const char *path, FILE *file);

#endif
