/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fuzz target is written with: one function that gets bytes by chance, and a check that ends the program. */
#ifndef BATON_FUZZ_H
#define BATON_FUZZ_H

#include "input.h"

/* The target. It is called again and again: it keeps nothing, and gives back what it takes but for fuzz_room's. */
void fuzz(struct input *input);

/* Room of exactly `size` bytes, so that the sanitizer sees a read behind its end. It is given back after the run. */
void *fuzz_room(size_t size);

/* Whether there is a line with these words in the log; any line at all for NULL. */
bool fuzz_log_has(const char *words);

void fuzz_fail(const char *file, int line, const char *condition) __attribute__((noreturn));

#define CHECK(condition) ((condition) ? (void)0 : fuzz_fail(__FILE__, __LINE__, #condition))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
