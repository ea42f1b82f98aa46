/* SPDX-License-Identifier: BSD-2-Clause */
#include "firmware.h"

#include <string.h>
#include <unistd.h>

#include "host_file.h"

/* In each layout the first pair that exists is taken. */
static const struct {
    const char *layout;
    const char *code;
    const char *variables;
} places[] = {
    /* Debian, Ubuntu */
    {"4m", "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
    /* Arch */
    {"4m", "/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"},
    {"4m", "/usr/share/edk2-ovmf/x64/OVMF_CODE.4m.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.4m.fd"},
    /* openSUSE */
    {"4m", "/usr/share/qemu/ovmf-x86_64-4m-code.bin", "/usr/share/qemu/ovmf-x86_64-4m-vars.bin"},
    /* what QEMU brings itself */
    {"4m", "/usr/share/qemu/edk2-x86_64-code.fd", "/usr/share/qemu/edk2-i386-vars.fd"},
    {"4m", "/usr/local/share/qemu/edk2-x86_64-code.fd", "/usr/local/share/qemu/edk2-i386-vars.fd"},
    {"2m", "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
    /* Fedora */
    {"2m", "/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
    {"2m", "/usr/share/edk2/x64/OVMF_CODE.fd", "/usr/share/edk2/x64/OVMF_VARS.fd"},
    {"2m", "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"},
    {"2m", "/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"},
};

/* The variable store that belongs to a code file is called the same but for CODE. */
static const char *find_variables(struct pool *pool, const char *code)
{
    static const char *const pairs[][2] = {{"CODE", "VARS"}, {"code", "vars"}};

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *name = host_file_name(code);
        const char *part = strstr(name, pairs[i][0]);
        const char *path;

        if (!part)
            continue;
        path = pool_format(pool, "%.*s%s%s", (int)(part - code), code, pairs[i][1], part + strlen(pairs[i][0]));
        if (access(path, R_OK) == 0)
            return path;
    }
    return NULL;
}

static enum status take_file(struct pool *pool, const char *path, struct firmware *ret_firmware, struct error *error)
{
    struct firmware firmware;
    enum status status = host_file_resolve(pool, path, &firmware.code, error);

    if (status != STATUS_OK)
        return status;
    /* beside the name that was given, which may be a link into another folder */
    firmware.variables = find_variables(pool, path);
    if (!firmware.variables && strstr(host_file_name(path), "CODE"))
        return error_set(error, STATUS_NOT_FOUND, "%s: its variable store is missing: the same name with VARS for CODE",
                         path);
    *ret_firmware = firmware;
    return STATUS_OK;
}

enum status firmware_find(struct pool *pool, const char *wanted, struct firmware *ret_firmware, struct error *error)
{
    bool is_layout = !wanted || strcmp(wanted, "4m") == 0 || strcmp(wanted, "2m") == 0;

    if (!is_layout)
        return take_file(pool, wanted, ret_firmware, error);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (wanted && strcmp(wanted, places[i].layout) != 0)
            continue;
        if (access(places[i].code, R_OK) == 0 && access(places[i].variables, R_OK) == 0) {
            *ret_firmware = (struct firmware){places[i].code, places[i].variables};
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_NOT_FOUND,
                     "the firmware OVMF%s%s%s is missing: it is in Debian's package ovmf (apt-get install ovmf); "
                     "--firmware FILE names one elsewhere",
                     wanted ? " (" : "", wanted ? wanted : "", wanted ? ")" : "");
}
