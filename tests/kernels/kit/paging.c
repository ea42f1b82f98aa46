/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the live page tables. */
#include "kit.h"

#define ENTRIES 512

struct walk {
    const struct baton *baton;
    const struct paging_visitor *visitor;
    struct paging_counts counts;
    struct mapping run; /* the one that is growing; its size is 0 at first */
    const struct paging_root *root;
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
        run->flags == leaf->flags && run->cache == leaf->cache && run->other == leaf->other) {
        run->size += leaf->size;
        return;
    }
    flush(walk);
    *run = *leaf;
}

static void visit_leaf(struct walk *walk, const struct paging_entry *entry, unsigned level, uint64_t address,
                       uint32_t flags)
{
    const uint32_t told = walk->visitor->accessed ? ~0u : ~(MAPPED_ACCESSED | MAPPED_DIRTY);
    struct mapping leaf = {.address = address,
                           .physical = entry->physical,
                           .size = PAGE << 9 * (level - 1),
                           .flags = (flags | entry->more) & told,
                           .cache = entry->cache,
                           .other = entry->other};

    if (level == 1)
        walk->counts.small++;
    else if (level == 2)
        walk->counts.large++;
    else
        walk->counts.huge++;
    if (walk->visitor->leaf)
        walk->visitor->leaf(walk->visitor->context, &leaf);
    add_leaf(walk, &leaf);
}

static void visit_table(struct walk *walk, uint64_t physical, unsigned level, uint64_t address, uint32_t flags)
{
    const uint64_t *table = direct(walk->baton, physical);
    const struct paging_root *root = walk->root;

    walk->counts.tables++;
    walk->visitor->table(walk->visitor->context, physical, level);
    if (!faults_can_read(table)) {
        print("unreadable-table=%#lx\n", physical);
        walk->readable = false;
        return;
    }
    for (unsigned i = 0; i < ENTRIES; i++) {
        uint64_t here = address | (uint64_t)i << (12 + 9 * (level - 1));
        struct paging_entry entry;

        paging_decode(table[i], level, &entry);
        if (!entry.present)
            continue;
        if (level == root->levels)
            here |= i < ENTRIES / 2 ? root->lower : root->upper;
        if (entry.leaf)
            visit_leaf(walk, &entry, level, here, flags & entry.allowed);
        else
            visit_table(walk, entry.physical, level - 1, here, flags & entry.allowed);
    }
}

bool paging_walk(const struct baton *baton, const struct paging_visitor *visitor, struct paging_counts *ret_counts)
{
    const uint32_t all = MAPPED_WRITE | MAPPED_EXECUTE | MAPPED_USER | MAPPED_ACCESSED;
    struct walk walk = {.baton = baton, .visitor = visitor, .readable = true};
    struct paging_root roots[PAGING_ROOTS];
    unsigned count = paging_roots(roots);

    for (unsigned i = 0; i < count; i++) {
        walk.root = &roots[i];
        visit_table(&walk, roots[i].physical, roots[i].levels, 0, all);
    }
    flush(&walk);
    *ret_counts = walk.counts;
    return walk.readable;
}

uint64_t *paging_find(const struct baton *baton, uint64_t address, unsigned level)
{
    struct paging_root roots[PAGING_ROOTS];
    const struct paging_root *root = &roots[paging_roots(roots) > 1 ? address >> 63 : 0];
    uint64_t *table = direct(baton, root->physical);

    for (unsigned at = root->levels; at > level; at--) {
        struct paging_entry entry;

        paging_decode(table[address >> (12 + 9 * (at - 1)) & (ENTRIES - 1)], at, &entry);
        if (!entry.present || entry.leaf)
            return NULL;
        table = direct(baton, entry.physical);
    }
    return &table[address >> (12 + 9 * (level - 1)) & (ENTRIES - 1)];
}
