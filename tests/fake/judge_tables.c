/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge_tables.h"

#include "fake_memory.h"
#include "phys.h"

#define BIT(n) (1ULL << (n))

static uint64_t page_size(unsigned level)
{
    return 1ULL << (12 + 9 * (level - 1));
}

/* ---- x86-64: Intel SDM volume 3, 4.5; PAT entry 5 is write-combining ---- */

#define X86_WRITE     BIT(1)
#define X86_LARGE     BIT(7) /* above level 1; on level 1 it is the PAT bit */
#define X86_LARGE_PAT BIT(12)
#define X86_NX        BIT(63)
#define X86_ADDRESS   0x000ffffffffff000ULL

static struct table_entry read_x86_64(uint64_t entry, unsigned level)
{
    const bool is_leaf = level == 1 || (level <= 3 && (entry & X86_LARGE));
    const uint64_t pat = level == 1 ? X86_LARGE : X86_LARGE_PAT;
    const unsigned cache = is_leaf ? (unsigned)(entry >> 3 & 3) | (entry & pat ? 4U : 0) : 0;
    const uint64_t never = BIT(2) | BIT(8) | (is_leaf ? 0 : X86_LARGE); /* user, global */
    const uint64_t always = BIT(5) | (is_leaf ? BIT(6) : 0);            /* accessed, dirty */
    const uint64_t inside = is_leaf && level > 1 ? (page_size(level) - 1) & ~0xfffULL & ~X86_LARGE_PAT : 0;

    return (struct table_entry){
        .is_present = entry & BIT(0),
        .is_leaf = is_leaf,
        .is_odd = (entry & (never | inside)) || (entry & always) != always || (cache != 0 && cache != 5),
        .physical = entry & X86_ADDRESS & ~(is_leaf ? page_size(level) - 1 : 0),
        .flags = (entry & X86_WRITE ? MAPPED_WRITE : 0U) | (entry & X86_NX ? 0U : MAPPED_EXECUTE) |
                 (cache == 5 ? MAPPED_COMBINING : 0U),
    };
}

/* ---- AArch64: DDI 0487, D8.3; MAIR has write-back, Normal non-cacheable and Device-nGnRE ---- */

#define ARM_ADDRESS 0x0000fffffffff000ULL
#define ARM_PAGE    (BIT(0) | 3ULL << 8 | BIT(10)) /* valid, inner shareable, accessed */

/* `common` are the other bits that every leaf has; `never_run` those that only some have. */
static struct table_entry read_aarch64(uint64_t entry, unsigned level, uint64_t common, uint64_t never_run)
{
    static const unsigned kinds[] = {0, MAPPED_COMBINING, MAPPED_DEVICE};
    const bool is_leaf = level == 1 || (level <= 3 && !(entry & BIT(1)));
    const uint64_t usual = is_leaf ? ARM_PAGE | common | (level == 1 ? BIT(1) : 0) : BIT(0) | BIT(1);
    const uint64_t free = is_leaf ? BIT(7) | 7ULL << 2 | never_run : 0; /* read-only, index into MAIR */
    const uint64_t index = is_leaf ? entry >> 2 & 7 : 0;
    const uint64_t inside = is_leaf ? page_size(level) - 1 : 0;

    return (struct table_entry){
        .is_present = entry & BIT(0),
        .is_leaf = is_leaf,
        .is_odd = (entry & ~ARM_ADDRESS & ~free) != usual || (entry & ARM_ADDRESS & inside) != 0 || index > 2,
        .physical = entry & ARM_ADDRESS,
        .flags = is_leaf ? (entry & BIT(7) ? 0U : MAPPED_WRITE) | (entry & never_run ? 0U : MAPPED_EXECUTE) |
                               (index <= 2 ? kinds[index] : 0U)
                         : MAPPED_WRITE | MAPPED_EXECUTE,
    };
}

/* Not global, and UXN: nothing is for EL0. */
static struct table_entry read_aarch64_halves(uint64_t entry, unsigned level)
{
    return read_aarch64(entry, level, BIT(11) | BIT(54), BIT(53));
}

/* AP[1] is 1, and there is XN alone (D8.4.1). */
static struct table_entry read_aarch64_el2(uint64_t entry, unsigned level)
{
    return read_aarch64(entry, level, BIT(6), BIT(54));
}

/* ---- RISC-V: privileged architecture, 4.3 to 4.5, and Svpbmt ---- */

#define RISCV_ADDRESS 0x003ffffffffffc00ULL
#define RISCV_PAGE    (BIT(0) | BIT(1) | BIT(6) | BIT(7)) /* valid, readable, accessed, dirty */

/* `memory_types`: the bits that say of what kind the memory is. */
static struct table_entry read_riscv64_as(uint64_t entry, unsigned level, uint64_t memory_types)
{
    static const unsigned kinds[] = {0, MAPPED_COMBINING, MAPPED_DEVICE, 0};
    const bool is_leaf = level == 1 || (entry & (BIT(1) | BIT(2) | BIT(3)));
    const uint64_t usual = is_leaf ? RISCV_PAGE : BIT(0);
    const uint64_t free = is_leaf ? BIT(2) | BIT(3) | memory_types : 0;
    const uint64_t physical = (entry & RISCV_ADDRESS) << 2;
    const unsigned kind = (unsigned)((entry & memory_types) >> 61 & 3);

