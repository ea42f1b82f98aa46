/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: what the baton says of time and of the processor, against what the machine says. */
#include "selfcheck.h"

#define PORT_TIMER        0x42
#define PORT_TIMER_SETUP  0x43
#define PORT_TIMER_GATE   0x61
#define TIMER_FREQUENCY   1193182ULL
#define TIMER_MEASUREMENT 30000U
#define MEASUREMENTS      9
#define RTC_MINUTES       5 /* between the loader's start and now, at most */

static uint8_t rtc_read(uint8_t index)
{
    port_write(0x70, (uint8_t)(0x80 | index));
    return port_read(0x71);
}

static uint64_t rtc_number(uint8_t index)
{
    uint8_t value = rtc_read(index);

    return rtc_read(0x0b) & 4 ? value : (uint64_t)(value >> 4) * 10 + (value & 15);
}

static uint64_t days_before_year(uint64_t year)
{
    return (year - 1970) * 365 + (year - 1969) / 4;
}

/* Right from 1970 to 2099. QEMU's runs by 24 hours. */
static uint64_t rtc_seconds(void)
{
    static const uint16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    uint64_t year, month, day;

    while (rtc_read(0x0a) & 0x80)
        ;
    year = 2000 + rtc_number(9);
    month = rtc_number(8);
    day = days_before_year(year) + before[month - 1] + rtc_number(7) - 1 + (month > 2 && year % 4 == 0);
    return ((day * 24 + rtc_number(4)) * 60 + rtc_number(2)) * 60 + rtc_number(0);
}

static void check_wall_clock(struct subject *subject)
{
    const struct baton *baton = subject->baton;
    uint64_t now;

    if (!(baton->facts & BATON_FACT_WALL_CLOCK))
        return;
    now = rtc_seconds();
    if (baton->wall_clock > now || now - baton->wall_clock > RTC_MINUTES * 60)
        broken("wall_clock is %lu, the machine's clock %lu", baton->wall_clock, now);
}

static uint32_t timer_ticks(void)
{
    uint32_t left;

    port_write(PORT_TIMER_SETUP, 0x80);
    left = port_read(PORT_TIMER);
    left |= (uint32_t)port_read(PORT_TIMER) << 8;
    return 0xffff - left;
}

static uint64_t measure(void)
{
    uint64_t from, to;
    uint32_t start, end;

    port_write(PORT_TIMER_GATE, (port_read(PORT_TIMER_GATE) & 0xfc) | 1);
    port_write(PORT_TIMER_SETUP, 0xb0); /* channel 2, both bytes, mode 0 */
    port_write(PORT_TIMER, 0xff);
    port_write(PORT_TIMER, 0xff);
    start = timer_ticks();
    from = counter_read();
    do {
        end = timer_ticks();
        to = counter_read();
    } while (end - start < TIMER_MEASUREMENT);
    return (to - from) * TIMER_FREQUENCY / (end - start);
}

/* On a busy host a measurement can be wrong by any factor, but a wrong one hits no promise by chance. */
static void check_frequency(struct subject *subject)
{
    static uint64_t measured[MEASUREMENTS];
    uint64_t told = subject->baton->counter_frequency;

    if (!(subject->baton->facts & BATON_FACT_COUNTER_FREQUENCY))
        return;
    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        if (measured[i] == 0)
            measured[i] = measure();
        if (told < measured[i] + measured[i] / 10 && told > measured[i] - measured[i] / 10)
            return;
    }
    broken("counter_frequency is %lu Hz, measured: %lu and others", told, measured[0]);
}

static void check_timings(struct subject *subject)
{
    static const char *const stages[] = {"start",   "gather", "choose", "open",  "plan",
                                         "reserve", "load",   "build",  "leave", "seal"};
    const struct baton *baton = subject->baton;
    uint64_t before = 0;
    unsigned number = 0;

    if (!(baton->facts & BATON_FACT_TIMINGS))
        return;
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings) {
        if (timing->counter < before)
            broken("the counter at the end of %s is lower than before", timing->name);
        if (number == 0 && !strings_equal(timing->name, "start"))
            broken("the first timing is called %s", timing->name);
        if (strings_equal(baton->loader_name, "Baton") && number < COUNT(stages) &&
            !strings_equal(timing->name, stages[number]))
            broken("timing %u is called %s instead of %s", number, timing->name, stages[number]);
        before = timing->counter;
        number++;
    }
    if (before > counter_read())
        broken("the last timing is in the future");
    if (strings_equal(baton->loader_name, "Baton"))
        expect_equal("the number of timings", number, COUNT(stages));
}

static void check_boot_cpu(struct subject *subject)
{
    uint32_t registers[4];
    uint32_t highest;
    uint64_t id;

    if (!(subject->baton->facts & BATON_FACT_BOOT_CPU))
        return;
    cpuid(0, registers);
    highest = registers[0];
    cpuid(1, registers);
    id = registers[1] >> 24;
    if (highest >= 0xb) {
        cpuid(0xb, registers);
        if (registers[1] != 0)
            id = registers[3];
    }
    expect_equal("boot_cpu", subject->baton->boot_cpu, id);
}

static const struct check checks[] = {
    {"wall-clock", check_wall_clock},
    {"counter-frequency", check_frequency},
    {"timings", check_timings},
    {"boot-cpu", check_boot_cpu},
};
const struct check_list clocks_checks = {checks, COUNT(checks)};
