/* SPDX-License-Identifier: BSD-2-Clause */
/* All scenarios on firmware that misbehaves. */
#ifndef BATON_FAKE_RUN_QUIRKS_H
#define BATON_FAKE_RUN_QUIRKS_H

#include "verdict.h"

/* A run that is to be made. */
struct quirk_case {
    const struct scenario *scenario;
    struct fake_setup setup;
    struct fake_injection injection;
    uint64_t seed;
};

/* Every quirk alone. */
void quirk_alone(const struct scenario *scenario, enum fake_quirk quirk, struct quirk_case *ret_case);

/* Case `number` by chance: a scenario, some quirks, another machine, and mostly a failure. Of the scenarios those from
 * `usual` on differ in little, and come less often. BATON_SEED in the environment makes that seed the first one. */
void quirk_chance(const struct scenario *all, size_t usual, size_t count, uint64_t number, struct quirk_case *ret_case);

/* Complains when the log of a run in which no call failed does not say what its quirks are to blame for. */
void quirk_check_words(const struct scenario *scenario, const struct fake_result *result);

/* "BROKEN_READS, NO_CONOUT" */
const char *quirk_names(uint64_t quirks);

#endif
