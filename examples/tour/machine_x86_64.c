/* SPDX-License-Identifier: 0BSD */
#include "machine.h"

#define EXIT_FAILURE 0x11u

/* A page-table entry (Intel SDM volume 3, 4.5; AMD64 APM volume 2, 5.3). */
#define PRESENT            (1ULL << 0)
#define ACCESSED_AND_DIRTY (3ULL << 5)
#define LARGE              (1ULL << 7)
#define ADDRESS            0x000ffffffffff000ULL
#define ENTRIES            512u

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

_Noreturn void machine_exit(bool success)
{
    baton_exit(success ? BATON_EXIT_SUCCESS : EXIT_FAILURE);
}

static uint64_t top_table(void)
{
    uint64_t cr3;

    __asm__ volatile("mov %%cr3, %0" : "=r"(cr3));
    return cr3 & ADDRESS;
}

static unsigned levels(void)
{
    uint64_t cr4;

    __asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
    return (cr4 & CR4_LA57) != 0 ? 5 : 4;
}

static const uint64_t *table_at(const struct baton *baton, uint64_t physical)
{
    return (const uint64_t *)(uintptr_t)(baton->direct_map.base + physical);
}

/* Level 1 maps pages, level 2 and 3 may map large ones. */
static bool is_leaf(uint64_t entry, unsigned level)
{
    return level == 1 || (level <= 3 && (entry & LARGE) != 0);
}

bool machine_translate(const struct baton *baton, uint64_t address, uint64_t *ret_physical)
{
    uint64_t table = top_table();

    for (unsigned level = levels(); level > 0; level--) {
        unsigned shift = 12 + 9 * (level - 1);
        uint64_t entry = table_at(baton, table)[address >> shift & (ENTRIES - 1)];

        if (!(entry & PRESENT))
            return false;
        if (is_leaf(entry, level)) {
            uint64_t within = (1ULL << shift) - 1;

            *ret_physical = (entry & ADDRESS & ~within) | (address & within);
            return true;
        }
        table = entry & ADDRESS;
    }
    return false;
}

struct walk {
    const struct baton *baton;
    bool (*visit)(void *context, const struct machine_table *table);
    void *context;
};

/* One table and all below it. The recursion is as deep as there are levels. */
static bool walk_table(const struct walk *walk, uint64_t physical, unsigned level)
{
    struct machine_table table = {"page table", physical, BATON_PAGE_SIZE, ACCESSED_AND_DIRTY};
    const uint64_t *entries = table_at(walk->baton, physical);

    if (!walk->visit(walk->context, &table))
        return false;
    for (unsigned i = 0; i < ENTRIES; i++) {
        if ((entries[i] & PRESENT) && !is_leaf(entries[i], level) && !walk_table(walk, entries[i] & ADDRESS, level - 1))
            return false;
    }
    return true;
}

static bool visit_descriptors(const struct walk *walk, const char *what, const struct table_register *table_register)
{
    uint64_t base = table_register->base[0] | (uint64_t)table_register->base[1] << 16 |
                    (uint64_t)table_register->base[2] << 32 | (uint64_t)table_register->base[3] << 48;
    struct machine_table table = {what, 0, (uint64_t)table_register->limit + 1, 0};

    if (table.size == 1 || !machine_translate(walk->baton, base, &table.physical))
        return true;
    return walk->visit(walk->context, &table);
}

bool machine_visit_tables(const struct baton *baton, bool (*visit)(void *context, const struct machine_table *table),
                          void *context)
{
    struct walk walk = {baton, visit, context};
    struct table_register gdt, idt;

    __asm__ volatile("sgdt %0" : "=m"(gdt));
    __asm__ volatile("sidt %0" : "=m"(idt));
    return visit_descriptors(&walk, "global descriptor table", &gdt) &&
           visit_descriptors(&walk, "interrupt descriptor table", &idt) && walk_table(&walk, top_table(), levels());
}
