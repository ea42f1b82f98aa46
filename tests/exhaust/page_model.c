/* SPDX-License-Identifier: BSD-2-Clause */
#include "page_model.h"

#include <string.h>

/* Intel SDM 3A, tables 4-15 to 4-20. */
#define PRESENT    (1ULL << 0)
#define WRITABLE   (1ULL << 1)
#define PWT        (1ULL << 3)
#define ACCESSED   (1ULL << 5)
#define DIRTY      (1ULL << 6)
#define LARGE      (1ULL << 7)
#define PAT_SMALL  (1ULL << 7)
#define PAT_LARGE  (1ULL << 12)
#define NO_EXECUTE (1ULL << 63)
#define ADDRESS    0xffffffffff000ULL

/* What a leaf on `level` maps: 4 KiB, 2 MiB, 1 GiB; beyond that, what an entry covers. */
static unsigned bits_on(unsigned level)
{
    return 12 + 9 * (level - 1);
}

static uint64_t size_on(unsigned level)
{
    return 1ULL << bits_on(level);
}

/* How far into its page of that size an address is. */
static uint64_t into_page(unsigned level, uint64_t address)
{
    return address & (size_on(level) - 1);
}

void model_start(struct model *model, unsigned levels, unsigned largest_leaf, uint64_t window, size_t capacity)
{
    model->levels = levels;
    model->largest_leaf = largest_leaf;
    model->window = window;
    model->capacity = capacity;
    model->used = 1;
    model->ranges = 0;
    model->shared = 0;
    memset(model->table, 0, sizeof(model->table));
}

/* ---- what is mapped ---- */

/* The largest page that holds the range's byte `offset`, lies in the range, and is aligned in both address spaces. */
static unsigned leaf_level(const struct model *model, const struct model_range *range, uint64_t offset)
{
    for (unsigned level = model->largest_leaf; level > 1; level--) {
        uint64_t into = into_page(level, range->address + offset);

        if (into == into_page(level, range->physical + offset) && into <= offset &&
            range->size - (offset - into) >= size_on(level))
            return level;
    }
    return 1;
}

static const struct model_range *range_at(const struct model *model, uint64_t address)
{
    for (size_t i = 0; i < model->ranges; i++) {
        if (address - model->range[i].address < model->range[i].mapped)
            return &model->range[i];
    }
    return NULL;
}

static bool is_alias(const struct model *model, uint64_t address)
{
    return address - model->to < model->shared;
}

uint64_t model_entry(const struct model *model, uint64_t address, unsigned *ret_level)
{
    const struct model_range *range;
    unsigned level;
    uint64_t offset, entry;

    if (is_alias(model, address)) {
        if (!model->chunk[(address - model->to) / MODEL_512G])
            return 0;
        address = address - model->to + model->from;
    }
    range = range_at(model, address);
    if (!range)
        return 0;
    offset = address - range->address;
    level = leaf_level(model, range, offset);
    entry = (range->physical + offset - into_page(level, address)) | PRESENT | ACCESSED | DIRTY;
    if (level > 1)
        entry |= LARGE;
    if (range->permissions & PERMIT_WRITE)
        entry |= WRITABLE;
    if (!(range->permissions & PERMIT_EXECUTE))
        entry |= NO_EXECUTE;
    if (range->permissions & PERMIT_WRITE_COMBINING) /* entry 5 of the PAT */
        entry |= PWT | (level > 1 ? PAT_LARGE : PAT_SMALL);
    *ret_level = level;
    return entry;
}

/* ---- which tables there are ---- */

/* Whether there is the table on `level` whose span holds `address`. */
static bool *table_at(struct model *model, unsigned level, uint64_t address)
{
    return &model->table[level][(address >> bits_on(level + 1)) - (model->window >> bits_on(level + 1))];
}

/* Takes the tables that an entry on `level` needs, the root's neighbours first. False when there are no more. */
static bool take_tables(struct model *model, uint64_t address, unsigned level)
{
    for (unsigned above = model->levels - 1; above >= level; above--) {
        bool *table = table_at(model, above, address);

        if (*table)
            continue;
        if (model->used == model->capacity)
            return false;
        model->used++;
        *table = true;
    }
    return true;
}

/* A page that is mapped, or a table where a large page would be. */
static bool is_in_the_way(struct model *model, uint64_t address, unsigned level)
{
    for (size_t i = 0; i < model->ranges; i++) {
        const struct model_range *range = &model->range[i];

        if (range->mapped > 0 &&
            (address - range->address < range->mapped || range->address - address < size_on(level)))
            return true;
    }
    return level > 1 && *table_at(model, level - 1, address);
}

uint64_t model_map(struct model *model, struct model_range range)
{
    uint64_t done = 0;

    while (done < range.size) {
        unsigned level = leaf_level(model, &range, done);

        if (is_in_the_way(model, range.address + done, level) || !take_tables(model, range.address + done, level))
            break;
        done += size_on(level);
    }
    range.mapped = done;
    model->range[model->ranges++] = range;
    return done;
}

