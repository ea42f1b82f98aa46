/* SPDX-License-Identifier: BSD-2-Clause */
#include "paging.h"

#include "checked.h"
#include "memory.h"
#include "page_entries.h"

#define ENTRIES      512
#define SHARED_LEVEL 4 /* the tables whose entries are shared, where there are so many levels */

/* Bytes that one entry of a table on `level` covers are 2 to this. */
static unsigned entry_shift(unsigned level)
{
    return 12 + 9 * (level - 1);
}

static unsigned share_level(unsigned levels)
{
    return levels < SHARED_LEVEL ? levels : SHARED_LEVEL;
}

unsigned paging_half_bits(const struct paging_format *format, unsigned levels)
{
    return entry_shift(share_level(levels) + 1) - (format->has_two_roots ? 0 : 1);
}

uint64_t paging_share_size(unsigned levels)
{
    return 1ULL << entry_shift(share_level(levels));
}

static size_t root_count(const struct paging_format *format)
{
    return format->has_two_roots ? 2 : 1;
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
        .used = root_count(format),
    };
    memset(tables->last_span, 0xff, sizeof(tables->last_span));
    if (pool)
        memset(pool, 0, tables->used * PAGE_SIZE);
}

static uint64_t *root_of(const struct page_tables *tables, uint64_t address)
{
    bool second = tables->format->has_two_roots && address >> 63 != 0;

    return (uint64_t *)(void *)(tables->pool + (second ? PAGE_SIZE : 0));
}

/* What an entry's address bits say; and how an address is written into them. */
static uint64_t address_of(const struct paging_format *format, uint64_t entry)
{
    return (entry & format->address_mask) << format->address_shift;
}

static uint64_t address_bits(const struct paging_format *format, uint64_t physical)
{
    return physical >> format->address_shift & format->address_mask;
}

/* The table that an entry points to. */
static uint64_t *table_of(const struct page_tables *tables, uint64_t entry)
{
    return (uint64_t *)(void *)(tables->pool + (address_of(tables->format, entry) - tables->pool_physical));
}

static bool is_leaf(const struct page_tables *tables, unsigned level, uint64_t entry)
{
    return level == 1 || (entry & tables->format->is_table_mask) != tables->format->is_table;
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
    uint64_t bits = level > 1 ? format->large : format->page;

    bits |= permissions & PERMIT_WRITE ? format->write : format->read_only;
    bits |= permissions & PERMIT_EXECUTE ? format->execute : format->no_execute;
    if (permissions & PERMIT_WRITE_COMBINING)
        bits |= level > 1 ? format->write_combining_large : format->write_combining;
    if (permissions & PERMIT_DEVICE)
        bits |= format->device;
    return bits;
}

static size_t index_of(uint64_t address, unsigned level)
{
    return address >> entry_shift(level) & (ENTRIES - 1);
}

/* A table more, as an entry that points to it: an empty one, or one that is yet to be filled. */
static uint64_t take_table(struct page_tables *tables, bool is_empty)
{
    const size_t offset = tables->used++ * PAGE_SIZE;

    if (is_empty)
        memset(tables->pool + offset, 0, PAGE_SIZE);
    return address_bits(tables->format, tables->pool_physical + offset) | tables->format->table;
}

/* What is to be done about a table that is not there. */
enum making {
    MAKE_NONE,
    MAKE_EMPTY,
    MAKE_TO_FILL, /* every entry of it is written at once */
};

/* The table on `to_level` that `address` goes through. NULL when it is not there and not to be made, when the pool is
 * used up, or when a leaf is in the way. */
static uint64_t *find_table(struct page_tables *tables, uint64_t address, unsigned to_level, enum making making)
{
    uint64_t *table = root_of(tables, address);

    for (unsigned level = tables->levels; level > to_level; level--) {
        uint64_t *entry = &table[index_of(address, level)];

        if (*entry == 0) {
            if (making == MAKE_NONE || tables->used >= tables->capacity)
                return NULL;
            *entry = take_table(tables, making == MAKE_EMPTY || level > to_level + 1);
        } else if (is_leaf(tables, level, *entry)) {
            return NULL;
        }
        table = table_of(tables, *entry);
    }
    return table;
}

