/* SPDX-License-Identifier: BSD-2-Clause */
#include "configuration_tables.h"

#include "abi/configuration_table.h"
#include "checked.h"
#include "memory.h"

#define ENTRIES_AT_MOST 4096 /* firmware has about ten */

/* What the ledger refers to. */
struct installed {
    const EFI_GUID *guid;
    void *table, *before;
    void (*release)(const struct firmware *firmware, void *table);
};

void *configuration_table_find(const struct firmware *firmware, const EFI_GUID *guid)
{
    const EFI_CONFIGURATION_TABLE *entries = firmware->system->ConfigurationTable;
    size_t count = entries ? (size_t)min_u64(firmware->system->NumberOfTableEntries, ENTRIES_AT_MOST) : 0;

    for (size_t i = 0; i < count; i++) {
        if (entries[i].VendorTable && memcmp(&entries[i].VendorGuid, guid, sizeof(*guid)) == 0)
            return entries[i].VendorTable;
    }
    return NULL;
}

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

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        uint64_t *pointer = (uint64_t *)((char *)ret_pointers + known[i].pointer);

        *pointer = (uintptr_t)configuration_table_find(firmware, &known[i].guid);
    }
}

static void take_back(const struct firmware *firmware, void *subject, uint64_t number)
{
    const struct installed *installed = subject;

    (void)number;
    if (configuration_table_find(firmware, installed->guid) != installed->table)
        return;
    /* Where that fails nothing is left to do: the firmware still points to it. */
    if (firmware->boot->InstallConfigurationTable(installed->guid, installed->before) == EFI_SUCCESS &&
        installed->release)
        installed->release(firmware, installed->table);
}

EFI_STATUS configuration_table_install(struct ledger *ledger, const EFI_GUID *guid, void *table,
                                       void (*release)(const struct firmware *firmware, void *table))
{
    const struct firmware *firmware = ledger->firmware;
    struct installed *installed;
    struct error error; /* the status is all that is said */
    void *room = NULL;
    EFI_STATUS status;

    if (ledger_memory(ledger, sizeof(*installed), &room, &error) != STATUS_OK ||
        ledger_prepare(ledger, &error) != STATUS_OK)
        return EFI_OUT_OF_RESOURCES;
    installed = room;
    *installed = (struct installed){guid, table, configuration_table_find(firmware, guid), release};
    status = firmware->boot->InstallConfigurationTable(guid, table);
    if (status == EFI_SUCCESS)
        ledger_note(ledger, &(struct ledger_entry){take_back, installed, 0});
    return status;
}
