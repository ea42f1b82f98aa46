/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges mapped and shared in page tables of any format, against a list of ranges: each address is where the first
 * range that holds it leads, in a leaf as the manual has it, in pages that lie in the range; all else is not mapped.
 * Mapping stops where something is mapped, and at the end of the pool; what was counted is enough.
 */
#include <string.h>

#include "fuzz.h"
#include "page_manuals.h"

#define PAGE   4096ULL
#define RANGES 12
#define POOL   48 /* pages */

struct range {
    uint64_t address, physical, size;
    uint32_t permissions;
};

struct sample {
    const struct page_manual *manual;
    struct page_tables tables;
    struct range ranges[RANGES];
    size_t count;
};

static const struct range *range_at(const struct sample *sample, uint64_t address)
{
    for (size_t i = 0; i < sample->count; i++) {
        if (address - sample->ranges[i].address < sample->ranges[i].size)
            return &sample->ranges[i];
    }
    return NULL;
}

/* In one of the halves; of five levels no more is used than of four. */
static bool is_canonical(uint64_t address, const struct page_manual *manual)
{
    return address >> manual->half_bits == 0 || ~address >> manual->half_bits == 0;
}

/* Behind the end of the lower half no processor looks anything up. */
static void check_address(const struct sample *sample, uint64_t address)
{
    const struct range *range = range_at(sample, address);
    uint64_t physical = 1, leaf = 0, size;
    unsigned level = 0;

    if (!is_canonical(address, sample->manual))
        return;
    CHECK(page_tables_look_up(&sample->tables, address, &physical, &leaf, &level) == (range != NULL));
    if (!range)
        return;
    size = 1ULL << (12 + 9 * (level - 1));
    CHECK(level >= 1 && level <= sample->tables.largest_leaf);
    CHECK(physical - range->physical == address - range->address);
    CHECK((address & ~(size - 1)) >= range->address);
    CHECK((address | (size - 1)) - range->address < range->size);
    CHECK(leaf == ((physical & ~(size - 1)) >> 12 << sample->manual->address_from |
                   sample->manual->leaf(level, range->permissions)));
}

/* The borders, and one address between them. */
static void check_range(const struct sample *sample, const struct range *range, uint64_t inside)
{
    check_address(sample, range->address);
    check_address(sample, range->address - 1);
    check_address(sample, range->address + range->size - 1);
    check_address(sample, range->address + range->size);
    check_address(sample, range->address + inside % range->size);
}

/* How much of a range can be mapped: up to the first page of it that is. */
static uint64_t free_size(const struct sample *sample, const struct range *range)
{
    uint64_t size = range->size;

    for (size_t i = 0; i < sample->count; i++) {
        const struct range *other = &sample->ranges[i];

        if (range->address - other->address < other->size)
            return 0;
        if (other->address - range->address < size)
            size = other->address - range->address;
    }
    return size;
}

static void map(struct sample *sample, struct range range)
{
    size_t before = sample->tables.used;
    uint64_t possible = free_size(sample, &range);
    uint64_t done = page_tables_map(&sample->tables, range.address, range.physical, range.size, range.permissions);
    bool full = sample->tables.used == sample->tables.capacity;

    CHECK(done <= possible && done % PAGE == 0 && sample->tables.used <= sample->tables.capacity);
    /* A large page is not begun where a part of it is mapped. */
    CHECK(done == possible || full || possible < range.size);
    CHECK(sample->tables.used - before <= page_tables_worst(range.size, sample->tables.levels));
    range.size = done;
    if (done > 0)
        sample->ranges[sample->count++] = range;
}

static struct range read_range(struct input *input, const struct page_manual *manual)
{
    uint64_t how = input_number(input, 1);
    struct range range = {.address = input_address(input),
                          .physical = input_address(input) & ((1ULL << manual->address_bits) - 1) & ~(PAGE - 1),
                          .permissions = (uint32_t)how & 7};

