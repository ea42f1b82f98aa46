/* SPDX-License-Identifier: BSD-2-Clause */
/* The goldfish RTC of QEMU's virt machine, and the counter measured by it. */
#include "selfcheck.h"

#define CLOCK        0x101000 /* nanoseconds; reading the low half keeps the high one for the next look */
#define CLOCK_HIGH   4
#define SECOND       1000000000ULL
#define MEASURING    (SECOND / 20)
#define MEASUREMENTS 8

static uint64_t nanoseconds(void)
{
    uint64_t low = mmio_read(CLOCK);

    return (uint64_t)mmio_read(CLOCK + CLOCK_HIGH) << 32 | low;
}

bool machine_clock(const struct subject *subject, uint64_t *ret_seconds)
{
    (void)subject;
    *ret_seconds = nanoseconds() / SECOND;
    return true;
}

static uint64_t measure(void)
{
    const uint64_t start = nanoseconds(), from = counter_read();
    uint64_t end, to;

    do {
        end = nanoseconds();
        to = counter_read();
    } while (end - start < MEASURING);
    return (to - from) * SECOND / (end - start);
}

/* On a busy host a measurement can be wrong by any factor, but a wrong one hits no promise by chance. */
bool machine_frequency_is(uint64_t frequency, uint64_t *ret_measured)
{
    static uint64_t measured[MEASUREMENTS];

    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        if (measured[i] == 0)
            measured[i] = measure();
        if (frequency < measured[i] + measured[i] / 10 && frequency > measured[i] - measured[i] / 10)
            return true;
    }
    *ret_measured = measured[0];
    return false;
}
