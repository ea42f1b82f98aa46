/* SPDX-License-Identifier: BSD-2-Clause */
#include "quirks.h"

#include <stdio.h>

#include "chance.h"

void quirk_alone(const struct scenario *scenario, enum fake_quirk quirk, struct quirk_case *ret_case)
{
    *ret_case = (struct quirk_case){.scenario = scenario, .setup = scenario->setup};
    ret_case->setup.quirks |= 1ULL << quirk;
}

void quirk_chance(const struct scenario *all, size_t count, uint64_t number, struct quirk_case *ret_case)
{
    struct chance chance = chance_case(number);
    const struct scenario *scenario = &all[chance_below(&chance, count)];
    struct fake_setup *setup = &ret_case->setup;
    unsigned quirks = (unsigned)chance_between(&chance, 0, 6);

    *ret_case = (struct quirk_case){.scenario = scenario, .setup = scenario->setup, .seed = chance.seed};
    for (unsigned i = 0; i < quirks; i++)
        setup->quirks |= 1ULL << chance_below(&chance, FAKE_QUIRK_COUNT);
    if (chance_one_in(&chance, 4))
        setup->levels = 5;
    setup->small_pages |= chance_one_in(&chance, 4);
    setup->frequency_unknown |= chance_one_in(&chance, 4);
    setup->no_processor_random |= chance_one_in(&chance, 4);
    if (chance_one_in(&chance, 4))
        setup->keys = (unsigned)chance_between(&chance, 0, 3);
    if (setup->stale_exits == 0 && chance_one_in(&chance, 4))
        setup->stale_exits = (unsigned)chance_between(&chance, 1, 8);
    if (setup->growth == 0 && chance_one_in(&chance, 8))
        setup->growth = (unsigned)chance_between(&chance, 2, 400);
    if (!chance_one_in(&chance, 4))
        ret_case->injection = (struct fake_injection){(unsigned)chance_between(&chance, 1, 100),
                                                      (unsigned)chance_below(&chance, 10),
                                                      (enum fake_lasting)chance_below(&chance, FAKE_LASTING_COUNT),
                                                      {NULL, 0}};
}

const char *quirk_names(uint64_t quirks)
{
    static char text[2048];
    size_t length = 0;

    text[0] = '\0';
    for (unsigned i = 0; i < FAKE_QUIRK_COUNT; i++) {
        if (quirks >> i & 1)
            length +=
                (size_t)snprintf(text + length, sizeof(text) - length, ", %s", fake_quirk_name((enum fake_quirk)i));
    }
    return text;
}
