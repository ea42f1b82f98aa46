/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secure Boot (UEFI 2.10, section 32): where it is on, LoadImage refuses what is not signed by a key that the machine
 * trusts.
 */
#ifndef BATON_SECURE_BOOT_H
#define BATON_SECURE_BOOT_H

#include "facts.h"
#include "firmware.h"

/*
 * Reads the state, with a line in the log.
 *
 * The variable SecureBoot tells. Where there is none, or where the firmware has no variables at all, there are no keys
 * either, and so nothing that could be verified: it is off. When the firmware fails to read it, or it is no number of
 * one byte, the state is unknown.
 *
 * SetupMode overrules it, as in Linux: without an owner's key anybody can give the machine keys, so nothing is
 * verified, though some firmware leaves SecureBoot at 1 then. When it cannot be read it overrules nothing.
 *
 * AuditMode and DeployedMode are not looked at: in audit mode SecureBoot is 0, and deployed mode only tells how the
 * keys may be changed. Neither is MokSBState, by which a person tells shim not to verify: what Baton starts is verified
 * by the firmware, which has not heard of that.
 */
enum secure_boot secure_boot_read(const struct firmware *firmware);

/* "on" and so on. */
const char *secure_boot_name(enum secure_boot state);

#endif
