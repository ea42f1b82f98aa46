/* SPDX-License-Identifier: 0BSD */
#include "machine.h"

/* A page-table entry (RISC-V privileged specification 1.12, 4.4). */
#define VALID              (1ULL << 0)
#define READ_WRITE_EXECUTE (7ULL << 1)
#define ACCESSED_AND_DIRTY (3ULL << 6)
#define PAGE_NUMBER(entry) ((entry) >> 10 & PAGE_NUMBER_MASK)
#define PAGE_NUMBER_MASK   ((1ULL << 44) - 1)
#define PAGE_SHIFT         12u

#define SATP_MODE(satp) ((unsigned)((satp) >> 60))
#define SATP_SV39       8u /* three levels; each mode more is a level more */

_Noreturn void machine_halt(void)
{
    for (;;)
        __asm__ volatile("csrw sie, zero; wfi");
}

struct machine_paging machine_paging(void)
{
    uint64_t satp, root;

    __asm__ volatile("csrr %0, satp" : "=r"(satp));
    root = (satp & PAGE_NUMBER_MASK) << PAGE_SHIFT;
    return (struct machine_paging){SATP_MODE(satp) - SATP_SV39 + 3, root, root, ACCESSED_AND_DIRTY};
}

struct machine_entry machine_read_entry(uint64_t entry, unsigned level)
{
    (void)level; /* what an entry is can be seen without */
    return (struct machine_entry){(entry & VALID) != 0, (entry & READ_WRITE_EXECUTE) != 0,
                                  PAGE_NUMBER(entry) << PAGE_SHIFT};
}

/* No table: it goes on in the handler's code itself. */
unsigned machine_regions(struct machine_region *regions)
{
    uint64_t stvec;

    __asm__ volatile("csrr %0, stvec" : "=r"(stvec));
    regions[0] = (struct machine_region){"trap handler", stvec & ~((1ULL << PAGE_SHIFT) - 1), 1ULL << PAGE_SHIFT};
    return 1;
}
