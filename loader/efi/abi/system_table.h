/* SPDX-License-Identifier: BSD-2-Clause */
/* The table that an EFI application is given (UEFI 2.10, sections 4.3 and 4.6). */
#ifndef BATON_ABI_SYSTEM_TABLE_H
#define BATON_ABI_SYSTEM_TABLE_H

#include "abi/base.h"
#include "abi/boot_services.h"
#include "abi/runtime_services.h"
#include "abi/simple_text_input.h"
#include "abi/simple_text_output.h"

#define EFI_SYSTEM_TABLE_SIGNATURE 0x5453595320494249ULL /* "IBI SYST" */

/* What VendorTable points to depends on the GUID (configuration_table.h); its address is physical. */
typedef struct EFI_CONFIGURATION_TABLE {
    EFI_GUID VendorGuid;
    void *VendorTable;
} EFI_CONFIGURATION_TABLE;

ABI_SIZE(EFI_CONFIGURATION_TABLE, 24);
ABI_OFFSET(EFI_CONFIGURATION_TABLE, VendorGuid, 0);
ABI_OFFSET(EFI_CONFIGURATION_TABLE, VendorTable, 16);

typedef struct EFI_SYSTEM_TABLE {
    EFI_TABLE_HEADER Hdr;
    CHAR16 *FirmwareVendor;
    uint32_t FirmwareRevision;
    uint32_t Padding;
    EFI_HANDLE ConsoleInHandle;
    EFI_SIMPLE_TEXT_INPUT_PROTOCOL *ConIn;
    EFI_HANDLE ConsoleOutHandle;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *ConOut;
    EFI_HANDLE StandardErrorHandle;
    EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *StdErr;
    EFI_RUNTIME_SERVICES *RuntimeServices;
    EFI_BOOT_SERVICES *BootServices;
    UINTN NumberOfTableEntries;
    EFI_CONFIGURATION_TABLE *ConfigurationTable;
} EFI_SYSTEM_TABLE;

ABI_SIZE(EFI_SYSTEM_TABLE, 120);
ABI_OFFSET(EFI_SYSTEM_TABLE, Hdr, 0);
ABI_OFFSET(EFI_SYSTEM_TABLE, FirmwareVendor, 24);
ABI_OFFSET(EFI_SYSTEM_TABLE, FirmwareRevision, 32);
ABI_OFFSET(EFI_SYSTEM_TABLE, Padding, 36);
ABI_OFFSET(EFI_SYSTEM_TABLE, ConsoleInHandle, 40);
ABI_OFFSET(EFI_SYSTEM_TABLE, ConIn, 48);
ABI_OFFSET(EFI_SYSTEM_TABLE, ConsoleOutHandle, 56);
ABI_OFFSET(EFI_SYSTEM_TABLE, ConOut, 64);
ABI_OFFSET(EFI_SYSTEM_TABLE, StandardErrorHandle, 72);
ABI_OFFSET(EFI_SYSTEM_TABLE, StdErr, 80);
ABI_OFFSET(EFI_SYSTEM_TABLE, RuntimeServices, 88);
ABI_OFFSET(EFI_SYSTEM_TABLE, BootServices, 96);
ABI_OFFSET(EFI_SYSTEM_TABLE, NumberOfTableEntries, 104);
ABI_OFFSET(EFI_SYSTEM_TABLE, ConfigurationTable, 112);

#endif
