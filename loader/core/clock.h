/* SPDX-License-Identifier: BSD-2-Clause */
/* What a wall clock shows, as seconds. */
#ifndef BATON_CLOCK_H
#define BATON_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* A date and a time of day as UEFI gives them (UEFI 2.10, section 8.3.1); nothing in it has been checked. */
struct clock_reading {
    unsigned year, month, day; /* the first month and day are 1 */
    unsigned hour, minute, second;
    int zone;         /* minutes: what is shown = UTC - zone, daylight saving included */
    bool has_zone;    /* false: what is shown is local time, wherever that is */
    bool in_daylight; /* an hour was added for daylight saving; with a zone it is a part of that */
};

/*
 * Seconds since 1970-01-01 00:00 UTC. Without a zone the clock's standard time is taken for UTC. False, and the result
 * left alone, when that is before 1970 or behind the year 9999, or there is no such date, time or zone.
 */
__attribute__((warn_unused_result)) bool clock_seconds(const struct clock_reading *reading, uint64_t *ret_seconds);

#endif
