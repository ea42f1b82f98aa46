/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include "chance.h"
#include "clock.h"

#define UNTOUCHED 0xaaaaaaaaULL
#define DAY       86400LL

static const struct clock_reading usual = {2024, 2, 29, 12, 34, 56, 0, false, false};

static uint64_t seconds_of(struct clock_reading reading)
{
    uint64_t seconds = UNTOUCHED;

    assert_true(clock_seconds(&reading, &seconds));
    return seconds;
}

static void refuse(struct clock_reading reading)
{
    uint64_t seconds = UNTOUCHED;

    if (clock_seconds(&reading, &seconds))
        fail_msg("%u-%u-%u %u:%u:%u zone %d is taken", reading.year, reading.month, reading.day, reading.hour,
                 reading.minute, reading.second, reading.zone);
    assert_int_equal(seconds, UNTOUCHED);
}

static void test_known_times(void **state)
{
    (void)state;
    assert_int_equal(seconds_of((struct clock_reading){.year = 1970, .month = 1, .day = 1}), 0);
    assert_int_equal(seconds_of((struct clock_reading){.year = 2000, .month = 1, .day = 1}), 946684800);
    assert_int_equal(seconds_of((struct clock_reading){.year = 2020, .month = 1, .day = 1}), 1577836800);
    assert_int_equal(seconds_of((struct clock_reading){2001, 9, 9, 1, 46, 40, 0, false, false}), 1000000000);
    assert_int_equal(seconds_of((struct clock_reading){2038, 1, 19, 3, 14, 8, 0, false, false}), 2147483648);
    assert_int_equal(seconds_of((struct clock_reading){9999, 12, 31, 23, 59, 59, 0, false, false}), 253402300799);
}

static bool is_leap(unsigned year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Each day from the first to the last is one more than the one before it; the day behind each month's end is none. */
static void test_every_day(void **state)
{
    static const unsigned lengths[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint64_t expected = 0;

    (void)state;
    for (unsigned year = 1970; year <= 9999; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            unsigned length = lengths[month] + (month == 2 && is_leap(year));

            for (unsigned day = 1; day <= length; day++, expected += DAY)
                assert_int_equal(seconds_of((struct clock_reading){.year = year, .month = month, .day = day}),
                                 expected);
            refuse((struct clock_reading){.year = year, .month = month, .day = length + 1});
        }
    }
}

static void test_any_time(void **state)
{
    (void)state;
    for (uint64_t number = 0; number < 20000; number++) {
        struct chance chance = chance_case(number);
        time_t moment = (time_t)chance_between(&chance, 2 * DAY, 253402300799ULL - 2 * DAY);
        int zone = (int)chance_between(&chance, 0, 2880) - 1440;
        time_t shown = moment - zone * 60;
        struct tm parts;
        uint64_t seconds =
            seconds_of((gmtime_r(&shown, &parts),
                        (struct clock_reading){(unsigned)parts.tm_year + 1900, (unsigned)parts.tm_mon + 1,
                                               (unsigned)parts.tm_mday, (unsigned)parts.tm_hour, (unsigned)parts.tm_min,
                                               (unsigned)parts.tm_sec, zone, true, number % 2 == 0}));

        if (seconds != (uint64_t)moment)
            CHANCE_FAIL(&chance, "%llu instead of %llu", (unsigned long long)seconds, (unsigned long long)moment);
    }
}

static void test_zones(void **state)
{
    struct clock_reading reading = usual;
    uint64_t utc = seconds_of(usual);

    (void)state;
    reading.has_zone = true;
    reading.zone = 480; /* west of Greenwich: it is later there than the clock shows */
    assert_int_equal(seconds_of(reading), utc + 8 * 3600);
    reading.in_daylight = true; /* the zone has it in it */
    assert_int_equal(seconds_of(reading), utc + 8 * 3600);
    reading.zone = -1440;
    assert_int_equal(seconds_of(reading), utc - DAY);
    reading.zone = -1441;
    refuse(reading);
    reading.zone = 1440;
    assert_int_equal(seconds_of(reading), utc + DAY);
    reading.zone = 1441;
    refuse(reading);
    reading.zone = 2047; /* without a zone it is not looked at */
    reading.has_zone = false;
    reading.in_daylight = false;
    assert_int_equal(seconds_of(reading), utc);
    reading.in_daylight = true;
    assert_int_equal(seconds_of(reading), utc - 3600);
}

static void test_before_the_beginning(void **state)
{
    struct clock_reading reading = {.year = 1970, .month = 1, .day = 1, .minute = 59, .zone = -60, .has_zone = true};

    (void)state;
    refuse(reading);
    reading.hour = 1;
    reading.minute = 0;
    assert_int_equal(seconds_of(reading), 0);
    refuse((struct clock_reading){.year = 1970, .month = 1, .day = 1, .minute = 59, .in_daylight = true});
}

static void test_wrong_fields(void **state)
{
    struct clock_reading reading;

    (void)state;
    refuse((struct clock_reading){0});
#define WRONG(field, value) (reading = usual, reading.field = (value), refuse(reading))
    WRONG(year, 1969);
    WRONG(year, 10000);
    WRONG(year, 0xffff);
    WRONG(month, 0);
    WRONG(month, 13);
    WRONG(month, 255);
    WRONG(day, 0);
    WRONG(day, 30);
    WRONG(year, 2023); /* the 29th of February */
    WRONG(year, 2100);
    WRONG(hour, 24);
    WRONG(minute, 60);
    WRONG(second, 60);
    WRONG(second, 255);
#undef WRONG
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_times),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_any_time),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_before_the_beginning),
        cmocka_unit_test(test_wrong_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
