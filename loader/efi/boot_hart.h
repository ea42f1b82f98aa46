/* SPDX-License-Identifier: BSD-2-Clause */
/* The hart that the firmware runs on, which a hart in supervisor mode cannot know of itself. */
#ifndef BATON_BOOT_HART_H
#define BATON_BOOT_HART_H

#include <stdbool.h>

#include "firmware.h"

/* By RISCV_EFI_BOOT_PROTOCOL. False, with a line in the log, when the firmware does not say. */
MUST_CHECK bool boot_hart_find(const struct firmware *firmware, uint64_t *ret_id);

#endif
