/* SPDX-License-Identifier: BSD-2-Clause */
#include "restart.h"

#include "variables.h"

/* A variable of UEFI's that is 64 bits of flags, none of which is set where there is no such variable. False: it cannot
 * be read. */
static bool read_flags(const struct firmware *firmware, const CHAR16 *name, uint64_t *ret_flags)
{
    struct bytes value;
    uint64_t flags = 0;
    enum status status = variable_get(firmware, VARIABLE_OF_UEFI, name, &flags, sizeof(flags), &value);

    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        return false;
    *ret_flags = status == STATUS_OK && value.size == sizeof(flags) ? flags : 0;
    return true;
}

bool restart_can_open_setup(const struct firmware *firmware)
{
    uint64_t supported;

    return read_flags(firmware, u"OsIndicationsSupported", &supported) &&
           (supported & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) != 0;
}

/* Leaves what others have asked for as it is, and writes nothing that is there already. */
static bool add_request(const struct firmware *firmware, uint64_t request)
{
    uint64_t flags;

    if (!read_flags(firmware, u"OsIndications", &flags))
        return false;
    if ((flags & request) == request)
        return true;
    flags |= request;
    return variable_set(firmware, VARIABLE_OF_UEFI, u"OsIndications", VARIABLE_PERSISTENT,
                        (struct bytes){(const uint8_t *)&flags, sizeof(flags)});
}

static enum status ask_for_setup(const struct firmware *firmware, struct error *error)
{
    if (!restart_can_open_setup(firmware))
        return error_set(
            error, STATUS_UNSUPPORTED,
            "This firmware cannot be asked to open its setup (OsIndicationsSupported). Press its key while "
            "the machine starts; often it is Del, F2 or Esc.");
    if (!add_request(firmware, EFI_OS_INDICATIONS_BOOT_TO_FW_UI))
        return error_set(error, STATUS_DEVICE,
                         "The firmware does not take the request to open its setup (OsIndications). Press its key "
                         "while the machine starts; often it is Del, F2 or Esc.");
    return STATUS_OK;
}

enum status restart(const struct firmware *firmware, enum restart_how how, struct error *error)
{
    enum status status = how == RESTART_FIRMWARE_SETUP ? ask_for_setup(firmware, error) : STATUS_OK;

    if (status != STATUS_OK)
        return status;
    firmware->system->RuntimeServices->ResetSystem(how == RESTART_POWER_OFF ? EfiResetShutdown : EfiResetCold,
                                                   EFI_SUCCESS, 0, NULL);
    /* It should not come back, and some do from a shutdown. */
    return error_set(error, STATUS_DEVICE, "The firmware does not %s the machine. Press its button.",
                     how == RESTART_POWER_OFF ? "switch off" : "restart");
}
