/* SPDX-License-Identifier: BSD-2-Clause */
#include "stopwatch.h"

#define MAP_ROOM (512 * 1024)

uint64_t fragment_count(void)
{
    static uint8_t map[MAP_ROOM] __attribute__((aligned(16)));
    UINTN size = sizeof(map), key, step;
    uint32_t version;

    need(boot->GetMemoryMap(&size, (EFI_MEMORY_DESCRIPTOR *)(void *)map, &key, &step, &version), "GetMemoryMap");
    return size / step;
}

/* A run of pages of which every second one is given back: two descriptors for each. */
void fragment_memory(uint64_t descriptors)
{
    uint64_t count = fragment_count(), holes;
    EFI_PHYSICAL_ADDRESS run;

    if (count >= descriptors)
        return;
    holes = (descriptors - count) / 2 + 1;
    need(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, 2 * holes + 1, &run), "no memory to fragment");
    for (uint64_t i = 0; i < holes; i++)
        need(boot->FreePages(run + (2 * i + 1) * EFI_PAGE_SIZE, 1), "a page cannot be freed");
}
