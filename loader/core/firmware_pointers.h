/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that firmware leaves for an operating system (UEFI 2.10, section 4.6): where it says that they are. */
#ifndef BATON_FIRMWARE_POINTERS_H
#define BATON_FIRMWARE_POINTERS_H

#include <stdint.h>

/* Physical addresses, 0 when absent. Nothing behind them has been looked at. */
struct firmware_pointers {
    uint64_t acpi20;      /* an RSDP of revision 2 or later */
    uint64_t acpi10;      /* an RSDP of revision 0 */
    uint64_t smbios3;     /* the 64-bit entry point */
    uint64_t smbios2;     /* the 32-bit entry point */
    uint64_t device_tree; /* flattened */
};

#endif
