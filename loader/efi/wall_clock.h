/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine's clock (UEFI 2.10, section 8.3.1). */
#ifndef BATON_WALL_CLOCK_H
#define BATON_WALL_CLOCK_H

#include <stdbool.h>

#include "abi/time.h"
#include "firmware.h"

/* Seconds since 1970-01-01 00:00 UTC (clock.h). False, with a line in the log, when there is no clock, or none that
 * shows a date from 1970 on. */
MUST_CHECK bool wall_clock_read(const struct firmware *firmware, uint64_t *ret_seconds);

/* What the clock shows, as it is, whatever that may be. False when there is none. */
MUST_CHECK bool wall_clock_look(const struct firmware *firmware, EFI_TIME *ret_time);

#endif
