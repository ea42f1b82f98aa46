/* SPDX-License-Identifier: BSD-2-Clause */
/* Random numbers (UEFI 2.10, section 37.5). */
#ifndef BATON_ABI_RNG_H
#define BATON_ABI_RNG_H

#include "abi/base.h"

#define EFI_RNG_PROTOCOL_GUID EFI_GUID_VALUE(0x3152bca5, 0xeade, 0x433d, 0x86, 0x2e, 0xc0, 0x1c, 0xdc, 0x29, 0x1f, 0x44)

typedef struct EFI_RNG_PROTOCOL EFI_RNG_PROTOCOL;
struct EFI_RNG_PROTOCOL {
    EFI_STATUS(EFIAPI *GetInfo)
    (EFI_RNG_PROTOCOL *This, UINTN *RNGAlgorithmListSize, EFI_GUID *RNGAlgorithmList);
    /* A NULL algorithm is the firmware's default one. */
    EFI_STATUS(EFIAPI *GetRNG)
    (EFI_RNG_PROTOCOL *This, const EFI_GUID *RNGAlgorithm, UINTN RNGValueLength, uint8_t *RNGValue);
};

ABI_SIZE(EFI_RNG_PROTOCOL, 16);
ABI_OFFSET(EFI_RNG_PROTOCOL, GetInfo, 0);
ABI_OFFSET(EFI_RNG_PROTOCOL, GetRNG, 8);

#endif