    return (struct table_entry){
        .is_present = entry & BIT(0),
        .is_leaf = is_leaf,
        .is_odd = (entry & ~RISCV_ADDRESS & ~free) != usual || kind == 3 ||
                  (is_leaf && (physical & (page_size(level) - 1)) != 0),
        .physical = physical,
        .flags = is_leaf ? (entry & BIT(2) ? MAPPED_WRITE : 0U) | (entry & BIT(3) ? MAPPED_EXECUTE : 0U) | kinds[kind]
                         : MAPPED_WRITE | MAPPED_EXECUTE,
    };
}

static struct table_entry read_riscv64(uint64_t entry, unsigned level)
{
    return read_riscv64_as(entry, level, 0);
}

static struct table_entry read_riscv64_svpbmt(uint64_t entry, unsigned level)
{
    return read_riscv64_as(entry, level, 3ULL << 61);
}

/* ---- the walk ---- */

const struct table_format *table_format(const struct machine_entry *entry)
{
    static const struct table_format aarch64 = {48, true, true, read_aarch64_halves};
    static const struct table_format aarch64_el2 = {47, false, true, read_aarch64_el2};
    static const struct table_format others[] = {[FAKE_X86_64] = {47, false, true, read_x86_64},
                                                 [FAKE_RISCV64_SV39] = {38, false, false, read_riscv64},
                                                 [FAKE_RISCV64_SV48] = {47, false, true, read_riscv64_svpbmt}};
    const enum fake_processor processor = fake_setup()->processor;

    if (!fake_is_aarch64())
        return &others[processor];
    return entry->at_el2 && processor == FAKE_AARCH64_EL2 ? &aarch64_el2 : &aarch64;
}

uint64_t table_root(const struct machine_entry *entry, uint64_t address)
{
    return entry->root + (table_format(entry)->has_two_roots && address >> 63 ? FAKE_PAGE : 0);
}

struct walk {
    const struct judge *judge;
    const struct table_format *format;
    unsigned bits; /* of an address that the tables decide by */
    struct judge_mappings *is;
};

static void add_leaf(const struct walk *walk, uint64_t address, unsigned level, const struct table_entry *leaf,
                     unsigned flags)
{
    if (leaf->is_odd)
        check_broken(CHECK_LEAF_BITS, "the page at 0x%llx has bits that it should not have",
                     (unsigned long long)address);
    if (level == 3 && fake_setup()->small_pages)
        check_broken(CHECK_GIBIBYTE_PAGE, "a page of 1 GiB at 0x%llx on a processor that has none",
                     (unsigned long long)address);
    judge_mapping_add(walk->is, &(struct judge_mapping){address, leaf->physical, page_size(level), flags});
}

/* `allowed`: what the tables on the way here leave to a page. */
static void walk_table(const struct walk *walk, uint64_t table, unsigned level, uint64_t address, unsigned allowed)
{
    const uint64_t *entries;

    if (!judge_is_kind(walk->judge, table, FAKE_PAGE, BATON_MEMORY_PAGE_TABLES) ||
        !fake_memory_is_loaders(table, FAKE_PAGE, EfiLoaderData)) {
        check_broken(CHECK_TABLE_MEMORY, "the level-%u table at 0x%llx is not in memory of its kind", level,
                     (unsigned long long)table);
        return;
    }
    entries = phys_to_ptr(table);
    for (unsigned i = 0; i < 512; i++) {
        const struct table_entry entry = walk->format->read(entries[i], level);
        uint64_t at = address | (uint64_t)i << (12 + 9 * (level - 1));
        unsigned flags = entry.flags & (allowed | ~(unsigned)(MAPPED_WRITE | MAPPED_EXECUTE));

        if (at >> (walk->bits - 1) & 1 && !walk->format->has_two_roots)
            at |= ~0ULL << walk->bits;
        if (!entry.is_present && entries[i] != 0)
            check_broken(CHECK_ABSENT_ENTRY, "an entry at 0x%llx that is not present is 0x%llx", (unsigned long long)at,
                         (unsigned long long)entries[i]);
        if (!entry.is_present)
            continue;
        if (entry.is_leaf) {
            add_leaf(walk, at, level, &entry, flags);
            continue;
        }
        if (entry.is_odd)
            check_broken(CHECK_TABLE_BITS, "the entry for the table at 0x%llx has the bits 0x%llx",
                         (unsigned long long)at, (unsigned long long)entries[i]);
        walk_table(walk, entry.physical, level - 1, at, flags);
    }
}

void judge_tables(const struct judge *judge, struct judge_mappings *ret_is)
{
    const struct machine_entry *entry = &judge->result->entry;
    const struct walk walk = {judge, table_format(entry), 12 + 9 * fake_paging_levels(), ret_is};
    const uint64_t upper = 0 - BIT(walk.format->half_bits);

    ret_is->count = 0;
    if (entry->root % FAKE_PAGE != 0)
        check_broken(CHECK_TABLES_ROOT, "the tables' root is at 0x%llx", (unsigned long long)entry->root);
    walk_table(&walk, entry->root, fake_paging_levels(), 0, MAPPED_WRITE | MAPPED_EXECUTE);
    if (walk.format->has_two_roots)
        walk_table(&walk, table_root(entry, upper), fake_paging_levels(), upper, MAPPED_WRITE | MAPPED_EXECUTE);
}
