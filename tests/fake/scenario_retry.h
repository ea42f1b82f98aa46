/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_FAKE_SCENARIO_RETRY_H
#define BATON_FAKE_SCENARIO_RETRY_H

#include "scenarios.h"

/*
 * Two entries that both boot. When the first fails on its way out of the firmware, the volume has been closed already,
 * and the second opens it anew. It lasts until the program's end.
 */
const struct scenario *scenario_retry(void);

#endif
