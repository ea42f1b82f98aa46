/* SPDX-License-Identifier: BSD-2-Clause */
/* The PC's clock and its timer. */
#include "selfcheck.h"

#define PORT_TIMER        0x42
#define PORT_TIMER_SETUP  0x43
#define PORT_TIMER_GATE   0x61
#define TIMER_FREQUENCY   1193182ULL
#define TIMER_MEASUREMENT 30000U
#define MEASUREMENTS      9

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

bool machine_clock(const struct subject *subject, uint64_t *ret_seconds)
{
    (void)subject;
    *ret_seconds = rtc_seconds();
    return true;
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
