/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger.h"

#include "checked.h"
#include "memory.h"
#include "poison.h"

#define BLOCK_SIZE (44U * 1024)
#define PIECE_MAX  (24U * 1024) /* what is larger gets an allocation of its own */
#define ALIGNMENT  16U
#define GAP        16U /* bytes behind each piece that nobody may touch */

/* Memory that pieces are taken from, one behind the other, and go back to in the opposite order. */
struct ledger_block {
    struct ledger_block *before;
    size_t used; /* bytes from here on, this header included */
};

void ledger_start(struct ledger *ledger, const struct firmware *firmware)
{
    ledger->firmware = firmware;
    ledger->entries = ledger->first;
    ledger->count = 0;
    ledger->capacity = LEDGER_FIRST;
    ledger->block = NULL;
}

static void free_entries(struct ledger *ledger)
{
    if (ledger->entries != ledger->first)
        (void)ledger->firmware->boot->FreePool(ledger->entries); /* it came from the pool */
}

enum status ledger_prepare(struct ledger *ledger, struct error *error)
{
    size_t capacity = 2 * ledger->capacity;
    void *entries = NULL;

    if (ledger->count < ledger->capacity)
        return STATUS_OK;
    if (ledger->firmware->boot->AllocatePool(EfiLoaderData, capacity * sizeof(ledger->entries[0]), &entries) !=
        EFI_SUCCESS)
        return error_set(
            error, STATUS_NO_MEMORY,
            "the firmware has no memory left, not even for a list of %zu steps. Give the machine more memory.",
            capacity);
    memcpy(entries, ledger->entries, ledger->count * sizeof(ledger->entries[0]));
    free_entries(ledger);
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
    if (count == 0) {
        free_entries(ledger);
        ledger_start(ledger, ledger->firmware);
    }
}

static void free_pool(const struct firmware *firmware, void *subject, uint64_t number)
{
    (void)number;
    (void)firmware->boot->FreePool(subject); /* it came from the pool */
}

/* One allocation of the firmware's, noted. */
static enum status take_pool(struct ledger *ledger, size_t size, void **ret_memory, struct error *error)
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

static void forget_block(const struct firmware *firmware, void *subject, uint64_t number)
{
    struct ledger *ledger = subject;

    (void)firmware;
    (void)number;
    unpoison(ledger->block, BLOCK_SIZE);
    ledger->block = ledger->block->before;
}

static enum status add_block(struct ledger *ledger, struct error *error)
{
    void *memory = NULL;
    enum status status = take_pool(ledger, BLOCK_SIZE, &memory, error);
    struct ledger_block *block = memory;

    if (status == STATUS_OK)
        status = ledger_prepare(ledger, error);
    if (status != STATUS_OK)
        return status;
    *block = (struct ledger_block){.before = ledger->block, .used = sizeof(*block)};
    ledger->block = block;
    poison(block + 1, BLOCK_SIZE - sizeof(*block));
    ledger_note(ledger, &(struct ledger_entry){forget_block, ledger, 0});
    return STATUS_OK;
}

static void give_back(const struct firmware *firmware, void *subject, uint64_t number)
{
    struct ledger_block *block = subject;

    (void)firmware;
    block->used = (size_t)number;
    poison((uint8_t *)block + block->used, BLOCK_SIZE - block->used);
}

enum status ledger_memory(struct ledger *ledger, size_t size, void **ret_memory, struct error *error)
{
    const size_t whole = (size + GAP + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    enum status status = STATUS_OK;

    if (size > PIECE_MAX)
        return take_pool(ledger, size, ret_memory, error);
    if (!ledger->block || whole > BLOCK_SIZE - ledger->block->used)
        status = add_block(ledger, error);
    if (status == STATUS_OK)
        status = ledger_prepare(ledger, error);
    if (status != STATUS_OK)
        return status;
    ledger_note(ledger, &(struct ledger_entry){give_back, ledger->block, ledger->block->used});
    *ret_memory = (uint8_t *)ledger->block + ledger->block->used;
    unpoison(*ret_memory, size);
    ledger->block->used += whole;
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
