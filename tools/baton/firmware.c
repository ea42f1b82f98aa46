/* SPDX-License-Identifier: BSD-2-Clause */
#include "firmware.h"

#include <string.h>
#include <unistd.h>

#include "host_file.h"

#define FLASH_SIZE_AARCH64 (64ULL << 20) /* QEMU's virt machine takes flash of this size only */

#define X86_64  ARCHITECTURE_X86_64
#define AARCH64 ARCHITECTURE_AARCH64
#define RISCV64 ARCHITECTURE_RISCV64
#define FLASH   FIRMWARE_FLASH
#define BIOS    FIRMWARE_BIOS
#define KERNEL  FIRMWARE_KERNEL

/* What --firmware can be called, besides a file. Without it the first one is meant, and where that is missing those
 * behind it which have the mark. */
static const struct make {
    enum architecture_id architecture;
    const char *name;
    bool stands_in;
    const char *title, *package;
} makes[] = {
    {X86_64, "4m", true, "OVMF (4m)", "ovmf"},
    {X86_64, "2m", true, "OVMF (2m)", "ovmf"},
    {X86_64, "uboot", false, "U-Boot for x86_64", "u-boot-qemu"},
    {AARCH64, "edk2", true, "EDK2 for aarch64", "qemu-efi-aarch64"},
    {AARCH64, "uboot", false, "U-Boot for aarch64", "u-boot-qemu"},
    {RISCV64, "uboot", true, "U-Boot for riscv64", "u-boot-qemu"},
    {RISCV64, "edk2", true, "EDK2 for riscv64", "qemu-efi-riscv64"},
};

/* Of each make the first that exists is taken. */
static const struct place {
    enum architecture_id architecture;
    const char *name; /* of its make */
    enum firmware_kind kind;
    const char *code;
    const char *variables;
} places[] = {
    /* Debian, Ubuntu */
    {X86_64, "4m", FLASH, "/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"},
    /* Arch */
    {X86_64, "4m", FLASH, "/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"},
    {X86_64, "4m", FLASH, "/usr/share/edk2-ovmf/x64/OVMF_CODE.4m.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.4m.fd"},
    /* openSUSE */
    {X86_64, "4m", FLASH, "/usr/share/qemu/ovmf-x86_64-4m-code.bin", "/usr/share/qemu/ovmf-x86_64-4m-vars.bin"},
    /* what QEMU brings itself */
    {X86_64, "4m", FLASH, "/usr/share/qemu/edk2-x86_64-code.fd", "/usr/share/qemu/edk2-i386-vars.fd"},
    {X86_64, "4m", FLASH, "/usr/local/share/qemu/edk2-x86_64-code.fd", "/usr/local/share/qemu/edk2-i386-vars.fd"},
    /* Debian, Ubuntu; Fedora; Arch; openSUSE */
    {X86_64, "2m", FLASH, "/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"},
    {X86_64, "2m", FLASH, "/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"},
    {X86_64, "2m", FLASH, "/usr/share/edk2/x64/OVMF_CODE.fd", "/usr/share/edk2/x64/OVMF_VARS.fd"},
    {X86_64, "2m", FLASH, "/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"},
    {X86_64, "2m", FLASH, "/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"},
    {X86_64, "uboot", BIOS, "/usr/lib/u-boot/qemu-x86_64/u-boot.rom", NULL},

    /* Of one file QEMU makes a flash chip of the right size, and the other chip is empty: nothing to copy. Debian and
     * Ubuntu; Fedora and Arch; Arch before; openSUSE */
    {AARCH64, "edk2", BIOS, "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd", NULL},
    {AARCH64, "edk2", BIOS, "/usr/share/edk2/aarch64/QEMU_EFI.fd", NULL},
    {AARCH64, "edk2", BIOS, "/usr/share/edk2-armvirt/aarch64/QEMU_EFI.fd", NULL},
    {AARCH64, "edk2", BIOS, "/usr/share/qemu/qemu-uefi-aarch64.bin", NULL},
    {AARCH64, "edk2", FLASH, "/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"},
    /* what QEMU brings itself */
    {AARCH64, "edk2", FLASH, "/usr/share/qemu/edk2-aarch64-code.fd", "/usr/share/qemu/edk2-arm-vars.fd"},
    {AARCH64, "edk2", FLASH, "/usr/local/share/qemu/edk2-aarch64-code.fd", "/usr/local/share/qemu/edk2-arm-vars.fd"},
    {AARCH64, "uboot", BIOS, "/usr/lib/u-boot/qemu_arm64/u-boot.bin", NULL},

    {RISCV64, "uboot", KERNEL, "/usr/lib/u-boot/qemu-riscv64_smode/uboot.elf", NULL},
    /* Debian from 13 on; Fedora */
    {RISCV64, "edk2", FLASH, "/usr/share/qemu-efi-riscv64/RISCV_VIRT_CODE.fd",
     "/usr/share/qemu-efi-riscv64/RISCV_VIRT_VARS.fd"},
    {RISCV64, "edk2", FLASH, "/usr/share/edk2/riscv/RISCV_VIRT_CODE.fd", "/usr/share/edk2/riscv/RISCV_VIRT_VARS.fd"},
    {RISCV64, "edk2", FLASH, "/usr/share/qemu/edk2-riscv-code.fd", "/usr/share/qemu/edk2-riscv-vars.fd"},
    {RISCV64, "edk2", FLASH, "/usr/local/share/qemu/edk2-riscv-code.fd", "/usr/local/share/qemu/edk2-riscv-vars.fd"},
};

