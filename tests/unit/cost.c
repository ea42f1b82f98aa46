/* SPDX-License-Identifier: BSD-2-Clause */
#include "cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "chance.h"

#define MOST   30    /* times as long for ten times as many */
#define ENOUGH 0.002 /* seconds that can be measured */

/* The best of a few, each of which runs long enough. */
static double measure(const struct cost *cost, size_t count)
{
    double best = 1e9;

    for (unsigned tries = 0; tries < 3; tries++) {
        double total = 0;
        unsigned runs = 0;

        for (; total < ENOUGH && runs < 2000; runs++)
            total += cost->run(count);
        best = total / runs < best ? total / runs : best;
    }
    return best;
}

static void check(const struct cost *cost)
{
    double ten = measure(cost, 10), tenth = 0, all = 0;

    for (unsigned tries = 0; tries < 4; tries++) {
        tenth = measure(cost, cost->most / 10);
        all = measure(cost, cost->most);
        if (all < MOST * tenth)
            break;
    }
    printf("%-42s %9.1f us %9.1f us %9.1f us  x %.1f (%zu)\n", cost->what, ten * 1e6, tenth * 1e6, all * 1e6,
           all / tenth, cost->most);
    if (all >= MOST * tenth)
        fail_msg("%s: %zu take %.0f times as long as %zu", cost->what, cost->most, all / tenth, cost->most / 10);
}

void cost_check(const struct cost *costs, size_t count)
{
    printf("%-42s %12s %12s %12s\n", "", "10", "a tenth", "all");
    for (size_t i = 0; i < count; i++)
        check(&costs[i]);
}
