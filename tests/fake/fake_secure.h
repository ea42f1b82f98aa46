/* SPDX-License-Identifier: BSD-2-Clause */
/* Secure Boot: its variables, and what may be started. */
#ifndef BATON_FAKE_SECURE_H
#define BATON_FAKE_SECURE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/base.h"

struct fake_file;

/* Zeros: a firmware that has never heard of it. */
struct fake_secure {
    bool is_there;           /* and these are: */
    uint8_t secure_boot;     /* the variable SecureBoot */
    uint8_t setup_mode;      /* the variable SetupMode */
    int extra;               /* bytes that SecureBoot has besides its one */
    EFI_STATUS status;       /* with which it cannot be read */
    EFI_STATUS setup_status; /* the same of SetupMode */
};

void fake_secure_start(void);

/* A variable of these. False when it is none. */
bool fake_secure_variable(const CHAR16 *name, UINTN *size, void *data, EFI_STATUS *ret_status);

/* GetVariable is made to fail. Which failures keep a kernel from being booted hangs on what is asked for. */
void fake_secure_failed(const CHAR16 *name, EFI_STATUS status);

/* What a kernel is to be told: BATON_SECURE_BOOT_... */
uint32_t fake_secure_state(void);

/* LoadImage refuses what is not signed. */
bool fake_secure_lets_load(const struct fake_file *file);

/* Nothing may be started that LoadImage does not see, and the loader could know that: it was not told that there is no
 * such thing as Secure Boot. */
bool fake_secure_forbids_kernels(void);
bool fake_secure_was_denied(void);

#endif
