/* SPDX-License-Identifier: BSD-2-Clause */
#include "configuration_tables.h"

#include "abi/configuration_table.h"
#include "checked.h"
#include "memory.h"

#define ENTRIES_AT_MOST 4096 /* firmware has about ten */

uint64_t configuration_table(const struct firmware *firmware, const EFI_GUID *guid)
{
    const EFI_CONFIGURATION_TABLE *entries = firmware->system->ConfigurationTable;
    size_t count = entries ? (size_t)min_u64(firmware->system->NumberOfTableEntries, ENTRIES_AT_MOST) : 0;

    for (size_t i = 0; i < count; i++) {
        if (entries[i].VendorTable && memcmp(&entries[i].VendorGuid, guid, sizeof(*guid)) == 0)
            return (uintptr_t)entries[i].VendorTable;
    }
    return 0;
}

void configuration_tables_find(const struct firmware *firmware, struct firmware_pointers *ret_pointers)
{
    static const EFI_GUID acpi20 = EFI_ACPI_20_TABLE_GUID, acpi10 = ACPI_TABLE_GUID, smbios3 = SMBIOS3_TABLE_GUID,
                          smbios2 = SMBIOS_TABLE_GUID, device_tree = EFI_DTB_TABLE_GUID;

    *ret_pointers = (struct firmware_pointers){
        .acpi20 = configuration_table(firmware, &acpi20),
        .acpi10 = configuration_table(firmware, &acpi10),
        .smbios3 = configuration_table(firmware, &smbios3),
        .smbios2 = configuration_table(firmware, &smbios2),
        .device_tree = configuration_table(firmware, &device_tree),
    };
}
