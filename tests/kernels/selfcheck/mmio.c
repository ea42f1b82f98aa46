/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device registers. The tables are the kernel's to change: one page is mapped for as long as it is needed, through
 * tables of the kernel's own in a slot of the top-level table that is free.
 */
#include "selfcheck.h"

#define ENTRIES       512
#define PRESENT_WRITE 0x3ULL
#define UNCACHED_LEAF 0x800000000000007bULL /* and accessed, dirty, no-execute; PAT entry 3 */

static uint64_t tables[4][ENTRIES] __attribute__((aligned(4096)));
static unsigned used_slot;

/* Learnt while the baton still tells the truth. */
static uint64_t tables_physical;
static uint64_t *top;

void mmio_prepare(const struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;
    uint64_t root;

    __asm__ volatile("mov %%cr3, %0" : "=r"(root));
    top = direct(subject->baton, root & ENTRY_ADDRESS);
    tables_physical = (uint64_t)(uintptr_t)tables - kernel->address + kernel->physical;
}

static volatile void *map_page(const struct subject *subject, uint64_t physical)
{
    unsigned levels = paging_levels(subject);

    for (used_slot = ENTRIES / 2 - 1; used_slot > 0 && top[used_slot] != 0; used_slot--)
        ;
    for (unsigned i = 0; i + 2 < levels; i++)
        tables[i][0] = (tables_physical + (i + 1) * PAGE) | PRESENT_WRITE;
    tables[levels - 2][0] = (physical & ENTRY_ADDRESS) | UNCACHED_LEAF;
    top[used_slot] = tables_physical | PRESENT_WRITE;
    tlb_flush();
    return (volatile void *)(((uint64_t)used_slot << (12 + 9 * (levels - 1))) + (physical & (PAGE - 1)));
}

static void unmap_page(void)
{
    top[used_slot] = 0;
    tlb_flush();
}

uint32_t mmio_read(const struct subject *subject, uint64_t physical)
{
    uint32_t value = *(volatile uint32_t *)map_page(subject, physical);

    unmap_page();
    return value;
}

void mmio_write(const struct subject *subject, uint64_t physical, uint32_t value)
{
    *(volatile uint32_t *)map_page(subject, physical) = value;
    unmap_page();
}
