/* SPDX-License-Identifier: 0BSD */
/* The proof that the memory map tells the truth about free memory. */
#ifndef TOUR_PAGETEST_H
#define TOUR_PAGETEST_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

#include "report.h"

/*
 * Allocates every page of the kinds in the set, writes to each, then finds in each what was written there, which no
 * page could show that was handed out twice, is missing, or is another's alias. Gives them all back. Meanwhile nothing
 * that must be kept may have changed. `what` names the pages for people. false after a failure that was reported.
 */
bool pagetest_run(struct report *report, const struct baton *given, const struct baton *baton, uint32_t kinds,
                  const char *what);

#endif
