/* SPDX-License-Identifier: BSD-2-Clause */
#include "secure_boot.h"

#include "log.h"
#include "variables.h"

/* The end of a sentence. */
static const char *const names[] = {
    [SECURE_BOOT_OFF] = "off",
    [SECURE_BOOT_ON] = "on",
    [SECURE_BOOT_SETUP] = "off: the firmware is in setup mode",
    [SECURE_BOOT_UNKNOWN] = "on or off: the firmware does not say",
};

/* A number of one byte (UEFI 2.10, section 3.3). */
static enum status read_flag(const struct firmware *firmware, const CHAR16 *name, bool *ret_is_set)
{
    uint8_t byte = 0;
    struct bytes value = {NULL, 0};
    enum status status = variable_get(firmware, VARIABLE_OF_UEFI, name, &byte, sizeof(byte), &value);

    if (status == STATUS_OK && value.size != sizeof(byte))
        return STATUS_INVALID;
    if (status == STATUS_OK)
        *ret_is_set = byte != 0;
    return status;
}

static enum secure_boot read_state(const struct firmware *firmware)
{
    bool is_on = false, is_setup = false;
    enum status status = read_flag(firmware, u"SecureBoot", &is_on);

    if (status == STATUS_NOT_FOUND || status == STATUS_UNSUPPORTED)
        return SECURE_BOOT_OFF;
    if (status != STATUS_OK)
        return SECURE_BOOT_UNKNOWN;
    if (read_flag(firmware, u"SetupMode", &is_setup) == STATUS_OK && is_setup)
        return SECURE_BOOT_SETUP;
    return is_on ? SECURE_BOOT_ON : SECURE_BOOT_OFF;
}

const char *secure_boot_name(enum secure_boot state)
{
    return names[state];
}

enum secure_boot secure_boot_read(const struct firmware *firmware)
{
    enum secure_boot state = read_state(firmware);

    log_info("Secure Boot is %s", secure_boot_name(state));
    return state;
}
