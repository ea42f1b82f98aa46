/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that the firmware does not give, or gives although it is in use. */
#include "inject.h"

#include "hooks.h"

#define LENT 3 /* page 0, the stack, the page tables */

struct lent {
    EFI_PHYSICAL_ADDRESS address;
    UINTN count; /* pages; 0: not lent */
};

static uint64_t run;
static uint64_t page_calls, pool_calls, maps; /* of this run */
static uint64_t stolen;                       /* of all runs */
static struct lent lent[LENT];
static unsigned lent_count; /* of this run, given back or not */

void failures_start_run(void)
{
    run++;
    page_calls = 0;
    pool_calls = 0;
    maps = 0;
    lent_count = 0;
    for (unsigned i = 0; i < LENT; i++)
        lent[i] = (struct lent){0};
}

bool failures_of_map(void)
{
    maps++;
    if (!settings.fail_map || maps != run)
        return false;
    say("memory map %llu fails", (unsigned long long)maps);
    return true;
}

/* The range that the caller gets although somebody else uses it. The caller's stack is this function's too. */
static EFI_PHYSICAL_ADDRESS used_range(unsigned which)
{
    uint64_t cr3;

    if (which == 0)
        return 0;
    if (which == 1)
        return (uint64_t)(uintptr_t)__builtin_frame_address(0) & ~(uint64_t)(EFI_PAGE_SIZE - 1);
    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    return cr3 & ~(uint64_t)(EFI_PAGE_SIZE - 1);
}

EFI_STATUS EFIAPI failures_allocate_pages(EFI_ALLOCATE_TYPE how, EFI_MEMORY_TYPE type, UINTN count,
                                          EFI_PHYSICAL_ADDRESS *address)
{
    if (!hooks_from_image(__builtin_return_address(0)))
        return boot->AllocatePages(how, type, count, address);
    page_calls++;
    if (settings.fail_pages && page_calls > run)
        return EFI_OUT_OF_RESOURCES;
    if (settings.fail_pages && page_calls == run) {
        say("allocation %llu of pages fails", (unsigned long long)page_calls);
        return EFI_OUT_OF_RESOURCES;
    }
    if (how == AllocateAddress && stolen < settings.steal) {
        stolen++;
        say("stolen %#llx", (unsigned long long)*address);
        return EFI_NOT_FOUND;
    }
    if (how == AllocateAnyPages && settings.taken_pages && lent_count < LENT) {
        *address = used_range(lent_count);
        lent[lent_count++] = (struct lent){*address, count};
        say("lent %#llx", (unsigned long long)*address);
        return EFI_SUCCESS;
    }
    return boot->AllocatePages(how, type, count, address);
}

EFI_STATUS EFIAPI failures_free_pages(EFI_PHYSICAL_ADDRESS address, UINTN count)
{
    for (unsigned i = 0; i < lent_count; i++) {
        if (lent[i].count == 0 || lent[i].address != address)
            continue;
        if (lent[i].count != count)
            give_up("%#llx was given back with %llu pages instead of %llu", (unsigned long long)address,
                    (unsigned long long)count, (unsigned long long)lent[i].count);
        lent[i].count = 0;
        say("back %#llx", (unsigned long long)address);
        return EFI_SUCCESS;
    }
    return boot->FreePages(address, count);
}

EFI_STATUS EFIAPI failures_allocate_pool(EFI_MEMORY_TYPE type, UINTN size, void **ret_memory)
{
    if (!hooks_from_image(__builtin_return_address(0)))
        return boot->AllocatePool(type, size, ret_memory);
    pool_calls++;
    if (settings.fail_pool && pool_calls > run)
        return EFI_OUT_OF_RESOURCES;
    if (settings.fail_pool && pool_calls == run) {
        say("allocation %llu from the pool fails", (unsigned long long)pool_calls);
        return EFI_OUT_OF_RESOURCES;
    }
    return boot->AllocatePool(type, size, ret_memory);
}
