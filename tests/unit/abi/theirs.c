/* SPDX-License-Identifier: BSD-2-Clause */
/* The list as gnu-efi's headers see it. */
#include "table.h"

#include <efi.h>

/* What gnu-efi names or spells differently. LoadFile and LoadFile2 differ in their GUID only. */
typedef SIMPLE_INPUT_INTERFACE EFI_SIMPLE_TEXT_INPUT_PROTOCOL;
typedef SIMPLE_TEXT_OUTPUT_INTERFACE EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL;
typedef EFI_LOAD_FILE_PROTOCOL EFI_LOAD_FILE2_PROTOCOL;
#define EFI_FILE_RESERVED      EFI_FILE_RESERVIED
#define EFI_ACPI_20_TABLE_GUID ACPI_20_TABLE_GUID

const struct abi_row abi_theirs[] = {
#include "list.h"
};
const size_t abi_theirs_count = sizeof(abi_theirs) / sizeof(abi_theirs[0]);
