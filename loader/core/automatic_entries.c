/* SPDX-License-Identifier: BSD-2-Clause */
#include "automatic_entries.h"

#define PREFIX "auto-"

/* Titles and letters are systemd-boot's, too. */
static const struct {
    const char *id, *title;
    const char *path; /* of the program; NULL for the shell, and where none is started */
    char key;
    enum entry_action action;
} known[AUTOMATIC_COUNT] = {
    [AUTOMATIC_MACOS] = {"auto-osx", "macOS", "/System/Library/CoreServices/boot.efi", 'a', ENTRY_BOOT},
    [AUTOMATIC_WINDOWS] = {"auto-windows", "Windows Boot Manager", "/EFI/Microsoft/Boot/bootmgfw.efi", 'w', ENTRY_BOOT},
    [AUTOMATIC_SHELL] = {"auto-efi-shell", "EFI Shell", NULL, 's', ENTRY_BOOT},
    [AUTOMATIC_FIRMWARE_SETUP] = {"auto-reboot-to-firmware-setup", "Reboot Into Firmware Interface", NULL, 0,
                                  ENTRY_FIRMWARE_SETUP},
    [AUTOMATIC_POWER_OFF] = {"auto-poweroff", "Power Off The System", NULL, 0, ENTRY_POWER_OFF},
    [AUTOMATIC_REBOOT] = {"auto-reboot", "Reboot The System", NULL, 0, ENTRY_REBOOT},
};

bool automatic_entry_is_wanted(enum automatic_entry which, const struct loader_config *config)
{
    switch (which) {
    case AUTOMATIC_FIRMWARE_SETUP:
        return !config->no_auto_firmware;
    case AUTOMATIC_POWER_OFF:
        return config->auto_poweroff;
    case AUTOMATIC_REBOOT:
        return config->auto_reboot;
    default:
        return !config->no_auto_entries;
    }
}

struct entry automatic_entry_make(enum automatic_entry which, const char *shell)
{
    struct entry entry = {.automatic = true,
                          .action = known[which].action,
                          .file = known[which].id,
                          .id = known[which].id,
                          .title = known[which].title,
                          .key = known[which].key,
                          .kernel = known[which].title,
                          .options = ""};

    if (entry.action != ENTRY_BOOT)
        return entry;
    entry.kernel_key = ENTRY_KERNEL_EFI;
    entry.kernel = which == AUTOMATIC_SHELL ? shell : known[which].path;
    return entry;
}

bool automatic_entry_has_name(struct text name)
{
    const struct text prefix = text_of(PREFIX);

    return name.length >= prefix.length && text_equal_ignoring_case((struct text){name.data, prefix.length}, prefix);
}
