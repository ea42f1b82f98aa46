/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's random numbers (UEFI 2.10, section 37.5). */
#ifndef BATON_RANDOM_H
#define BATON_RANDOM_H

#include <stdbool.h>

#include "firmware.h"

/*
 * Fills `bytes` by the firmware's default algorithm. False, with a line in the log, when there is none, when it fails,
 * or when all that it gives is zeros; what is in `bytes` then is of no use.
 */
MUST_CHECK bool random_from_firmware(const struct firmware *firmware, uint8_t *bytes, size_t size);

/* A number that the firmware never gives twice, not even after a reset (UEFI 2.10, section 7.5.2). False when it has
 * none. */
MUST_CHECK bool random_never_twice(const struct firmware *firmware, uint64_t *ret_number);

#endif
