/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_secure.h"

#include <string.h>

#include "fake.h"

static bool was_denied;

void fake_secure_start(void)
{
    was_denied = false;
}

static bool is_name(const CHAR16 *name, const char *text)
{
    size_t i = 0;

    while (text[i] != '\0' && name[i] == (CHAR16)text[i])
        i++;
    return text[i] == '\0' && name[i] == 0;
}

static EFI_STATUS give(uint8_t value, size_t length, UINTN *size, void *data)
{
    size_t room = *size;

    *size = length;
    if (room < length)
        return EFI_BUFFER_TOO_SMALL;
    memset(data, value, length);
    return EFI_SUCCESS;
}

bool fake_secure_variable(const CHAR16 *name, UINTN *size, void *data, EFI_STATUS *ret_status)
{
    const struct fake_secure *secure = &fake_setup()->secure;

    if (!secure->is_there)
        return false;
    if (is_name(name, "SecureBoot"))
        *ret_status = secure->status != EFI_SUCCESS
                          ? secure->status
                          : give(secure->secure_boot, (size_t)(1 + secure->extra), size, data);
    else if (is_name(name, "SetupMode"))
        *ret_status =
            secure->setup_status != EFI_SUCCESS ? secure->setup_status : give(secure->setup_mode, 1, size, data);
    else
        return false;
    return true;
}

void fake_secure_failed(const CHAR16 *name, EFI_STATUS status)
{
    const struct fake_secure *secure = &fake_setup()->secure;
    bool denies = status == EFI_NOT_FOUND || status == EFI_UNSUPPORTED;

    if (is_name(name, "SecureBoot")) {
        was_denied |= denies;
        fake_set_vital(!denies);
    } else if (is_name(name, "SetupMode")) {
        fake_set_vital(secure->secure_boot != 0 && secure->setup_mode != 0); /* which then does not overrule it */
    }
}

uint32_t fake_secure_state(void)
{
    const struct fake_secure *secure = &fake_setup()->secure;

    if (secure->setup_mode != 0)
        return BATON_SECURE_BOOT_SETUP;
    return secure->secure_boot != 0 ? BATON_SECURE_BOOT_ON : BATON_SECURE_BOOT_OFF;
}

bool fake_secure_lets_load(const struct fake_file *file)
{
    return file->is_signed || fake_secure_state() != BATON_SECURE_BOOT_ON;
}

bool fake_secure_forbids_kernels(void)
{
    const struct fake_secure *secure = &fake_setup()->secure;

    return secure->status != EFI_SUCCESS || secure->extra != 0 || fake_secure_state() == BATON_SECURE_BOOT_ON;
}

bool fake_secure_was_denied(void)
{
    return was_denied;
}
