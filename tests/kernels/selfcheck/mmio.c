/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device registers. The tables are the kernel's to change: one page is mapped for as long as it is needed, through
 * tables of the kernel's own in a slot of the top-level table that is free.
 */
#include "selfcheck.h"

#define ENTRIES     512
#define MOST_LEVELS 5

static uint64_t tables[MOST_LEVELS - 1][ENTRIES] __attribute__((aligned(4096)));
static unsigned used_slot;

/* Learnt while the baton still tells the truth. */
static uint64_t tables_physical;
static uint64_t *top;

void mmio_prepare(const struct subject *subject)
{
    const struct baton_kernel *kernel = &subject->baton->kernel;
    struct paging_root roots[PAGING_ROOTS];

    (void)paging_roots(roots);
    top = direct(subject->baton, roots[0].physical);
    tables_physical = (uint64_t)(uintptr_t)tables - kernel->address + kernel->physical;
}

/* `leaf_bits` is what the leaf has besides the address. */
volatile void *window_open(uint64_t physical, uint64_t leaf_bits)
{
    unsigned levels = paging_levels();

    for (used_slot = ENTRIES / 2 - 1; used_slot > 0 && top[used_slot] != 0; used_slot--)
        ;
    for (unsigned i = 0; i + 2 < levels; i++)
        tables[i][0] = ENTRY_OF(tables_physical + (i + 1) * PAGE) | ENTRY_NEW_TABLE;
    tables[levels - 2][0] = ENTRY_OF(ROUND_DOWN(physical)) | leaf_bits;
    top[used_slot] = ENTRY_OF(tables_physical) | ENTRY_NEW_TABLE;
    tlb_flush();
    return (volatile void *)(((uint64_t)used_slot << (12 + 9 * (levels - 1))) + (physical & (PAGE - 1)));
}

void window_close(void)
{
    top[used_slot] = 0;
    tlb_flush();
}

uint32_t mmio_read(uint64_t physical)
{
    uint32_t value = *(volatile uint32_t *)window_open(physical, ENTRY_NEW_DEVICE);

    window_close();
    return value;
}

void mmio_write(uint64_t physical, uint32_t value)
{
    *(volatile uint32_t *)window_open(physical, ENTRY_NEW_DEVICE) = value;
    window_close();
}
