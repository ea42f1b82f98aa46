/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration tables that Baton looks for or leaves behind (UEFI 2.10, section 4.6.1). */
#ifndef BATON_ABI_CONFIGURATION_TABLE_H
#define BATON_ABI_CONFIGURATION_TABLE_H

#include "abi/base.h"

/* An RSDP of revision 2 or later. */
#define EFI_ACPI_20_TABLE_GUID                                                                                         \
    EFI_GUID_VALUE(0x8868e871, 0xe4f1, 0x11d3, 0xbc, 0x22, 0x00, 0x80, 0xc7, 0x3c, 0x88, 0x81)

/* An RSDP of revision 0. */
#define ACPI_TABLE_GUID EFI_GUID_VALUE(0xeb9d2d30, 0x2d88, 0x11d3, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)

/* The 32-bit entry point, "_SM_". */
#define SMBIOS_TABLE_GUID EFI_GUID_VALUE(0xeb9d2d31, 0x2d88, 0x11d3, 0x9a, 0x16, 0x00, 0x90, 0x27, 0x3f, 0xc1, 0x4d)

/* The 64-bit entry point, "_SM3_". */
#define SMBIOS3_TABLE_GUID EFI_GUID_VALUE(0xf2fd1544, 0x9794, 0x4a2c, 0x99, 0x2e, 0xe5, 0xbb, 0xcf, 0x20, 0xe3, 0x94)

/* A flattened device tree. */
#define EFI_DTB_TABLE_GUID EFI_GUID_VALUE(0xb1b621d5, 0xf19c, 0x41a5, 0x83, 0x0b, 0xd9, 0x15, 0x2c, 0x69, 0xaa, 0xe0)

/* A seed for Linux's random numbers: no specification's, but systemd's Boot Loader Interface has it, too. */
#define LINUX_EFI_RANDOM_SEED_TABLE_GUID                                                                               \
    EFI_GUID_VALUE(0x1ce1e5bc, 0x7ceb, 0x42f2, 0x81, 0xe5, 0x8a, 0xad, 0xf1, 0x80, 0xf5, 0x7b)

typedef struct LINUX_EFI_RANDOM_SEED {
    uint32_t Size; /* bytes of Bits; Linux takes 1024 at the most */
    uint8_t Bits[];
} LINUX_EFI_RANDOM_SEED;

ABI_SIZE(LINUX_EFI_RANDOM_SEED, 4);
ABI_OFFSET(LINUX_EFI_RANDOM_SEED, Size, 0);
ABI_OFFSET(LINUX_EFI_RANDOM_SEED, Bits, 4);

#endif
