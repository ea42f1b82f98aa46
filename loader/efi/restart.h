/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine restarts or goes off because a person wants it to (UEFI 2.10, sections 8.5.1 and 8.5.4). */
#ifndef BATON_RESTART_H
#define BATON_RESTART_H

#include <stdbool.h>

#include "firmware.h"

enum restart_how {
    RESTART_REBOOT,
    RESTART_POWER_OFF,
    RESTART_FIRMWARE_SETUP, /* a reboot, behind which the firmware shows its setup */
};

/* Whether the firmware says that it can be asked for its setup. */
bool restart_can_open_setup(const struct firmware *firmware);

/*
 * Does not return unless it fails. Whatever writes to a disk is to be closed before: nothing is closed here.
 * STATUS_UNSUPPORTED: the firmware cannot be asked for its setup. STATUS_DEVICE: it does not take the request, or
 * does not reset the machine.
 */
MUST_CHECK enum status restart(const struct firmware *firmware, enum restart_how how, struct error *error);

#endif
