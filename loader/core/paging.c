/* SPDX-License-Identifier: BSD-2-Clause */
#include "paging.h"

#include "checked.h"
#include "memory.h"

#define ENTRIES     512
#define SHARE_LEVEL 4 /* the tables whose entries are shared */

/*
 * An x86-64 entry:
 *
 *   63  62..52  51..12   11..9  8       7         6      5         4        3        2     1      0
 *   NX  -       address  -      global  PAT/size  dirty  accessed  PCD      PWT      user  write  present
 *
 * Bit 7 is the PAT bit in a 4 KiB leaf and "this is a leaf" above; there bit 12 is the PAT bit. PAT entry 5 is
 * PAT=1 PCD=0 PWT=1. Accessed and dirty are set from the start: the tables are then never written by the processor.
 */
const struct paging_format paging_x86_64 = {
    .table = 1ULL << 0 | 1ULL << 1 | 1ULL << 5,
    .leaf = 1ULL << 0 | 1ULL << 5 | 1ULL << 6,
    .large = 1ULL << 7,
    .write = 1ULL << 1,
    .no_execute = 1ULL << 63,
    .write_combining = 1ULL << 7 | 1ULL << 3,
    .write_combining_large = 1ULL << 12 | 1ULL << 3,
    .address_mask = 0x000ffffffffff000ULL,
};

/* Bytes that one entry of a table on `level` covers are 2 to this. */
static unsigned entry_shift(unsigned level)
{
    return 12 + 9 * (level - 1);
}

void page_tables_start(struct page_tables *tables, const struct paging_format *format, unsigned levels,
                       unsigned largest_leaf, uint8_t *pool, uint64_t pool_physical, size_t capacity)
{
    *tables = (struct page_tables){
        .format = format,
        .levels = levels,
        .largest_leaf = largest_leaf,
        .pool = pool,
        .pool_physical = pool_physical,
        .capacity = capacity,
        .used = 1,
    };
    memset(tables->last_span, 0xff, sizeof(tables->last_span));
}

static uint64_t *table_at(const struct page_tables *tables, uint64_t physical)
{
    return (uint64_t *)(void *)(tables->pool + (physical - tables->pool_physical));
}

static bool is_leaf(const struct page_tables *tables, unsigned level, uint64_t entry)
{
    return level == 1 || (entry & tables->format->large) != 0;
}

/* Notes the tables on the way to `size` bytes of leaves on `leaf_level`; those that were also on the way to the leaf
 * before are known. */
static void count_leaves(struct page_tables *tables, uint64_t address, uint64_t size, unsigned leaf_level)
{
    for (unsigned level = leaf_level; level < tables->levels; level++) {
        uint64_t first = address >> entry_shift(level + 1), last = (address + (size - 1)) >> entry_shift(level + 1);

        tables->used += (size_t)(last - first) + (tables->last_span[level] != first);
        tables->last_span[level] = last;
    }
}

static uint64_t leaf_bits(const struct paging_format *format, unsigned level, uint32_t permissions)
{
    uint64_t bits = format->leaf;

    if (level > 1)
        bits |= format->large;
    if (permissions & PERMIT_WRITE)
        bits |= format->write;
    if (!(permissions & PERMIT_EXECUTE))
        bits |= format->no_execute;
    if (permissions & PERMIT_WRITE_COMBINING)
        bits |= level > 1 ? format->write_combining_large : format->write_combining;
    return bits;
}

static size_t index_of(uint64_t address, unsigned level)
{
    return address >> entry_shift(level) & (ENTRIES - 1);
}

/* The table on `to_level` that `address` goes through. NULL when it is not there and not to be made, when the pool is
 * used up, or when a leaf is in the way. */
