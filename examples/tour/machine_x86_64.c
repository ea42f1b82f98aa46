/* SPDX-License-Identifier: 0BSD */
#include "machine.h"

/* A page-table entry (Intel SDM volume 3, 4.5; AMD64 APM volume 2, 5.3). */
#define PRESENT            (1ULL << 0)
#define ACCESSED_AND_DIRTY (3ULL << 5)
#define LARGE              (1ULL << 7)
#define ADDRESS            0x000ffffffffff000ULL

#define CR4_LA57 (1ULL << 12)

/* What SGDT and SIDT store. */
struct table_register {
    uint16_t limit;
    uint16_t base[4];
};

_Noreturn void machine_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

struct machine_paging machine_paging(void)
{
    uint64_t cr3, cr4;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    return (struct machine_paging){(cr4 & CR4_LA57) != 0 ? 5 : 4, cr3 & ADDRESS, cr3 & ADDRESS, ACCESSED_AND_DIRTY};
}

/* Level 2 and 3 may map large pages. */
struct machine_entry machine_read_entry(uint64_t entry, unsigned level)
{
    bool leaf = level == 1 || (level <= 3 && (entry & LARGE) != 0);

    return (struct machine_entry){(entry & PRESENT) != 0, leaf, entry & ADDRESS};
}

static struct machine_region region_of(const char *what, const struct table_register *table)
{
    uint64_t base = table->base[0] | (uint64_t)table->base[1] << 16 | (uint64_t)table->base[2] << 32 |
                    (uint64_t)table->base[3] << 48;

    return (struct machine_region){what, base, (uint64_t)table->limit + 1};
}

unsigned machine_regions(struct machine_region *regions)
{
    struct table_register gdt, idt;

    __asm__ volatile("sgdt %0" : "=m"(gdt));
    __asm__ volatile("sidt %0" : "=m"(idt));
    regions[0] = region_of("global descriptor table", &gdt);
    regions[1] = region_of("interrupt descriptor table", &idt);
    return 2;
}
