/* SPDX-License-Identifier: 0BSD */
#include "tables.h"

#include "machine.h"

#define PAGE_SHIFT 12u
#define INDEX_BITS 9u
#define ENTRIES    (1u << INDEX_BITS)

static const uint64_t *table_at(const struct baton *baton, uint64_t physical)
{
    return (const uint64_t *)(uintptr_t)(baton->direct_map.base + physical);
}

bool tables_translate(const struct baton *baton, uint64_t address, uint64_t *ret_physical)
{
    struct machine_paging paging = machine_paging();
    uint64_t table = address >> 63 ? paging.upper : paging.lower;

    for (unsigned level = paging.levels; level > 0; level--) {
        unsigned shift = PAGE_SHIFT + INDEX_BITS * (level - 1);
        uint64_t within = (1ULL << shift) - 1;
        struct machine_entry entry =
            machine_read_entry(table_at(baton, table)[address >> shift & (ENTRIES - 1)], level);

        if (!entry.present)
            return false;
        if (entry.leaf) {
            *ret_physical = (entry.physical & ~within) | (address & within);
            return true;
        }
        table = entry.physical;
    }
    return false;
}

struct walk {
    const struct baton *baton;
    bool (*visit)(void *context, const struct table *table);
    void *context;
    uint64_t ignored;
};

/* One table and all below it. The recursion is as deep as there are levels. */
static bool walk_table(const struct walk *walk, uint64_t physical, unsigned level)
{
    struct table table = {"page table", physical, BATON_PAGE_SIZE, walk->ignored};
    const uint64_t *entries = table_at(walk->baton, physical);

    if (!walk->visit(walk->context, &table))
        return false;
    for (unsigned i = 0; i < ENTRIES; i++) {
        struct machine_entry entry = machine_read_entry(entries[i], level);

        if (entry.present && !entry.leaf && !walk_table(walk, entry.physical, level - 1))
            return false;
    }
    return true;
}

static bool visit_regions(const struct walk *walk)
{
    struct machine_region regions[MACHINE_REGIONS];
    unsigned count = machine_regions(regions);

    for (unsigned i = 0; i < count; i++) {
        struct table table = {regions[i].what, 0, regions[i].size, 0};

        if (tables_translate(walk->baton, regions[i].address, &table.physical) && !walk->visit(walk->context, &table))
            return false;
    }
    return true;
}

bool tables_visit(const struct baton *baton, bool (*visit)(void *context, const struct table *table), void *context)
{
    struct machine_paging paging = machine_paging();
    struct walk walk = {baton, visit, context, paging.written};

    if (!visit_regions(&walk) || !walk_table(&walk, paging.lower, paging.levels))
        return false;
    return paging.upper == paging.lower || walk_table(&walk, paging.upper, paging.levels);
}