#define MAKES  (sizeof(makes) / sizeof(makes[0]))
#define PLACES (sizeof(places) / sizeof(places[0]))

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

/* How QEMU takes a file of that size without variables beside it. */
static enum firmware_kind kind_of_file(const struct architecture *architecture, const char *path, uint64_t size)
{
    const char *dot = strrchr(path, '.');

    switch (architecture->id) {
    case ARCHITECTURE_AARCH64:
        return size == FLASH_SIZE_AARCH64 ? FIRMWARE_FLASH : FIRMWARE_BIOS;
    case ARCHITECTURE_RISCV64:
        return FIRMWARE_KERNEL;
    default:
        return dot && strcmp(dot, ".rom") == 0 ? FIRMWARE_BIOS : FIRMWARE_FLASH;
    }
}

static enum status take_file(struct pool *pool, const struct architecture *architecture, const char *path,
                             struct firmware *ret_firmware, struct error *error)
{
    struct firmware firmware = {.kind = FIRMWARE_FLASH};
    uint64_t size;
    enum status status = host_file_check(path, &size, error);

    if (status == STATUS_OK)
        status = host_file_resolve(pool, path, &firmware.code, error);
    if (status != STATUS_OK)
        return status;
    /* beside the name that was given, which may be a link into another folder */
    firmware.variables = find_variables(pool, path);
    if (!firmware.variables && strstr(host_file_name(path), "CODE"))
        return error_set(error, STATUS_NOT_FOUND, "%s: its variable store is missing: the same name with VARS for CODE",
                         path);
    if (!firmware.variables)
        firmware.kind = kind_of_file(architecture, path, size);
    *ret_firmware = firmware;
    return STATUS_OK;
}

/* The name in `makes` for what a person calls it; NULL for any that is good for all, a file's name as it is. */
static const char *plain_name(const struct architecture *architecture, const char *wanted)
{
    if (!wanted || (strcmp(wanted, "edk2") == 0 && architecture->id == ARCHITECTURE_X86_64))
        return NULL;
    return strcmp(wanted, "u-boot") == 0 ? "uboot" : wanted;
}

static bool find_place(const struct make *make, struct firmware *ret_firmware)
{
    for (size_t i = 0; i < PLACES; i++) {
        const struct place *place = &places[i];

        if (place->architecture == make->architecture && strcmp(place->name, make->name) == 0 &&
            access(place->code, R_OK) == 0 && (!place->variables || access(place->variables, R_OK) == 0)) {
            *ret_firmware = (struct firmware){place->kind, place->code, place->variables};
            return true;
        }
    }
    return false;
}

/* A word that names no make may be a file's name; but one like "ovmf" is a guess. */
static enum status refuse_name(struct pool *pool, const struct architecture *architecture, const char *wanted,
                               struct error *error)
{
    const char *names = architecture->id == ARCHITECTURE_X86_64 ? "edk2" : "";

    for (size_t i = 0; i < MAKES; i++) {
        if (makes[i].architecture == architecture->id)
            names = pool_format(pool, "%s%s%s", names, *names != '\0' ? ", " : "", makes[i].name);
    }
    return error_set(error, STATUS_INVALID, "--firmware %s: there is no such file, and for %s there is %s", wanted,
                     architecture->name, names);
}

enum status firmware_find(struct pool *pool, const struct architecture *architecture, const char *wanted,
                          struct firmware *ret_firmware, struct error *error)
{
    const char *name = plain_name(architecture, wanted);
    const struct make *missing = NULL;

    for (size_t i = 0; i < MAKES; i++) {
        const struct make *make = &makes[i];

        if (make->architecture != architecture->id || (name ? strcmp(make->name, name) != 0 : !make->stands_in))
            continue;
        if (find_place(make, ret_firmware))
            return STATUS_OK;
        if (!missing)
            missing = make;
    }
    if (missing)
        return error_set(error, STATUS_NOT_FOUND,
                         "the firmware %s is missing: it is in Debian's package %s (apt-get install %s); "
                         "--firmware FILE names one elsewhere",
                         missing->title, missing->package, missing->package);
    if (!strpbrk(name, "./") && access(name, F_OK) != 0)
        return refuse_name(pool, architecture, name, error);
    return take_file(pool, architecture, name, ret_firmware, error);
}
