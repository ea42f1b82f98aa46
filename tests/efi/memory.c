/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done to the memory map, and what is counted in it. */
#include "inject.h"

#include "memory.h"

#define MAP_ROOM (512 * 1024)
#define FOUR_GIB (1ULL << 32)

static uint8_t map[MAP_ROOM] __attribute__((aligned(16)));
static UINTN map_bytes;
static UINTN map_step;

static const uint32_t odd_types[ODD_TYPES] = {15, 16, 0x70000001, 0x80000001, 0xffffffff};
static EFI_PHYSICAL_ADDRESS odd_run;

static EFI_MEMORY_DESCRIPTOR *descriptor_at(void *base, UINTN offset)
{
    return (EFI_MEMORY_DESCRIPTOR *)(void *)((uint8_t *)base + offset);
}

static void read_map(void)
{
    UINTN key;
    uint32_t version;

    map_bytes = sizeof(map);
    need(boot->GetMemoryMap(&map_bytes, descriptor_at(map, 0), &key, &map_step, &version), "GetMemoryMap");
}

UINTN memory_map_size(void)
{
    UINTN size = 0, key, step;
    uint32_t version;

    (void)boot->GetMemoryMap(&size, NULL, &key, &step, &version); /* says EFI_BUFFER_TOO_SMALL */
    return size;
}

struct page_counts memory_count(void)
{
    struct page_counts counts = {0};
    EFI_HANDLE *handles;
    UINTN count = 0;

    if (!EFI_ERROR(boot->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles)))
        (void)boot->FreePool(handles); /* it is ours */
    read_map();
    for (UINTN at = 0; at < map_bytes; at += map_step) {
        const EFI_MEMORY_DESCRIPTOR *descriptor = descriptor_at(map, at);

        counts.pages[descriptor->Type < 16 ? descriptor->Type : 0] += descriptor->NumberOfPages;
        counts.descriptors++;
    }
    counts.handles = count;
    return counts;
}

void memory_each(void (*function)(const EFI_MEMORY_DESCRIPTOR *descriptor))
{
    read_map();
    for (UINTN at = 0; at < map_bytes; at += map_step)
        function(descriptor_at(map, at));
}

void memory_poison(void)
{
    uint64_t pages = 0;

    read_map();
    for (UINTN at = 0; at < map_bytes; at += map_step) {
        const EFI_MEMORY_DESCRIPTOR *descriptor = descriptor_at(map, at);
        uint64_t start = descriptor->PhysicalStart;
        uint64_t end = start + descriptor->NumberOfPages * EFI_PAGE_SIZE;

        if (descriptor->Type != EfiConventionalMemory)
            continue;
        if (start == 0)
            start = EFI_PAGE_SIZE;
        if (start < end)
            memset((void *)(uintptr_t)start, 0xaa, end - start);
        pages += descriptor->NumberOfPages;
    }
    say("poisoned %llu pages", (unsigned long long)pages);
}

/* A run of pages of which every second one is given back: two descriptors for each. */
void memory_fragment(uint64_t descriptors)
{
    uint64_t holes = descriptors / 2 + 1;
    EFI_PHYSICAL_ADDRESS run;
    UINTN before = memory_map_size();

    need(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, 2 * holes + 1, &run), "no memory to fragment");
    for (uint64_t i = 0; i < holes; i++)
        need(boot->FreePages(run + (2 * i + 1) * EFI_PAGE_SIZE, 1), "a page cannot be freed");
    say("map grew from %llu to %llu bytes", (unsigned long long)before, (unsigned long long)memory_map_size());
}

void memory_take_low(void)
{
    uint64_t taken = 0;

    read_map();
    for (UINTN at = 0; at < map_bytes; at += map_step) {
        const EFI_MEMORY_DESCRIPTOR *descriptor = descriptor_at(map, at);
        EFI_PHYSICAL_ADDRESS start = descriptor->PhysicalStart;

        if (descriptor->Type != EfiConventionalMemory || start >= FOUR_GIB)
            continue;
        if (boot->AllocatePages(AllocateAddress, EfiLoaderData, descriptor->NumberOfPages, &start) == EFI_SUCCESS)
            taken += descriptor->NumberOfPages;
    }
    say("took %llu low pages", (unsigned long long)taken);
}

void memory_move_key(void)
{
    EFI_PHYSICAL_ADDRESS page;

    need(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, 1, &page), "no page to move the key");
}

/* Reserved pages between others, so that each has a descriptor of its own. */
void memory_prepare_odd_types(void)
{
    need(boot->AllocatePages(AllocateAnyPages, EfiLoaderData, ODD_MAX_PAGES, &odd_run), "no odd pages");
    for (unsigned i = 0; i < ODD_TYPES; i++) {
        EFI_PHYSICAL_ADDRESS page = odd_run + (2 * i + 1) * EFI_PAGE_SIZE;

        need(boot->FreePages(page, 1), "an odd page cannot be freed");
        need(boot->AllocatePages(AllocateAddress, EfiReservedMemoryType, 1, &page), "an odd page cannot be had");
        say("odd page=%#llx type=%#x", (unsigned long long)page, odd_types[i]);
    }
}

static void rewrite_types(void *base, UINTN size, UINTN step)
{
    for (UINTN at = 0; at < size; at += step) {
        EFI_MEMORY_DESCRIPTOR *descriptor = descriptor_at(base, at);
        uint64_t page = (descriptor->PhysicalStart - odd_run) / EFI_PAGE_SIZE;

        if (descriptor->PhysicalStart >= odd_run && page < ODD_MAX_PAGES && page % 2 == 1 &&
            descriptor->Type == EfiReservedMemoryType)
            descriptor->Type = odd_types[page / 2];
    }
}

static void reverse(void *base, UINTN size, UINTN step)
{
    for (UINTN low = 0, high = size - step; low < high; low += step, high -= step) {
        EFI_MEMORY_DESCRIPTOR spare = *descriptor_at(base, low);

        *descriptor_at(base, low) = *descriptor_at(base, high);
        *descriptor_at(base, high) = spare;
    }
}

/* An empty descriptor, and one that calls two pages in the middle of the largest free range reserved. */
static UINTN add_nonsense(void *base, UINTN size, UINTN step)
{
    EFI_MEMORY_DESCRIPTOR *largest = descriptor_at(base, 0);
    EFI_MEMORY_DESCRIPTOR *empty = descriptor_at(base, size);
    EFI_MEMORY_DESCRIPTOR *overlap = descriptor_at(base, size + step);

    for (UINTN at = 0; at < size; at += step) {
        EFI_MEMORY_DESCRIPTOR *descriptor = descriptor_at(base, at);

        if (descriptor->Type == EfiConventionalMemory &&
            (largest->Type != EfiConventionalMemory || descriptor->NumberOfPages > largest->NumberOfPages))
            largest = descriptor;
    }
    memset(empty, 0, 2 * step);
    *empty = *largest;
    empty->NumberOfPages = 0;
    *overlap = *largest;
    overlap->Type = EfiReservedMemoryType;
    overlap->PhysicalStart += largest->NumberOfPages / 2 * EFI_PAGE_SIZE;
    overlap->NumberOfPages = 2;
    return size + 2 * step;
}

UINTN memory_rewrite(void *base, UINTN size, UINTN step)
{
    if (settings.odd_types)
        rewrite_types(base, size, step);
    if (settings.odd_map) {
        size = add_nonsense(base, size, step);
        reverse(base, size, step);
    }
    return size;
}