bool model_share(struct model *model, uint64_t from, uint64_t to, uint64_t size)
{
    if (model->levels == 5) {
        if (model->used == model->capacity)
            return false;
        model->used++;
    }
    model->from = from;
    model->to = to;
    model->shared = size;
    for (size_t i = 0; i < MODEL_CHUNKS; i++) {
        uint64_t first = from + i * MODEL_512G;

        model->chunk[i] = i < size / MODEL_512G &&
                          first / MODEL_512G <= (model->window + MODEL_WINDOW - 1) / MODEL_512G &&
                          first / MODEL_512G >= model->window / MODEL_512G && *table_at(model, 3, first);
    }
    return true;
}

/* ---- the comparison ---- */

struct walk {
    const struct model *model;
    const struct page_tables *tables;
    uint64_t bytes, alias_bytes;
    size_t met;
    const char *wrong;
    uint64_t where;
};

static void complain(struct walk *walk, const char *wrong, uint64_t where)
{
    if (!walk->wrong) {
        walk->wrong = wrong;
        walk->where = where;
    }
}

static void check_leaf(struct walk *walk, uint64_t address, uint64_t entry, unsigned level)
{
    unsigned expected_level = 0;
    uint64_t expected = model_entry(walk->model, address, &expected_level);

    if (expected == 0)
        complain(walk, "mapped, and should not be", address);
    else if (level != expected_level)
        complain(walk, "the page has another size", address);
    else if (entry != expected)
        complain(walk, "the entry is another", address);
    if (is_alias(walk->model, address))
        walk->alias_bytes += size_on(level);
    else
        walk->bytes += size_on(level);
}

static void walk_table(struct walk *walk, uint64_t physical, uint64_t address, unsigned level)
{
    const struct page_tables *tables = walk->tables;
    uint64_t offset = physical - tables->pool_physical;
    const uint64_t *entries = (const uint64_t *)(const void *)(tables->pool + offset);

    if (offset % MODEL_PAGE != 0 || offset / MODEL_PAGE >= tables->used) {
        complain(walk, "the table is not in the pool", address);
        return;
    }
    if (level > 3 || !is_alias(walk->model, address))
        walk->met++;
    for (uint64_t i = 0; i < 512; i++) {
        uint64_t at = address + i * size_on(level), entry = entries[i];

        if (entry == 0)
            continue;
        if (level == walk->model->levels && i >= 256) /* canonical */
            at |= ~0ULL << (12 + 9 * level);
        if (level <= 1 || (level <= 3 && (entry & LARGE)))
            check_leaf(walk, at, entry, level);
        else if ((entry & ~ADDRESS) != (PRESENT | WRITABLE | ACCESSED))
            complain(walk, "the entry for a table has other bits", at);
        else
            walk_table(walk, entry & ADDRESS, at, level - 1);
    }
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How much of a range is seen at the alias, too. */
static uint64_t aliased(const struct model *model, const struct model_range *range)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < model->shared / MODEL_512G; i++) {
        uint64_t base = model->from + i * MODEL_512G, begin = range->address, end = range->address + range->mapped;

        begin = begin < base ? base : begin;
        end = smaller(end, base + MODEL_512G);
        if (model->chunk[i] && begin < end)
            sum += end - begin;
    }
    return sum;
}

/* What look_up says of one address. */
static void check_look_up(struct walk *walk, uint64_t address)
{
    uint64_t physical = 1, leaf = 0, expected;
    unsigned level = 0, expected_level = 0;
    bool found = page_tables_look_up(walk->tables, address, &physical, &leaf, &level);
    const struct model_range *range;

    expected = model_entry(walk->model, address, &expected_level);
    if (found != (expected != 0) || leaf != expected || level != expected_level)
        complain(walk, "looked up another entry", address);
    if (is_alias(walk->model, address))
        address = address - walk->model->to + walk->model->from;
    range = range_at(walk->model, address);
    if (found && (!range || physical != range->physical + (address - range->address)))
        complain(walk, "looked up another physical address", address);
}

const char *model_check(const struct model *model, const struct page_tables *tables, uint64_t *ret_where)
{
    struct walk walk = {.model = model, .tables = tables};
    uint64_t bytes = 0, alias_bytes = 0;

    if (tables->used != model->used)
        complain(&walk, "another number of tables is used", tables->used);
    walk_table(&walk, tables->pool_physical, 0, model->levels);
    if (walk.met != model->used)
        complain(&walk, "another number of tables is met", walk.met);
    for (size_t i = 0; i < model->ranges; i++) {
        const struct model_range *range = &model->range[i];
        const uint64_t near[] = {0, 1, MODEL_PAGE, ~0ULL, 0 - MODEL_PAGE};

        bytes += range->mapped;
        alias_bytes += aliased(model, range);
        for (size_t j = 0; j < sizeof(near) / sizeof(near[0]); j++) {
            check_look_up(&walk, range->address + near[j]);
            check_look_up(&walk, range->address + range->mapped + near[j]);
            check_look_up(&walk, range->address + range->size + near[j]);
            if (model->shared > 0)
                check_look_up(&walk, range->address + near[j] - model->from + model->to);
        }
    }
    if (walk.bytes != bytes)
        complain(&walk, "too little is mapped", walk.bytes);
    if (walk.alias_bytes != alias_bytes)
        complain(&walk, "too little is shared", walk.alias_bytes);
    *ret_where = walk.where;
    return walk.wrong;
}
