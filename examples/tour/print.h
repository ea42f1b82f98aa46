/* SPDX-License-Identifier: 0BSD */
/* All that the baton says, on the serial port. */
#ifndef TOUR_PRINT_H
#define TOUR_PRINT_H

#include <baton/baton.h>

#include "report.h"

/* Loader, kernel, stack, direct map, screens, command line. */
void print_summary(struct report *report, const struct baton *baton);

/* One line each: name, size, CRC-32, command line. */
void print_modules(struct report *report, const struct baton *baton);

/* "start - end : kind", size and what the firmware called it, one line each. */
void print_memory_map(struct report *report, const struct baton *baton);

/* What the loader said. */
void print_log(struct report *report, const struct baton *baton);

/* What each stage of the boot took, and when it ended. */
void print_timings(struct report *report, const struct baton *baton);

#endif
