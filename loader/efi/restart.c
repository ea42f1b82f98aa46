/* SPDX-License-Identifier: BSD-2-Clause */
#include "restart.h"

#include "variables.h"

/* A variable of UEFI's that is 64 bits of flags; 0 where there is none. */
static uint64_t read_flags(const struct firmware *firmware, const CHAR16 *name)
{
    struct bytes value;
    uint64_t flags = 0;

    if (variable_get(firmware, VARIABLE_OF_UEFI, name, &flags, sizeof(flags), &value) != STATUS_OK ||
        value.size != sizeof(flags))
        return 0;
    return flags;
}

bool restart_can_open_setup(const struct firmware *firmware)
{
    return (read_flags(firmware, u"OsIndicationsSupported") & EFI_OS_INDICATIONS_BOOT_TO_FW_UI) != 0;
}

/* Leaves what others have asked for as it is, and writes nothing that is there already. */
static enum status ask_for_setup(const struct firmware *firmware, struct error *error)
{
    uint64_t flags, wanted;

    if (!restart_can_open_setup(firmware))
        return error_set(
            error, STATUS_UNSUPPORTED,
            "This firmware cannot be asked to open its setup (OsIndicationsSupported). Press its key while "
            "the machine starts; often it is Del, F2 or Esc.");
    flags = read_flags(firmware, u"OsIndications");
    wanted = flags | EFI_OS_INDICATIONS_BOOT_TO_FW_UI;
    if (wanted != flags && !variable_set(firmware, VARIABLE_OF_UEFI, u"OsIndications", VARIABLE_PERSISTENT,
                                         (struct bytes){(const uint8_t *)&wanted, sizeof(wanted)}))
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
