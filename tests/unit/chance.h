/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Chance that can be repeated, for tests that make up their input. A test runs numbered cases; each has a seed of its
 * own, which a failure names. BATON_SEED=that in the environment makes it the first case of the next run.
 */
#ifndef BATON_TEST_CHANCE_H
#define BATON_TEST_CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t seed;
    uint64_t state;
};

/* What case `number` of a test begins with. */
struct chance chance_case(uint64_t number);

uint64_t chance_bits(struct chance *chance);
/* From 0 to `limit` - 1; `limit` is not 0. */
uint64_t chance_below(struct chance *chance, uint64_t limit);
/* From `low` to `high`, both included. */
uint64_t chance_between(struct chance *chance, uint64_t low, uint64_t high);
bool chance_one_in(struct chance *chance, unsigned count);
/* From 1 to `high`, small ones as likely as large ones. */
uint64_t chance_size(struct chance *chance, uint64_t high);

/* Ends the test: the message, and how to see the case again. */
void chance_fail(const struct chance *chance, const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 4, 5)));

#define CHANCE_FAIL(chance, ...) chance_fail((chance), __FILE__, __LINE__, __VA_ARGS__)

/* Processor time that this program took, in seconds. */
double cpu_seconds(void);

#endif
