/* SPDX-License-Identifier: BSD-2-Clause */
/* The frequency of the processor's counter, by a timer that runs once and is then looked at until it is over. */
#ifndef BATON_ONE_SHOT_TIMER_H
#define BATON_ONE_SHOT_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct one_shot_timer {
    uint64_t frequency; /* Hz, not 0 */
    uint32_t ticks;     /* it runs so many; not 0 */
    void (*arm)(void);
    void (*start)(void); /* after arm: short */
    bool (*is_over)(void);
    uint64_t (*counter)(void); /* the processor's */
};

/* In Hz; 0 when the timer is not there, or does not run. It is measured until it is sure to within one per cent, up to
 * 16 times: whoever interrupts a measurement (a hypervisor, firmware in SMM) makes it vaguer, but not wrong. */
uint64_t one_shot_timer_measure(const struct one_shot_timer *timer);

#endif