static uint64_t *find_table(struct page_tables *tables, uint64_t address, unsigned to_level, bool make)
{
    uint64_t *table = (uint64_t *)(void *)tables->pool;

    for (unsigned level = tables->levels; level > to_level; level--) {
        uint64_t *entry = &table[index_of(address, level)];

        if (*entry == 0) {
            if (!make || tables->used >= tables->capacity)
                return NULL;
            *entry = (tables->pool_physical + tables->used++ * PAGE_SIZE) | tables->format->table;
        } else if (is_leaf(tables, level, *entry)) {
            return NULL;
        }
        table = table_at(tables, *entry & tables->format->address_mask);
    }
    return table;
}

/* Writes one leaf, making the tables on the way. False when the pool is used up, or when something is there already. */
static bool build_leaf(struct page_tables *tables, uint64_t address, uint64_t physical, unsigned leaf_level,
                       uint32_t permissions)
{
    uint64_t *table = find_table(tables, address, leaf_level, true);
    uint64_t *entry = table ? &table[index_of(address, leaf_level)] : NULL;

    if (!entry || *entry != 0)
        return false;
    *entry = physical | leaf_bits(tables->format, leaf_level, permissions);
    return true;
}

/* The level of the largest leaf that begins at both addresses and ends within `size` bytes. */
static unsigned choose_level(const struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size)
{
    unsigned level = tables->largest_leaf;

    while (level > 1 &&
           (((address | physical) & ((1ULL << entry_shift(level)) - 1)) != 0 || size < 1ULL << entry_shift(level)))
        level--;
    return level;
}

uint64_t page_tables_map(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size,
                         uint32_t permissions)
{
    uint64_t done = 0;

    while (done < size) {
        unsigned level = choose_level(tables, address + done, physical + done, size - done);
        uint64_t step = 1ULL << entry_shift(level);

        if (!tables->pool) {
            if (level == tables->largest_leaf) /* as many of them as there are: a firmware's map may list petabytes */
                step = align_down(size - done, step);
            count_leaves(tables, address + done, step, level);
        } else if (!build_leaf(tables, address + done, physical + done, level, permissions)) {
            break;
        }
        done += step;
    }
    return done;
}

void page_tables_unmap(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size, uint64_t mapped)
{
    uint64_t done = 0;

    while (done < mapped) {
        unsigned level = choose_level(tables, address + done, physical + done, size - done);
        uint64_t *table = find_table(tables, address + done, level, false);

        if (table) /* it is: this was mapped */
            table[index_of(address + done, level)] = 0;
        done += 1ULL << entry_shift(level);
    }
}

bool page_tables_share(struct page_tables *tables, uint64_t from, uint64_t to, uint64_t size)
{
    if (!tables->pool) {
        tables->used += PAGING_SHARE_TABLES;
        return true;
    }
    for (uint64_t done = 0; done < size; done += PAGING_SHARE_SIZE) {
        const uint64_t *source = find_table(tables, from + done, SHARE_LEVEL, false);
        uint64_t *target = find_table(tables, to + done, SHARE_LEVEL, true);

        if (!target)
            return false;
        if (source)
            target[index_of(to + done, SHARE_LEVEL)] = source[index_of(from + done, SHARE_LEVEL)];
    }
    return true;
}

size_t page_tables_worst(uint64_t size, unsigned levels)
{
    size_t tables = 0;

    for (unsigned level = 1; level < levels; level++)
        tables += (size_t)(size >> entry_shift(level + 1)) + 2;
    return tables;
}

bool page_tables_look_up(const struct page_tables *tables, uint64_t address, uint64_t *ret_physical, uint64_t *ret_leaf,
                         unsigned *ret_level)
{
    const uint64_t *table = (const uint64_t *)(const void *)tables->pool;

    for (unsigned level = tables->levels; level > 0; level--) {
        uint64_t entry = table[index_of(address, level)];
        uint64_t offset_mask = (1ULL << entry_shift(level)) - 1;

        if (entry == 0)
            return false;
        if (is_leaf(tables, level, entry)) {
            *ret_physical = (entry & tables->format->address_mask & ~offset_mask) | (address & offset_mask);
            *ret_leaf = entry;
            *ret_level = level;
            return true;
        }
        table = table_at(tables, entry & tables->format->address_mask);
    }
    return false;
}
