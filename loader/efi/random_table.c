/* SPDX-License-Identifier: BSD-2-Clause */
#include "random_table.h"

#include "abi/configuration_table.h"
#include "configuration_tables.h"
#include "memory.h"

static const EFI_GUID table_guid = LINUX_EFI_RANDOM_SEED_TABLE_GUID;

uint64_t random_table_earlier(const struct firmware *firmware)
{
    return (uintptr_t)configuration_table_find(firmware, &table_guid);
}

static void wipe_and_free(const struct firmware *firmware, void *subject)
{
    LINUX_EFI_RANDOM_SEED *table = subject;

    memory_wipe(table->Bits, table->Size);
    (void)firmware->boot->FreePool(table); /* it came from the pool */
}

/* From the pool, since Linux frees it so; and of this type, so that it is still there after a kexec. */
static LINUX_EFI_RANDOM_SEED *make_table(const struct firmware *firmware, const uint8_t *seed, size_t size)
{
    LINUX_EFI_RANDOM_SEED *table;
    void *room = NULL;

    if (firmware->boot->AllocatePool(EfiACPIReclaimMemory, sizeof(*table) + size, &room) != EFI_SUCCESS || !room)
        return NULL;
    table = room;
    table->Size = (uint32_t)size;
    memcpy(table->Bits, seed, size);
    return table;
}

/* What the firmware still points to is not freed, and where Linux has put its own in place it has freed this one. */
enum status random_table_offer(struct ledger *ledger, const uint8_t *seed, size_t size, struct error *error)
{
    LINUX_EFI_RANDOM_SEED *table = make_table(ledger->firmware, seed, size);
    EFI_STATUS result;

    if (!table)
        return error_set(error, STATUS_NO_MEMORY, "the firmware has no memory for a random seed");
    result = configuration_table_install(ledger, &table_guid, table, wipe_and_free);
    if (result == EFI_SUCCESS)
        return STATUS_OK;
    wipe_and_free(ledger->firmware, table);
    return error_set(error, STATUS_DEVICE, "the firmware takes no random seed (%s)", firmware_status_name(result));
}