/* Writes the leaves for `size` bytes, which are in one table, making the tables on the way. Returns how many bytes have
 * one: fewer when the pool is used up, or when something is there already. */
static uint64_t build_leaves(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size,
                             unsigned leaf_level, uint32_t permissions)
{
    const uint64_t leaf = 1ULL << entry_shift(leaf_level), step = leaf >> tables->format->address_shift;
    const size_t count = (size_t)(size >> entry_shift(leaf_level)), used = tables->used;
    const uint64_t value = address_bits(tables->format, physical) | leaf_bits(tables->format, leaf_level, permissions);
    uint64_t *table = find_table(tables, address, leaf_level, count == ENTRIES ? MAKE_TO_FILL : MAKE_EMPTY);
    uint64_t *entry;
    size_t empty = 0;

    if (!table)
        return 0;
    entry = &table[index_of(address, leaf_level)];
    if (tables->used > used) /* the last one that was made is this one */
        empty = count;
    while (empty < count && entry[empty] == 0)
        empty++;
    page_entries_fill(entry, empty, value, step);
    return empty * leaf;
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

/* How many bytes from `address` on leaves of this level map, one behind the other: up to the end of their table, since
 * a larger leaf can begin there only. */
static uint64_t choose_run(uint64_t address, uint64_t size, unsigned level)
{
    const uint64_t leaf = 1ULL << entry_shift(level);

    return min_u64(align_down(size, leaf), (ENTRIES - index_of(address, level)) * leaf);
}

uint64_t page_tables_map(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size,
                         uint32_t permissions)
{
    uint64_t done = 0;

    while (done < size) {
        unsigned level = choose_level(tables, address + done, physical + done, size - done);
        uint64_t run = choose_run(address + done, size - done, level), built = run;

        if (tables->pool) {
            built = build_leaves(tables, address + done, physical + done, run, level, permissions);
        } else {
            if (level == tables->largest_leaf) /* as many of them as there are: a firmware's map may list petabytes */
                built = run = align_down(size - done, 1ULL << entry_shift(level));
            count_leaves(tables, address + done, run, level);
        }
        done += built;
        if (built < run)
            break;
    }
    return done;
}

void page_tables_unmap(struct page_tables *tables, uint64_t address, uint64_t physical, uint64_t size, uint64_t mapped)
{
    uint64_t done = 0;

    while (done < mapped) {
        unsigned level = choose_level(tables, address + done, physical + done, size - done);
        uint64_t *table = find_table(tables, address + done, level, MAKE_NONE);

        if (table) /* it is: this was mapped */
            table[index_of(address + done, level)] = 0;
        done += 1ULL << entry_shift(level);
    }
}

bool page_tables_share(struct page_tables *tables, uint64_t from, uint64_t to, uint64_t size)
{
    const uint64_t step = paging_share_size(tables->levels);
    const unsigned level = share_level(tables->levels);

    if (!tables->pool) {
        tables->used += PAGING_SHARE_TABLES;
        return true;
    }
    for (uint64_t done = 0; done < size; done += step) {
        const uint64_t *source = find_table(tables, from + done, level, MAKE_NONE);
        uint64_t *target = find_table(tables, to + done, level, MAKE_EMPTY);

        if (!target)
            return false;
        if (source)
            target[index_of(to + done, level)] = source[index_of(from + done, level)];
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
    const uint64_t *table = root_of(tables, address);

    for (unsigned level = tables->levels; level > 0; level--) {
        uint64_t entry = table[index_of(address, level)];
        uint64_t offset_mask = (1ULL << entry_shift(level)) - 1;

        if (entry == 0)
            return false;
        if (is_leaf(tables, level, entry)) {
            *ret_physical = (address_of(tables->format, entry) & ~offset_mask) | (address & offset_mask);
            *ret_leaf = entry;
            *ret_level = level;
            return true;
        }
        table = table_of(tables, entry);
    }
    return false;
}
