/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds UEFI firmware for QEMU, EDK2 and U-Boot, where the distributions put it. */
#ifndef BATON_FIRMWARE_H
#define BATON_FIRMWARE_H

#include "architecture.h"
#include "error.h"
#include "pool.h"

/* How QEMU takes it. */
enum firmware_kind {
    FIRMWARE_FLASH,  /* as two flash chips, or as one for both */
    FIRMWARE_BIOS,   /* as -bios */
    FIRMWARE_KERNEL, /* as -kernel: what QEMU's own firmware starts */
};

struct firmware {
    enum firmware_kind kind;
    const char *code;      /* absolute path */
    const char *variables; /* its empty variable store, to be copied; NULL when `code` is all there is */
};

#define FIRMWARE_WANTED "edk2|uboot|FILE"
#define FIRMWARE_HELP                                                                                                  \
    "which firmware: EDK2 (also 4m or 2m: OVMF's two builds, for x86_64), U-Boot, or a file,\n"                        \
    "with its variables beside it when its name has CODE in it"

/*
 * `wanted` is the name of one, the path of a code file, or NULL for the first that is found of those that are good for
 * all; for x86_64 that is EDK2, the 4 MB layout before the 2 MB one. STATUS_INVALID: there is none of that name for
 * this architecture. STATUS_NOT_FOUND: it is missing; the error names the package.
 */
MUST_CHECK enum status firmware_find(struct pool *pool, const struct architecture *architecture, const char *wanted,
                                     struct firmware *ret_firmware, struct error *error);

#endif
