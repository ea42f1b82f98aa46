/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a run came out as it had to. */
#ifndef BATON_FAKE_VERDICT_H
#define BATON_FAKE_VERDICT_H

#include "scenarios.h"

/* Runs a scenario as its setup says, or with a failure, or on another setup of the same, and adds complaints of what
 * came out wrong. */
struct fake_result verdict_run(const struct scenario *scenario, const struct fake_setup *setup,
                               const struct fake_injection *injection);

/* The second half of that, for a run that is over: the complaints alone. */
void verdict_give(const struct scenario *scenario, const struct fake_setup *setup,
                  const struct fake_injection *injection, const struct fake_result *result);

/* verdict_variables.c: the part of it that looks at the firmware's variables; and what of that holds of any run. */
void verdict_variables(const struct scenario *scenario, const struct fake_result *result, bool untroubled);
void verdict_once(void);

#endif
