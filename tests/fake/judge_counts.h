/* SPDX-License-Identifier: BSD-2-Clause */
/* What boot counting did to the disk, as it would be found after a power cut. */
#ifndef BATON_FAKE_JUDGE_COUNTS_H
#define BATON_FAKE_JUDGE_COUNTS_H

#include "scenarios.h"

/* However the run ended: of each counted entry there is a whole file, and no try was given back. */
void judge_counts(const struct scenario *scenario);

/* The names of all files with counters are those that the scenario says. */
void judge_names(const struct scenario *scenario);

/* Of the boot after a power cut: something must have been booted when the scenario boots something, and no file may be
 * there twice. */
void judge_after_cut(const struct scenario *scenario, const struct fake_result *result);

#endif
