/* SPDX-License-Identifier: BSD-2-Clause */
#include "cuts.h"

#include <stdio.h>

#include "verdict.h"

/* A boot on a disk that is new, or as it was left, in which the power fails before block `cut`, or never. */
static struct fake_result boot(const struct scenario *scenario, enum fake_order order, unsigned cut, bool is_the_same)
{
    static struct fake_setup setup;
    struct fake_injection none = {0};

    setup = scenario->setup;
    setup.writes.order = order;
    setup.writes.cut = cut;
    setup.writes.is_the_same = is_the_same;
    return cut == 0 ? verdict_run(scenario, &setup, &none) : fake_run(&setup, &none);
}

/* How many blocks the boot after this cut writes. */
static unsigned blocks_after(const struct scenario *scenario, enum fake_order order, unsigned cut)
{
    (void)boot(scenario, order, cut, false);
    (void)boot(scenario, order, UINT32_MAX, true);
    return fake_blocks_written();
}

static unsigned cut_twice(const struct scenario *scenario, enum fake_order order, unsigned cut,
                          void (*note)(const char *what))
{
    unsigned blocks = blocks_after(scenario, order, cut);
    char what[120];

    for (unsigned second = 0; second <= blocks; second++) {
        (void)boot(scenario, order, cut, false);
        if (second > 0)
            (void)boot(scenario, order, second, true);
        (void)boot(scenario, order, 0, true);
        (void)snprintf(what, sizeof(what), "%s, order %u, the power fails before block %u, and then before block %u",
                       scenario->name, order, cut, second);
        note(what);
    }
    return blocks + 1;
}

unsigned cuts_run(const struct scenario *scenario, void (*note)(const char *what))
{
    unsigned boots = 0;

    for (enum fake_order order = 0; order < FAKE_ORDER_COUNT; order++) {
        unsigned blocks;

        (void)boot(scenario, order, UINT32_MAX, false);
        blocks = fake_blocks_written();
        for (unsigned cut = 1; cut <= blocks; cut++)
            boots += cut_twice(scenario, order, cut, note);
    }
    return boots;
}
