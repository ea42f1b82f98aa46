/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger.h"

#include "checked.h"
#include "memory.h"

#define FIRST_CAPACITY 32

void ledger_start(struct ledger *ledger, const struct firmware *firmware)
{
    *ledger = (struct ledger){.firmware = firmware};
}

enum status ledger_prepare(struct ledger *ledger, struct error *error)
{
    size_t capacity = ledger->capacity == 0 ? FIRST_CAPACITY : 2 * ledger->capacity;
    void *entries = NULL;

    if (ledger->count < ledger->capacity)
        return STATUS_OK;
    if (ledger->firmware->boot->AllocatePool(EfiLoaderData, capacity * sizeof(ledger->entries[0]), &entries) !=
        EFI_SUCCESS)
        return error_set(
            error, STATUS_NO_MEMORY,
            "the firmware has no memory left, not even for a list of %zu steps. Give the machine more memory.",
            capacity);
    if (ledger->entries) {
        memcpy(entries, ledger->entries, ledger->count * sizeof(ledger->entries[0]));
        (void)ledger->firmware->boot->FreePool(ledger->entries); /* it came from the pool */
    }
    ledger->entries = entries;
    ledger->capacity = capacity;
    return STATUS_OK;
}

void ledger_note(struct ledger *ledger, const struct ledger_entry *entry)
{
    ledger->entries[ledger->count++] = *entry;
}

void ledger_undo(struct ledger *ledger, size_t count)
{
    while (ledger->count > count) {
        const struct ledger_entry *entry = &ledger->entries[--ledger->count];

        entry->undo(ledger->firmware, entry->subject, entry->number);
    }
    if (count == 0 && ledger->entries) {
        (void)ledger->firmware->boot->FreePool(ledger->entries); /* it came from the pool */
        ledger_start(ledger, ledger->firmware);
    }
}

static void free_pool(const struct firmware *firmware, void *subject, uint64_t number)
{
    (void)number;
    (void)firmware->boot->FreePool(subject); /* it came from the pool */
}

enum status ledger_pool(struct ledger *ledger, size_t size, void **ret_memory, struct error *error)
{
    enum status status = ledger_prepare(ledger, error);
    void *memory = NULL;

    if (status != STATUS_OK)
        return status;
    if (ledger->firmware->boot->AllocatePool(EfiLoaderData, size, &memory) != EFI_SUCCESS || !memory)
        return error_set(
            error, STATUS_NO_MEMORY,
            "the firmware has no %zu bytes of memory left for the loader's own use. Give the machine more memory.",
            size);
    ledger_note(ledger, &(struct ledger_entry){free_pool, memory, 0});
    *ret_memory = memory;
    return STATUS_OK;
}

static void free_pages(const struct firmware *firmware, void *subject, uint64_t number)
{
    (void)firmware->boot->FreePages((uintptr_t)subject, (UINTN)number); /* they were allocated so */
}

enum status ledger_pages(struct ledger *ledger, EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, uint64_t pages,
                         uint64_t *address, struct error *error)
{
    EFI_PHYSICAL_ADDRESS base = *address;
    EFI_STATUS result;

    if (ledger_prepare(ledger, error) != STATUS_OK)
        return error_set(error, STATUS_NO_MEMORY, "the firmware has no memory left, not even for a list of its pages");
    result = ledger->firmware->boot->AllocatePages(how, type, (UINTN)pages, &base);
    if (result != EFI_SUCCESS && how == AllocateAddress)
        return error_set(error, STATUS_TAKEN, "the firmware does not give 0x%llx-0x%llx", (unsigned long long)base,
                         (unsigned long long)(base + pages * PAGE_SIZE));
    if (result != EFI_SUCCESS)
        return error_set(error, STATUS_NO_MEMORY, "the firmware has no %llu KiB of memory in one piece (%s)",
                         (unsigned long long)(pages * PAGE_SIZE / 1024), firmware_status_name(result));
    ledger_note(ledger, &(struct ledger_entry){free_pages, (void *)(uintptr_t)base, pages});
    *address = base;
    return STATUS_OK;
}