    range.size = PAGE * (1 + input_number(input, how & 8 ? 1 : 2));
    if (how & 16) /* large pages */
        range.physical = (range.address & 0x3fffffff) | (range.physical & ~0x3fffffffULL);
    if (how & 32)
        range.size <<= 4;
    if (!is_canonical(range.address, manual) || !is_canonical(range.address + range.size - 1, manual) ||
        range.address + range.size < range.address || (range.address ^ (range.address + range.size - 1)) >> 63 != 0 ||
        range.physical + range.size > 1ULL << manual->address_bits)
        range.size = 0;
    return range;
}

/* Counting in ascending order is exact: the same ranges are built with so many pages and no more. */
static void check_count(const struct sample *sample)
{
    struct page_tables counted, built;
    bool used[RANGES] = {false};
    uint8_t *pool;

    page_tables_start(&counted, sample->manual->format, sample->tables.levels, sample->tables.largest_leaf, NULL, 0, 0);
    for (size_t pass = 0; pass < sample->count; pass++) {
        size_t lowest = RANGES;

        for (size_t i = 0; i < sample->count; i++) {
            if (!used[i] && (lowest == RANGES || sample->ranges[i].address < sample->ranges[lowest].address))
                lowest = i;
        }
        used[lowest] = true;
        CHECK(page_tables_map(&counted, sample->ranges[lowest].address, sample->ranges[lowest].physical,
                              sample->ranges[lowest].size, 0) == sample->ranges[lowest].size);
    }
    pool = fuzz_room(counted.used * PAGE + PAGE);
    pool += -(uintptr_t)pool & 7;
    memset(pool, 0, counted.used * PAGE);
    page_tables_start(&built, sample->manual->format, sample->tables.levels, sample->tables.largest_leaf, pool, 0x1000,
                      counted.used);
    for (size_t i = 0; i < sample->count; i++)
        CHECK(page_tables_map(&built, sample->ranges[i].address, sample->ranges[i].physical, sample->ranges[i].size,
                              sample->ranges[i].permissions) == sample->ranges[i].size);
    CHECK(built.used == counted.used);
}

/* Lower addresses show what is in the upper half. */
static void share(struct sample *sample)
{
    const uint64_t from = 0 - (1ULL << sample->manual->half_bits), size = 4 * paging_share_size(sample->tables.levels);
    const size_t used = sample->tables.used;
    struct page_tables counted;

    for (size_t i = 0; i < sample->count; i++) {
        if (sample->ranges[i].address >> 63 == 0)
            return; /* it may be in the way */
    }
    page_tables_start(&counted, sample->manual->format, sample->tables.levels, 2, NULL, 0, 0);
    CHECK(page_tables_share(&counted, from, 0, size) && counted.used == sample->manual->roots + PAGING_SHARE_TABLES);
    if (!page_tables_share(&sample->tables, from, 0, size))
        return;
    CHECK(sample->tables.used - used <= PAGING_SHARE_TABLES);
    for (size_t i = 0; i < sample->count; i++) {
        uint64_t physical = 0, leaf, other = 1;
        unsigned level;

        if (sample->ranges[i].address < from || sample->ranges[i].address - from >= size)
            continue;
        CHECK(page_tables_look_up(&sample->tables, sample->ranges[i].address - from, &physical, &leaf, &level));
        CHECK(page_tables_look_up(&sample->tables, sample->ranges[i].address, &other, &leaf, &level));
        CHECK(physical == other);
    }
}

void fuzz(struct input *input)
{
    static _Alignas(4096) uint8_t pool[POOL * PAGE];
    struct sample sample = {.manual = &page_manuals[input_below(input, PAGE_MANUALS)]};
    uint64_t how = input_number(input, 1);
    struct range range;
    size_t capacity = sample.manual->roots + (how >> 2) % (POOL - sample.manual->roots + 1);

    memset(pool, 0, capacity * PAGE);
    page_tables_start(&sample.tables, sample.manual->format, sample.manual->levels, how & 2 ? 3 : 2, pool, 0x12345000,
                      capacity);
    for (unsigned i = 0; i < RANGES && input->size > 0; i++) {
        range = read_range(input, sample.manual);
        if (range.size > 0)
            map(&sample, range);
    }
    for (size_t i = 0; i < sample.count; i++)
        check_range(&sample, &sample.ranges[i], input_number(input, 2) * 64);
    check_count(&sample);
    share(&sample);
}
