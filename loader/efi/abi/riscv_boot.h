/* SPDX-License-Identifier: BSD-2-Clause */
/* Which hart the firmware runs on (RISC-V UEFI Protocol Specification 1.0, chapter 3). */
#ifndef BATON_ABI_RISCV_BOOT_H
#define BATON_ABI_RISCV_BOOT_H

#include "abi/base.h"

#define RISCV_EFI_BOOT_PROTOCOL_GUID                                                                                   \
    EFI_GUID_VALUE(0xccd15fec, 0x6f73, 0x4eec, 0x83, 0x95, 0x3e, 0x69, 0xe4, 0xb9, 0x40, 0xbf)

typedef struct RISCV_EFI_BOOT_PROTOCOL RISCV_EFI_BOOT_PROTOCOL;
struct RISCV_EFI_BOOT_PROTOCOL {
    uint64_t Revision;
    EFI_STATUS(EFIAPI *GetBootHartId)(RISCV_EFI_BOOT_PROTOCOL *This, UINTN *BootHartId);
};

ABI_SIZE(RISCV_EFI_BOOT_PROTOCOL, 16);
ABI_OFFSET(RISCV_EFI_BOOT_PROTOCOL, Revision, 0);
ABI_OFFSET(RISCV_EFI_BOOT_PROTOCOL, GetBootHartId, 8);

#endif
