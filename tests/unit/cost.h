/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a stage costs for 10, 1,000 and 10,000 of something. Ten times as many may take ten times as long, or some more
 * for sorting; were the stage quadratic, it would be a hundred times. The figures are printed.
 */
#ifndef BATON_TEST_COST_H
#define BATON_TEST_COST_H

#include <stddef.h>

struct cost {
    const char *what;
    double (*run)(size_t count); /* makes so many, and runs the stage: the seconds that the latter took */
    size_t most;                 /* 10,000, or all that there can be */
};

/* Fails the test when one of them takes more than thirty times as long for the most as for a tenth of it. */
void cost_check(const struct cost *costs, size_t count);

#endif
