/* SPDX-License-Identifier: BSD-2-Clause */
#include "one_shot_timer.h"

#include "checked.h"

#define MEASUREMENTS 16
#define SURE         50 /* the bounds are apart by less than one part in so many: their middle is wrong by half of it */

#define LOOKS_MOST 20000 /* each is about a microsecond: the timer stands still */

/* How far the counter gets while the timer runs is between the two. */
struct bounds {
    uint64_t least, most;
};

/* The timer started between two readings of the counter, and was over between two others. False: it does not run. */
static bool measure_once(const struct one_shot_timer *timer, struct bounds *ret_bounds)
{
    uint64_t before_start, after_start, before_look, running;
    unsigned looks = 0;

    timer->arm();
    before_start = timer->counter();
    timer->start();
    running = before_look = after_start = timer->counter();
    while (!timer->is_over()) {
        if (++looks == LOOKS_MOST)
            return false;
        running = before_look;
        before_look = timer->counter();
    }
    *ret_bounds = (struct bounds){.least = running - after_start, .most = timer->counter() - before_start};
    return true;
}

uint64_t one_shot_timer_measure(const struct one_shot_timer *timer)
{
    struct bounds bounds = {.most = UINT64_MAX};
    uint64_t elapsed, product;

    for (unsigned i = 0; i < MEASUREMENTS && bounds.most - bounds.least > bounds.most / SURE; i++) {
        struct bounds next;

        if (!measure_once(timer, &next))
            return 0;
        bounds.most = min_u64(bounds.most, next.most);
        bounds.least = min_u64(max_u64(bounds.least, next.least), bounds.most);
    }
    /* A port that nobody answers at reads as all ones: never seen running. */
    if (bounds.least == 0)
        return 0;
    elapsed = bounds.least + (bounds.most - bounds.least) / 2;
    return checked_multiply(elapsed, timer->frequency, &product) ? product / timer->ticks : 0;
}
