/* SPDX-License-Identifier: 0BSD */
/* At EL1, where kernels without a note are entered. */
#include "machine.h"

/* A descriptor with pages of 4 KiB and addresses of 48 bits (Arm ARM, D8.3). */
#define VALID   (1ULL << 0)
#define TABLE   (1ULL << 1) /* on level 1: a page */
#define ADDRESS 0x0000fffffffff000ULL

#define VECTORS_SIZE 0x800u /* Arm ARM, D1.4.1 */

_Noreturn void machine_halt(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf; wfi");
}

/* TCR_EL1.HA and HD are 0 on entry: the processor writes to no descriptor. */
struct machine_paging machine_paging(void)
{
    uint64_t ttbr0, ttbr1;

    __asm__ volatile("mrs %0, ttbr0_el1" : "=r"(ttbr0));
    __asm__ volatile("mrs %0, ttbr1_el1" : "=r"(ttbr1));
    return (struct machine_paging){4, ttbr0 & ADDRESS, ttbr1 & ADDRESS, 0};
}

/* The other two ways for a valid entry of level 1 and 4 do not occur: they are reserved. */
struct machine_entry machine_read_entry(uint64_t entry, unsigned level)
{
    return (struct machine_entry){(entry & VALID) != 0, level == 1 || (entry & TABLE) == 0, entry & ADDRESS};
}

unsigned machine_regions(struct machine_region *regions)
{
    uint64_t vbar;

    __asm__ volatile("mrs %0, vbar_el1" : "=r"(vbar));
    regions[0] = (struct machine_region){"exception vectors", vbar, VECTORS_SIZE};
    return 1;
}
