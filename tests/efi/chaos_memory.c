/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages, pool and the memory map. */
#include "chaos.h"

static EFI_STATUS EFIAPI allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count,
                                        EFI_PHYSICAL_ADDRESS *address)
{
    EFI_STATUS status = boot->AllocatePages(how, type, count, address);

    if (status == EFI_SUCCESS) {
        chaos_hold(CHAOS_PAGES, *address, count);
        chaos_pages_retype(*address, count, type);
    } else {
        fake_note_failure();
    }
    return status;
}

static EFI_STATUS EFIAPI free_pages(EFI_PHYSICAL_ADDRESS address, UINTN count)
{
    if (!chaos_let_go(CHAOS_PAGES, address, count))
        return EFI_NOT_FOUND;
    return boot->FreePages(address, count);
}

static EFI_STATUS EFIAPI allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **ret_memory)
{
    EFI_STATUS status = boot->AllocatePool(type, size, ret_memory);

    if (status == EFI_SUCCESS)
        chaos_hold(CHAOS_POOL, (uintptr_t)*ret_memory, 0);
    else
        fake_note_failure();
    return status;
}

static EFI_STATUS EFIAPI free_pool(void *memory)
{
    if (!chaos_let_go(CHAOS_POOL, (uintptr_t)memory, 0))
        return EFI_INVALID_PARAMETER;
    return boot->FreePool(memory);
}

static EFI_STATUS EFIAPI get_memory_map(UINTN *size, EFI_MEMORY_DESCRIPTOR *map, UINTN *key, UINTN *step,
                                        uint32_t *version)
{
    EFI_STATUS status = boot->GetMemoryMap(size, map, key, step, version);

    if (status != EFI_SUCCESS)
        fake_note_failure();
    return status;
}

UINTN chaos_map_key(void)
{
    UINTN size = 0, key = 0, step;
    uint32_t version;

    (void)boot->GetMemoryMap(&size, NULL, &key, &step, &version); /* too small, and EDK2 tells the key all the same */
    return key;
}

void chaos_memory_install(void)
{
    CHAOS_TARGET(FAKE_AllocatePages, allocate_pages);
    CHAOS_TARGET(FAKE_FreePages, free_pages);
    CHAOS_TARGET(FAKE_AllocatePool, allocate_pool);
    CHAOS_TARGET(FAKE_FreePool, free_pool);
    CHAOS_TARGET(FAKE_GetMemoryMap, get_memory_map);
}
