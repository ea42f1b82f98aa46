/* SPDX-License-Identifier: BSD-2-Clause */
#include "stage.h"

static const char *const names[STAGE_COUNT] = {"start",   "gather", "choose", "open",  "plan",
                                               "reserve", "load",   "build",  "leave", "seal"};

const char *stage_name(enum stage stage)
{
    return names[stage];
}
