/* SPDX-License-Identifier: BSD-2-Clause */
/* Arm ARM, D8.3: the 4 KiB granule, which EDK2 and U-Boot use. A block that has to be split is replaced at once, since
 * the code that does it may run in it; QEMU takes that. */
#include "inject.h"

#include "leave/no_execute.h"

#define PAGE         4096ULL
#define ENTRIES      512
#define ADDRESS      0x0000fffffffff000ULL
#define VALID        1ULL
#define TABLE        3ULL /* and a page on the last level */
#define TYPE         3ULL
#define LAST         3U
#define NEVER_AT_EL2 (1ULL << 54)
#define NEVER_AT_EL1 (3ULL << 53) /* neither at EL1 nor at EL0 */

#define READ(name)                                                                                                     \
    ({                                                                                                                 \
        uint64_t value;                                                                                                \
        __asm__ volatile("mrs %0, " #name : "=r"(value));                                                              \
        value;                                                                                                         \
    })

static bool is_at_el2(void)
{
    return (READ(CurrentEL) >> 2 & 3) == 2;
}

static void forget_translations(bool at_el2)
{
    __asm__ volatile("dsb ish" : : : "memory");
    if (at_el2)
        __asm__ volatile("tlbi alle2" : : : "memory");
    else
        __asm__ volatile("tlbi vmalle1" : : : "memory");
    __asm__ volatile("dsb ish; isb" : : : "memory");
}

/* Bytes that an entry on this level covers are 2 to this. */
static unsigned shift_of(unsigned level)
{
    return 12 + 9 * (LAST - level);
}

static void split(uint64_t *entry, unsigned level)
{
    const uint64_t block = *entry, size = 1ULL << shift_of(level + 1);
    EFI_PHYSICAL_ADDRESS page;
    uint64_t *table;

    need(boot->AllocatePages(AllocateAnyPages, EfiBootServicesData, 1, &page), "no page for a table");
    table = (uint64_t *)(uintptr_t)page;
    for (uint64_t i = 0; i < ENTRIES; i++)
        table[i] = (block & ~TYPE) + i * size | (level + 1 == LAST ? TABLE : VALID);
    __asm__ volatile("dsb ishst" : : : "memory");
    *entry = page | TABLE;
}

static uint64_t *page_entry(uint64_t *table, unsigned level, uint64_t address)
{
    for (;; level++) {
        uint64_t *entry = &table[address >> shift_of(level) & (ENTRIES - 1)];

        if (!(*entry & VALID))
            give_up("%#llx is not mapped", (unsigned long long)address);
        if (level == LAST)
            return entry;
        if ((*entry & TYPE) != TABLE)
            split(entry, level);
        table = (uint64_t *)(uintptr_t)(*entry & ADDRESS);
    }
}

void no_execute(uint64_t address, uint64_t pages)
{
    const bool at_el2 = is_at_el2();
    const uint64_t control = at_el2 ? READ(tcr_el2) : READ(tcr_el1);
    uint64_t *root = (uint64_t *)(uintptr_t)((at_el2 ? READ(ttbr0_el2) : READ(ttbr0_el1)) & ADDRESS);
    const unsigned bits = 64 - (control & 63);
    const unsigned level = bits > 39 ? 0 : bits > 30 ? 1 : 2;

    if (control >> 14 & 3)
        give_up("the page tables have another granule: TCR is %#llx", (unsigned long long)control);
    for (uint64_t i = 0; i < pages; i++)
        *page_entry(root, level, address + i * PAGE) |= at_el2 ? NEVER_AT_EL2 : NEVER_AT_EL1;
    forget_translations(at_el2);
}
