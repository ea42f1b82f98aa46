/* SPDX-License-Identifier: BSD-2-Clause */
/* The console's keys (UEFI 2.10, section 12.3), and the time in which nobody presses one. It may be that there are
 * none, or that they never end: nothing here waits for more than its time. */
#ifndef BATON_KEYBOARD_H
#define BATON_KEYBOARD_H

#include <stdbool.h>

#include "firmware.h"
#include "menu_keys.h"

/* Throws away the keys that were pressed until now, and gives the last one. False when there was none. */
bool keyboard_forget(struct firmware *firmware, struct menu_key *ret_last);

/* Waits for a key, `milliseconds` at the most. True when there was one. */
MUST_CHECK bool keyboard_wait(struct firmware *firmware, unsigned milliseconds, struct menu_key *ret_key);

/* Waits for many keys, and tells the time meanwhile. */
struct keyboard_clock {
    struct firmware *firmware;
    unsigned milliseconds; /* a span, of which each end is told */
    EFI_EVENT timer;       /* comes at each end; NULL when there is none, and time is what is slept away */
    unsigned looks;        /* at the keyboard since the last end, without a timer */
};

/* keyboard_clock_stop takes back what this takes. */
void keyboard_clock_start(struct keyboard_clock *clock, struct firmware *firmware, unsigned milliseconds);
void keyboard_clock_stop(struct keyboard_clock *clock);

/*
 * Waits for a key or for the end of a span. True: it was a key. Ends come on time, or late, whatever the keyboard does:
 * keys without end do not hold them up.
 */
MUST_CHECK bool keyboard_clock_wait(struct keyboard_clock *clock, struct menu_key *ret_key);

#endif
