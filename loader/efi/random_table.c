/* SPDX-License-Identifier: BSD-2-Clause */
#include "random_table.h"

#include "abi/configuration_table.h"
#include "configuration_tables.h"
#include "memory.h"
#include "phys.h"

#define BITS_AT_MOST 1024 /* bytes; what Linux takes */

static const EFI_GUID guid = LINUX_EFI_RANDOM_SEED_TABLE_GUID;

static uint64_t installed(const struct firmware *firmware)
{
    return configuration_table(firmware, &guid);
}

struct bytes random_table_find(const struct firmware *firmware)
{
    uint64_t address = installed(firmware);
    const LINUX_EFI_RANDOM_SEED *table = address != 0 ? phys_to_ptr(address) : NULL;
    size_t size = table && table->Size <= BITS_AT_MOST ? table->Size : 0;

    for (size_t i = 0; i < size; i++) {
        if (table->Bits[i] != 0)
            return (struct bytes){table->Bits, size};
    }
    return (struct bytes){NULL, 0};
}

static void fill(LINUX_EFI_RANDOM_SEED *table, const uint8_t seed[RANDOM_SEED_SIZE])
{
    table->Size = RANDOM_SEED_SIZE;
    memcpy(table->Bits, seed, RANDOM_SEED_SIZE);
}

static EFI_STATUS install(const struct firmware *firmware, uint64_t address)
{
    return firmware->boot->InstallConfigurationTable(&guid, (void *)(uintptr_t)address);
}

static void free_table(const struct firmware *firmware, LINUX_EFI_RANDOM_SEED *table)
{
    memory_wipe(table, sizeof(*table) + RANDOM_SEED_SIZE);
    (void)firmware->boot->FreePool(table); /* it came from the pool */
}

/* `earlier` is where the table was that ours took the place of; 0: there was none. */
static void remove_table(const struct firmware *firmware, void *subject, uint64_t earlier)
{
    if (installed(firmware) == ptr_to_phys(subject) && install(firmware, earlier) == EFI_SUCCESS)
        free_table(firmware, subject);
}

enum status random_table_install(struct ledger *ledger, const uint8_t seed[RANDOM_SEED_SIZE], struct error *error)
{
    const struct firmware *firmware = ledger->firmware;
    uint64_t earlier = installed(firmware);
    enum status status;
    void *table = NULL;
    EFI_STATUS result;

    if (random_table_find(firmware).size >= RANDOM_SEED_SIZE) {
        fill(phys_to_ptr(earlier), seed);
        return STATUS_OK;
    }
    status = ledger_prepare(ledger, error);
    if (status != STATUS_OK)
        return status;
    /* A type that no kernel takes for free memory before it has read the table, also when Linux starts another one. */
    result =
        firmware->boot->AllocatePool(EfiACPIReclaimMemory, sizeof(LINUX_EFI_RANDOM_SEED) + RANDOM_SEED_SIZE, &table);
    if (result != EFI_SUCCESS || !table)
        return error_set(error, STATUS_NO_MEMORY, "the firmware has no memory for a random seed");
    fill(table, seed);
    result = install(firmware, ptr_to_phys(table));
    if (result != EFI_SUCCESS) {
        free_table(firmware, table);
        return error_set(error, STATUS_DEVICE, "the firmware does not take a random seed (%s)",
                         firmware_status_name(result));
    }
    ledger_note(ledger, &(struct ledger_entry){remove_table, table, earlier});
    return STATUS_OK;
}
