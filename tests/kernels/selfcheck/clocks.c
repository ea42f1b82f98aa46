/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: what the baton says of time and of the processor, against what the machine says. */
#include "selfcheck.h"

#define CLOCK_MINUTES 5 /* between the loader's start and now, at most */

static void check_wall_clock(struct subject *subject)
{
    const struct baton *baton = subject->baton;
    uint64_t now;

    if (!(baton->facts & BATON_FACT_WALL_CLOCK) || !machine_clock(subject, &now))
        return;
    if (baton->wall_clock > now || now - baton->wall_clock > CLOCK_MINUTES * 60)
        broken("wall_clock is %lu, the machine's clock %lu", baton->wall_clock, now);
}

static void check_frequency(struct subject *subject)
{
    uint64_t told = subject->baton->counter_frequency;
    uint64_t measured;

    if (subject->baton->facts & BATON_FACT_COUNTER_FREQUENCY && !machine_frequency_is(told, &measured))
        broken("counter_frequency is %lu Hz, measured: %lu and others", told, measured);
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
    if (subject->baton->facts & BATON_FACT_BOOT_CPU)
        expect_equal("boot_cpu", subject->baton->boot_cpu, machine_boot_cpu());
}

static const struct check checks[] = {
    {"wall-clock", check_wall_clock},
    {"counter-frequency", check_frequency},
    {"timings", check_timings},
    {"boot-cpu", check_boot_cpu},
};
const struct check_list clocks_checks = {checks, COUNT(checks)};
