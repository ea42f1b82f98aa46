/* SPDX-License-Identifier: BSD-2-Clause */
/* The stages of a boot, in order. The kernel gets the counter's value at the end of each. */
#ifndef BATON_STAGE_H
#define BATON_STAGE_H

#include <stdint.h>

enum stage {
    STAGE_START, /* not a stage: when the loader was entered */
    STAGE_GATHER,
    STAGE_CHOOSE,
    STAGE_OPEN,
    STAGE_PLAN,
    STAGE_RESERVE,
    STAGE_LOAD,
    STAGE_BUILD,
    STAGE_LEAVE,
    STAGE_SEAL,
    STAGE_COUNT,
};

struct stage_times {
    uint64_t counter[STAGE_COUNT]; /* time-stamp counter; 0 for a stage that did not end yet */
};

const char *stage_name(enum stage stage);

#endif
