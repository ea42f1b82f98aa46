/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds OVMF, the UEFI firmware for QEMU, where the distributions put it. */
#ifndef BATON_FIRMWARE_H
#define BATON_FIRMWARE_H

#include "error.h"
#include "pool.h"

struct firmware {
    const char *code;      /* absolute path */
    const char *variables; /* its empty variable store, to be copied; NULL when `code` holds code and store */
};

/*
 * `wanted` is "2m", "4m", the path of a code file, or NULL for the first that is found, the 4 MB layout before the 2 MB
 * one. STATUS_NOT_FOUND: it is missing; the error names the package.
 */
MUST_CHECK enum status firmware_find(struct pool *pool, const char *wanted, struct firmware *ret_firmware,
                                     struct error *error);

#endif
