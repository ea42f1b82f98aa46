/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An error for a person: which file, what is wrong, what to do about it. Text only, without allocation.
 * Whoever finds the mistake writes it; only the flow (boot.c) and host commands show it.
 */
#ifndef BATON_ERROR_H
#define BATON_ERROR_H

#include <stdarg.h>

#include "status.h"

#define ERROR_TEXT_SIZE 1024

struct error {
    char text[ERROR_TEXT_SIZE]; /* may hold several lines; no newline at the end; "" when nothing is wrong */
};

/* Writes the message (format.h's conversions). A text that is too long is cut. */
void error_write(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Writes the message and is `outcome`, so that a function can end in
 * `return error_set(error, STATUS_INVALID, "%s: …", path);`. A macro, so that compilers and analysers see what the
 * caller gets.
 */
#define error_set(error, outcome, ...) (error_write(error, __VA_ARGS__), (enum status)(outcome))

#endif
