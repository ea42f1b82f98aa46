/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a clock shows, as seconds: what the C library makes of it, for every date that there is; no other date, time or
 * zone gives any.
 */
#include <time.h>

#include "clock.h"
#include "fuzz.h"

void fuzz(struct input *input)
{
    uint64_t how = input_number(input, 1), seconds = 4711;
    struct clock_reading reading = {.year = how & 16 ? (unsigned)input_number(input, 4)
                                                     : 1960 + (unsigned)input_number(input, 1),
                                    .month = (unsigned)input_number(input, 1) % (how & 8 ? 14 : 256),
                                    .day = (unsigned)input_number(input, 1) % (how & 8 ? 33 : 256),
                                    .hour = (unsigned)input_number(input, 1) % (how & 8 ? 25 : 256),
                                    .minute = (unsigned)input_number(input, 1) % (how & 8 ? 61 : 256),
                                    .second = (unsigned)input_number(input, 1) % (how & 8 ? 61 : 256),
                                    .zone = (int16_t)input_number(input, 2),
                                    .has_zone = (how & 1) != 0,
                                    .in_daylight = (how & 2) != 0};
    struct tm shown = {.tm_year = (int)(reading.year & 0xffff) - 1900,
                       .tm_mon = (int)reading.month - 1,
                       .tm_mday = (int)reading.day,
                       .tm_hour = (int)reading.hour,
                       .tm_min = (int)reading.minute,
                       .tm_sec = (int)reading.second};
    const struct tm asked = shown;
    bool possible = reading.year >= 1970 && reading.year <= 9999;
    int64_t expected = possible ? timegm(&shown) : 0;

    /* What is no date, the library makes one of. */
    possible = possible && shown.tm_mon == asked.tm_mon && shown.tm_mday == asked.tm_mday &&
               shown.tm_hour == asked.tm_hour && shown.tm_min == asked.tm_min && shown.tm_sec == asked.tm_sec;
    if (reading.has_zone) {
        possible = possible && reading.zone >= -1440 && reading.zone <= 1440;
        expected += (int64_t)reading.zone * 60;
    } else if (reading.in_daylight) {
        expected -= 3600;
    }
    possible = possible && expected >= 0;
    CHECK(clock_seconds(&reading, &seconds) == possible);
    CHECK(seconds == (possible ? (uint64_t)expected : 4711));
}
