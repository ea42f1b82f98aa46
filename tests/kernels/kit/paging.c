/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the live page tables. An entry:
 *
 *     63  62        52 51                       12 11  9  8  7   6  5  4   3   2  1  0
 *     NX  (ignored)    physical address                   G  PS  D  A  PCD PWT U  W  P
 *
 * A leaf's PAT bit is bit 7 at level 1 and bit 12 above.
 */
#include "kit.h"

#define ENTRIES          512
#define ENTRY_PRESENT    (1ULL << 0)
#define ENTRY_WRITE      (1ULL << 1)
#define ENTRY_USER       (1ULL << 2)
#define ENTRY_ACCESSED   (1ULL << 5)
#define ENTRY_DIRTY      (1ULL << 6)
#define ENTRY_LEAF       (1ULL << 7)
#define ENTRY_GLOBAL     (1ULL << 8)
#define ENTRY_NO_EXECUTE (1ULL << 63)
#define ENTRY_ADDRESS    0x000ffffffffff000ULL
#define CR4_LA57         (1ULL << 12)

struct walk {
    const struct baton *baton;
    const struct paging_visitor *visitor;
    struct paging_counts counts;
    struct mapping run; /* the one that is growing; its size is 0 at first */
    bool readable;
};

static void flush(struct walk *walk)
{
    if (walk->run.size)
        walk->visitor->run(walk->visitor->context, &walk->run);
    walk->run.size = 0;
}

static void add_leaf(struct walk *walk, const struct mapping *leaf)
{
    struct mapping *run = &walk->run;

    if (run->size && run->address + run->size == leaf->address && run->physical + run->size == leaf->physical &&
        run->flags == leaf->flags && run->cache == leaf->cache) {
        run->size += leaf->size;
        return;
    }
    flush(walk);
    *run = *leaf;
}

static void visit_leaf(struct walk *walk, uint64_t entry, unsigned level, uint64_t address, uint32_t flags)
{
    uint64_t size = PAGE << 9 * (level - 1);
    uint64_t pat = level == 1 ? entry >> 7 & 1 : entry >> 12 & 1;
    struct mapping leaf = {.address = address,
                           .physical = entry & ENTRY_ADDRESS & ~(size - 1),
                           .size = size,
                           .flags = flags | (entry & ENTRY_GLOBAL ? MAPPED_GLOBAL : 0),
                           .cache = (uint32_t)(pat << 2 | (entry >> 3 & 3))};

    if (level == 1)
        walk->counts.small++;
    else if (level == 2)
        walk->counts.large++;
    else
        walk->counts.huge++;
    if (walk->visitor->accessed && entry & ENTRY_DIRTY)
        leaf.flags |= MAPPED_DIRTY;
    if (walk->visitor->leaf)
        walk->visitor->leaf(walk->visitor->context, &leaf);
    add_leaf(walk, &leaf);
}

static void visit_table(struct walk *walk, uint64_t physical, unsigned level, uint64_t address, uint32_t flags,
                        unsigned top)
{
    const uint64_t *table = direct(walk->baton, physical);

    walk->counts.tables++;
    walk->visitor->table(walk->visitor->context, physical, level);
    if (!faults_can_read(table)) {
        print("unreadable-table=%#lx\n", physical);
        walk->readable = false;
        return;
    }
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t entry = table[i];
        uint64_t here = address | (uint64_t)i << (12 + 9 * (level - 1));
        uint32_t rights = flags;

        if (!(entry & ENTRY_PRESENT))
            continue;
        if (level == top && i >= ENTRIES / 2)
            here |= ~0ULL << (12 + 9 * level);
        if (!(entry & ENTRY_WRITE))
            rights &= ~MAPPED_WRITE;
        if (!(entry & ENTRY_USER))
            rights &= ~MAPPED_USER;
        if (entry & ENTRY_NO_EXECUTE)
            rights &= ~MAPPED_EXECUTE;
        if (!(entry & ENTRY_ACCESSED))
            rights &= ~MAPPED_ACCESSED;
        if (level == 1 || (level <= 3 && entry & ENTRY_LEAF))
            visit_leaf(walk, entry, level, here, rights);
        else
            visit_table(walk, entry & ENTRY_ADDRESS, level - 1, here, rights, top);
    }
}

bool paging_walk(const struct baton *baton, const struct paging_visitor *visitor, struct paging_counts *ret_counts)
{
    struct walk walk = {.baton = baton, .visitor = visitor, .readable = true};
    unsigned levels = entry_state.cr4 & CR4_LA57 ? 5 : 4;
    uint32_t all = MAPPED_WRITE | MAPPED_EXECUTE | MAPPED_USER | (visitor->accessed ? MAPPED_ACCESSED : 0);

    visit_table(&walk, entry_state.cr3 & ENTRY_ADDRESS, levels, 0, all, levels);
    flush(&walk);
    *ret_counts = walk.counts;
    return walk.readable;
}
