/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware that lets nobody execute data: the no-execute bit on all memory that is not of a code type, in the live page
 * tables. Free memory has it, too, until it is allocated as code.
 */
#include "chaos.h"

#include "memory.h"

#define PRESENT       0x1ULL
#define LARGE         0x80ULL
#define NO_EXECUTE    (1ULL << 63)
#define ADDRESS       0x000ffffffffff000ULL
#define LARGE_SIZE    0x200000ULL
#define WRITE_PROTECT (1ULL << 16) /* of CR0 */
#define NXE           (1U << 11)   /* of EFER */
#define TABLES        512          /* for a gigabyte of memory */

static uint64_t spare, spare_end; /* tables for split pages */

static uint64_t *table_at(uint64_t entry)
{
    return (uint64_t *)(uintptr_t)(entry & ADDRESS);
}

/* The entry points to a table from here on, in place of a large page. */
static void split(uint64_t *entry, uint64_t step)
{
    uint64_t *table = table_at(spare), old = *entry;
    uint64_t flags = (old & ~ADDRESS & ~NO_EXECUTE) & ~(step == EFI_PAGE_SIZE ? LARGE : 0);

    if (spare == spare_end)
        give_up("there are too few tables for small pages");
    spare += EFI_PAGE_SIZE;
    for (uint64_t i = 0; i < 512; i++)
        table[i] = ((old & ADDRESS) + i * step) | flags;
    *entry = (uint64_t)(uintptr_t)table | (old & 0x7);
}

/* The entry of this page, which is a small one from here on. */
static uint64_t *entry_of(uint64_t address)
{
    uint64_t cr3, *entry;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    entry = &table_at(cr3)[address >> 39 & 511];
    entry = &table_at(*entry)[address >> 30 & 511];
    if (*entry & LARGE)
        split(entry, LARGE_SIZE);
    entry = &table_at(*entry)[address >> 21 & 511];
    if (*entry & LARGE)
        split(entry, EFI_PAGE_SIZE);
    return &table_at(*entry)[address >> 12 & 511];
}

static uint64_t unlock(void)
{
    uint64_t cr0;

    __asm__ volatile("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0 & ~WRITE_PROTECT) : "memory");
    return cr0;
}

static void lock(uint64_t cr0)
{
    uint64_t cr3;

    __asm__ volatile("mov %0, %%cr0" : : "r"(cr0) : "memory");
    __asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3" : "=r"(cr3) : : "memory");
}

static void set(uint64_t address, uint64_t pages, bool execute)
{
    for (uint64_t i = 0; i < pages; i++) {
        uint64_t *entry = entry_of(address + i * EFI_PAGE_SIZE);

        *entry = execute ? *entry & ~NO_EXECUTE : *entry | NO_EXECUTE;
    }
}

static bool is_data(uint32_t type)
{
    return type == EfiLoaderData || type == EfiBootServicesData || type == EfiConventionalMemory ||
           type == EfiRuntimeServicesData || type == EfiACPIReclaimMemory || type == EfiACPIMemoryNVS;
}

static void protect(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
    if (is_data(descriptor->Type))
        set(descriptor->PhysicalStart, descriptor->NumberOfPages, false);
}

static void release(const EFI_MEMORY_DESCRIPTOR *descriptor)
{
    if (is_data(descriptor->Type))
        set(descriptor->PhysicalStart, descriptor->NumberOfPages, true);
}

static void change(void (*function)(const EFI_MEMORY_DESCRIPTOR *))
{
    uint64_t cr0 = unlock();

    memory_each(function);
    lock(cr0);
}

static void start(void)
{
    EFI_PHYSICAL_ADDRESS tables;
    uint32_t low, high;

    need(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, TABLES, &tables), "no pages for page tables");
    spare = tables;
    spare_end = tables + TABLES * EFI_PAGE_SIZE;
    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(0xc0000080U));
    __asm__ volatile("wrmsr" : : "a"(low | NXE), "d"(high), "c"(0xc0000080U));
    change(release); /* splits what is to be split */
}

void chaos_pages_protect(void)
{
    if (!settings.nx)
        return;
    if (spare == 0)
        start();
    change(protect);
}

void chaos_pages_release(void)
{
    if (settings.nx)
        change(release);
}

void chaos_pages_retype(EFI_PHYSICAL_ADDRESS address, UINTN count, EFI_MEMORY_TYPE type)
{
    uint64_t cr0;

    if (settings.nx != 1)
        return;
    cr0 = unlock();
    set(address, count, !is_data(type));
    lock(cr0);
}
