/* SPDX-License-Identifier: BSD-2-Clause */
#include "clock.h"

#define FIRST_YEAR 1970
#define LAST_YEAR  9999
#define ZONE_MOST  1440 /* minutes */

/*
 * Days to the first of a month, from some day long ago. Years begin in March here, so that the leap day is the last of
 * one; from March on the months' lengths repeat every five, 153 days. `month` may be 13: the next January.
 */
static unsigned days_to(unsigned year, unsigned month)
{
    if (month < 3)
        year--;
    return year * 365 + year / 4 - year / 100 + year / 400 + ((month + 9) % 12 * 153 + 2) / 5;
}

bool clock_seconds(const struct clock_reading *reading, uint64_t *ret_seconds)
{
    unsigned first = days_to(reading->year, reading->month);
    int64_t seconds;

    if (reading->year < FIRST_YEAR || reading->year > LAST_YEAR || reading->month < 1 || reading->month > 12 ||
        reading->day < 1 || reading->day > days_to(reading->year, reading->month + 1) - first || reading->hour > 23 ||
        reading->minute > 59 || reading->second > 59)
        return false;
    seconds = first + reading->day - 1 - days_to(FIRST_YEAR, 1);
    seconds = ((seconds * 24 + reading->hour) * 60 + reading->minute) * 60 + reading->second;
    if (reading->has_zone) {
        if (reading->zone < -ZONE_MOST || reading->zone > ZONE_MOST)
            return false;
        seconds += reading->zone * 60;
    } else if (reading->in_daylight) {
        seconds -= 3600;
    }
    if (seconds < 0)
        return false;
    *ret_seconds = (uint64_t)seconds;
    return true;
}
