/* SPDX-License-Identifier: BSD-2-Clause */
/* The arguments of an application that the UEFI shell started (UEFI Shell 2.2, section 2.3). */
#ifndef BATON_ABI_SHELL_PARAMETERS_H
#define BATON_ABI_SHELL_PARAMETERS_H

#include "abi/base.h"

#define EFI_SHELL_PARAMETERS_PROTOCOL_GUID                                                                             \
    EFI_GUID_VALUE(0x752f3136, 0x4e16, 0x4fdc, 0xa2, 0x2a, 0xe5, 0xf4, 0x68, 0x12, 0xf4, 0xca)

typedef struct EFI_SHELL_PARAMETERS_PROTOCOL {
    CHAR16 **Argv; /* Argv[0] is the application's path */
    UINTN Argc;
    void *StdIn; /* SHELL_FILE_HANDLEs, not used here */
    void *StdOut;
    void *StdErr;
} EFI_SHELL_PARAMETERS_PROTOCOL;

ABI_SIZE(EFI_SHELL_PARAMETERS_PROTOCOL, 40);
ABI_OFFSET(EFI_SHELL_PARAMETERS_PROTOCOL, Argv, 0);
ABI_OFFSET(EFI_SHELL_PARAMETERS_PROTOCOL, Argc, 8);
ABI_OFFSET(EFI_SHELL_PARAMETERS_PROTOCOL, StdIn, 16);
ABI_OFFSET(EFI_SHELL_PARAMETERS_PROTOCOL, StdOut, 24);
ABI_OFFSET(EFI_SHELL_PARAMETERS_PROTOCOL, StdErr, 32);

#endif
