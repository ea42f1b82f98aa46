/* SPDX-License-Identifier: 0BSD */
/* What must not be touched: this kernel, and all that it was given or runs on. */
#ifndef TOUR_KEPT_H
#define TOUR_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

#include "report.h"

struct kept {
    uint64_t ranges;
    uint64_t bytes;
    uint64_t checksum; /* of all that does not change by itself */
};

/*
 * Goes through everything: none of it may overlap memory whose kind is in the set. `given` is the address the kernel
 * was entered with, `baton` its copy. false after a failure that was reported.
 */
bool kept_survey(struct report *report, const struct baton *given, const struct baton *baton, uint32_t kinds,
                 struct kept *ret_kept);

#endif
