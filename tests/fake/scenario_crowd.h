/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_FAKE_SCENARIO_CROWD_H
#define BATON_FAKE_SCENARIO_CROWD_H

#include "scenarios.h"

#define SCENARIO_CROWD 1000

/* So many entries, of which the default is the last. It lasts until the program's end. */
const struct scenario *scenario_crowd(void);

#endif
