/* SPDX-License-Identifier: BSD-2-Clause */
#include "configuration_tables.h"

#include "abi/configuration_table.h"
#include "checked.h"
#include "memory.h"

#define ENTRIES_AT_MOST 4096 /* firmware has about ten */

void configuration_tables_find(const struct firmware *firmware, struct firmware_pointers *ret_pointers)
{
    static const struct {
        EFI_GUID guid;
        size_t pointer;
    } known[] = {
        {EFI_ACPI_20_TABLE_GUID, offsetof(struct firmware_pointers, acpi20)},
        {ACPI_TABLE_GUID, offsetof(struct firmware_pointers, acpi10)},
        {SMBIOS3_TABLE_GUID, offsetof(struct firmware_pointers, smbios3)},
        {SMBIOS_TABLE_GUID, offsetof(struct firmware_pointers, smbios2)},
        {EFI_DTB_TABLE_GUID, offsetof(struct firmware_pointers, device_tree)},
    };
    const EFI_CONFIGURATION_TABLE *entries = firmware->system->ConfigurationTable;
    size_t count = entries ? (size_t)min_u64(firmware->system->NumberOfTableEntries, ENTRIES_AT_MOST) : 0;

    *ret_pointers = (struct firmware_pointers){0};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < sizeof(known) / sizeof(known[0]); j++) {
            uint64_t *pointer = (uint64_t *)((char *)ret_pointers + known[j].pointer);

            if (*pointer == 0 && memcmp(&entries[i].VendorGuid, &known[j].guid, sizeof(EFI_GUID)) == 0)
                *pointer = (uintptr_t)entries[i].VendorTable;
        }
    }
}
