/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address spaces by chance. Every page of them is looked at: what should be mapped is, with exactly the permissions it
 * should have, and nothing else is. Then much larger ones, of which the tables are counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "address_space.h"
#include "made_world.h"

#define PAGE    4096ULL
#define POOL_AT 0x5500000000ULL
#define NOTHING 0xffffffffU

/* ---- what the rules say of one page ---- */

static bool is_free(uint32_t kind)
{
    return kind == BATON_MEMORY_USABLE || kind == BATON_MEMORY_BOOT_SERVICES || kind == BATON_MEMORY_LOADER ||
           kind == BATON_MEMORY_SPECIFIC_PURPOSE;
}

static uint32_t by_protection(const struct plan *plan, size_t request, uint64_t offset)
{
    for (size_t i = 0; i < plan->protection_count; i++) {
        const struct plan_protection *part = &plan->protections[i];

        if (part->request == request && offset >= part->offset && offset - part->offset < part->size)
            return part->unmapped ? NOTHING : part->permissions;
    }
    return PERMIT_WRITE;
}

static uint32_t by_firmware(uint32_t type, uint64_t attributes)
{
    if (!(attributes & EFI_ATTRIBUTE_WRITE_BACK))
        return NOTHING;
    switch (type) {
    case EFI_TYPE_LOADER_CODE:
    case EFI_TYPE_LOADER_DATA:
    case EFI_TYPE_BOOT_SERVICES_CODE:
    case EFI_TYPE_BOOT_SERVICES_DATA:
    case EFI_TYPE_CONVENTIONAL:
    case EFI_TYPE_ACPI_RECLAIM:
    case EFI_TYPE_ACPI_NVS:
    case EFI_TYPE_RUNTIME_DATA:
        return PERMIT_WRITE;
    case EFI_TYPE_RUNTIME_CODE:
        return PERMIT_READ;
    default:
        return NOTHING;
    }
}

/* How the direct map holds a page of physical memory. */
static uint32_t direct_permissions(const struct world *world, uint64_t physical)
{
    const struct plan *plan = &world->plan;

    if (physical >= plan->direct_map_limit || physical == 0)
        return NOTHING;
    for (size_t i = 0; i < plan->request_count; i++) {
        uint64_t offset = physical - plan->places[i].physical;

        if (physical >= plan->places[i].physical && offset < plan->requests[i].labelled)
            return by_protection(plan, i, offset);
    }
    for (size_t i = 0; i < world->facts.framebuffer_count; i++) {
        const struct baton_framebuffer *framebuffer = &world->facts.framebuffers[i];

        if (physical + PAGE > framebuffer->physical && physical < framebuffer->physical + framebuffer->size)
            return PERMIT_WRITE | PERMIT_WRITE_COMBINING;
    }
    for (size_t i = 0; i < world->spans.count; i++) {
        const struct span *span = &world->spans.span[i];

        if (physical >= span->base && physical < span->end)
            return by_firmware(span->type, span->attributes);
    }
    return NOTHING;
}

/* What a virtual page is mapped to. NOTHING when it is not. */
static uint32_t rules(const struct world *world, uint64_t address, uint64_t *ret_physical)
{
    const struct plan *plan = &world->plan;

    for (size_t i = 0; i < plan->mapping_count; i++) {
        const struct plan_mapping *mapping = &plan->mappings[i];
        uint64_t physical = plan->places[mapping->request].physical + mapping->offset;
        uint64_t start = mapping->identity ? physical : mapping->address;

        if (address >= start && address - start < mapping->size) {
            *ret_physical = physical + (address - start);
            return mapping->permissions;
        }
    }
    if (address < plan->direct_map_base)
        return NOTHING;
    *ret_physical = address - plan->direct_map_base;
    return direct_permissions(world, *ret_physical);
}

/* ---- the tables, walked ---- */

struct walk {
    const struct chance *chance;
    const struct world *world;
    const struct page_tables *tables;
    uint64_t pages; /* that are mapped */
    uint64_t large; /* leaves above level 1 */
    uint64_t end;   /* first physical address above the direct map's */
};

static uint64_t bits_of(unsigned level, uint32_t permissions)
{
    uint64_t bits = 0x61 | (level > 1 ? 0x80 : 0); /* present, accessed, dirty; large */

    if (permissions & PERMIT_WRITE)
        bits |= 2;
    if (!(permissions & PERMIT_EXECUTE))
        bits |= 1ULL << 63;
    if (permissions & PERMIT_WRITE_COMBINING)
        bits |= level > 1 ? 0x1008 : 0x88;
    return bits;
}

static void check_leaf(struct walk *walk, uint64_t address, uint64_t entry, unsigned level)
{
    uint64_t size = PAGE << (9 * (level - 1));
    uint64_t leaf = entry & 0x000ffffffffff000ULL & ~(size - 1);

    walk->large += level > 1;
    for (uint64_t offset = 0; offset < size; offset += PAGE) {
        uint64_t physical = 0;
        uint32_t permissions = rules(walk->world, address + offset, &physical);

        if (permissions == NOTHING)
            CHANCE_FAIL(walk->chance, "0x%llx is mapped, and should not be", (unsigned long long)(address + offset));
        if (physical != leaf + offset || (entry & ~leaf) != bits_of(level, permissions))
            CHANCE_FAIL(walk->chance, "0x%llx is mapped by 0x%llx, should be to 0x%llx with %u",
                        (unsigned long long)(address + offset), (unsigned long long)entry, (unsigned long long)physical,
                        permissions);
        walk->pages++;
        if (address + offset - walk->world->plan.direct_map_base == physical && physical + PAGE > walk->end &&
            !(permissions & PERMIT_WRITE_COMBINING))
            walk->end = physical + PAGE;
    }
}

/* All that hangs below one table. */
static void walk_table(struct walk *walk, uint64_t physical, uint64_t address, unsigned level)
{
    const uint64_t *table = (const uint64_t *)(const void *)(walk->tables->pool + (physical - POOL_AT));

    if (physical < POOL_AT || physical - POOL_AT >= walk->tables->used * PAGE)
        CHANCE_FAIL(walk->chance, "a table at 0x%llx", (unsigned long long)physical);
    for (uint64_t i = 0; i < 512; i++) {
        uint64_t below = address + (i << (12 + 9 * (level - 1)));

        if (table[i] == 0)
            continue;
        /* the upper half begins where the address's highest bit is set, and goes on as if all above were, too */
        if (level == walk->tables->levels && i >= 256)
            below |= ~0ULL << (12 + 9 * level);
        if (level == 1 || (table[i] & 0x80))
            check_leaf(walk, below, table[i], level);
        else
            walk_table(walk, table[i] & 0x000ffffffffff000ULL, below, level - 1);
    }
}

/* ---- building ---- */

struct built {
    struct page_tables tables;
    uint64_t end;
};

static struct built build_in(uint8_t *pool, struct world *world, size_t capacity)
{
    const struct machine_facts *machine = &world->facts.machine;
    struct built built;

    page_tables_start(&built.tables, machine->paging_format, machine->paging_levels, machine->gigabyte_pages ? 3 : 2,
                      pool, POOL_AT, capacity);
    built.end = address_space_build(&world->plan, &world->facts, world->entries, world->entry_count, &built.tables);
    return built;
}

/* In a pool of exactly that size: going on behind it is found out. */
static struct built build(struct world *world, size_t capacity)
{
    uint8_t *pool = aligned_alloc(PAGE, capacity * PAGE);

    assert_non_null(pool);
    memset(pool, 0, capacity * PAGE);
    return build_in(pool, world, capacity);
}

static uint64_t count_direct_pages(const struct world *world, uint64_t base, uint64_t end)
{
    uint64_t count = 0;

    for (uint64_t physical = base & ~(PAGE - 1); physical < end; physical += PAGE)
        count += direct_permissions(world, physical) != NOTHING;
    return count;
}

/* How many pages should be mapped in all. */
static uint64_t count_pages(const struct world *world)
{
    const struct facts *facts = &world->facts;
    uint64_t count = 0;

    for (size_t i = 0; i < world->spans.count; i++)
        count += count_direct_pages(world, world->spans.span[i].base, world->spans.span[i].end);
    for (size_t i = 0; i < facts->framebuffer_count; i++)
        count += count_direct_pages(world, facts->framebuffers[i].physical,
                                    facts->framebuffers[i].physical + facts->framebuffers[i].size);
    for (size_t i = 0; i < world->plan.mapping_count; i++)
        count += world->plan.mappings[i].size / PAGE;
    return count;
}

/* What the map calls free is mapped, all of it; what it withholds is not, or not all of it. */
static void check_labels(const struct chance *chance, const struct world *world, const struct page_tables *tables)
{
    for (size_t i = 0; i < world->entry_count; i++) {
        const struct baton_memory *entry = &world->entries[i];
        uint64_t mapped = 0, physical, leaf;
        unsigned level;

        if (!is_free(entry->kind) && entry->kind != BATON_MEMORY_WITHHELD)
            continue;
        for (uint64_t offset = 0; offset < entry->size; offset += PAGE)
            mapped += page_tables_look_up(tables, world->plan.direct_map_base + entry->base + offset, &physical, &leaf,
                                          &level);
        if ((entry->kind != BATON_MEMORY_WITHHELD) != (mapped == entry->size / PAGE))
            CHANCE_FAIL(chance, "%s: %llu of %llu pages at 0x%llx are mapped", memory_kind_name(entry->kind),
                        (unsigned long long)mapped, (unsigned long long)(entry->size / PAGE),
                        (unsigned long long)entry->base);
    }
}

static const struct world_size small_world = {.span_pages = 3000, .request_pages = 200, .spans = 10};

/* A machine from the plan to the final map. Returns the tables that were counted for it. */
static size_t start(struct world *world, struct chance *chance, const struct world_size *size, unsigned holes)
{
    size_t counted;

    world_start(world, chance, size);
    counted = address_space_count(&world->plan, &world->facts, world->entries, world->entry_count);
    world_reserve(world, chance);
    world_dig_holes(world, chance, (unsigned)chance_below(chance, holes + 1));
    world_seal(world);
    return counted;
}

static void end(struct world *world, struct built *built)
{
    free(built->tables.pool);
    world_end(world);
}

static void test_every_page(void **state)
{
    uint64_t requests = 0, mappings = 0, large = 0;

    (void)state;
    for (uint64_t i = 0; i < 700; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        size_t counted = start(&world, &chance, &small_world, 5);
        struct built built = build(&world, counted);
        struct walk walk = {&chance, &world, &built.tables, 0, 0, 0};

        walk_table(&walk, POOL_AT, 0, world.facts.machine.paging_levels);
        if (walk.pages != count_pages(&world))
            CHANCE_FAIL(&chance, "%llu pages are mapped instead of %llu; %zu tables of %zu",
                        (unsigned long long)walk.pages, (unsigned long long)count_pages(&world), built.tables.used,
                        counted);
        if (built.end != walk.end)
            CHANCE_FAIL(&chance, "the direct map ends at 0x%llx instead of 0x%llx", (unsigned long long)built.end,
                        (unsigned long long)walk.end);
        check_labels(&chance, &world, &built.tables);
        requests += world.plan.request_count;
        mappings += world.plan.mapping_count;
        large += walk.large;
        end(&world, &built);
    }
    assert_true(requests > 1000 && mappings > 400 && large > 700); /* or this tests less than it seems to */
}

/* With fewer tables than it takes, less is mapped, but nothing wrongly, and what is free and not mapped is withheld.
 * The loader's own ranges come first. */
static void test_too_few_tables(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 250; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        size_t counted = start(&world, &chance, &small_world, 5), enough, few;
        struct built built = build(&world, counted);
        struct walk walk = {&chance, &world, &built.tables, 0, 0, 0};
        uint64_t own;

        /* what the loader's own ranges take, alone */
        enough = built.tables.used;
        free(built.tables.pool);
        world.entry_count = 0;
        built = build(&world, counted);
        walk_table(&walk, POOL_AT, 0, world.facts.machine.paging_levels);
        own = walk.pages;
        few = (size_t)chance_between(&chance, built.tables.used, enough);
        free(built.tables.pool);

        world_seal(&world);
        built = build(&world, few);
        walk = (struct walk){&chance, &world, &built.tables, 0, 0, 0};
        walk_table(&walk, POOL_AT, 0, world.facts.machine.paging_levels);
        if (walk.pages < own || walk.pages > count_pages(&world) ||
            (few < enough) != (walk.pages < count_pages(&world)))
            CHANCE_FAIL(&chance, "%zu tables of %zu: %llu pages of %llu, %llu own ones", few, enough,
                        (unsigned long long)walk.pages, (unsigned long long)count_pages(&world),
                        (unsigned long long)own);
        if (built.end != walk.end)
            CHANCE_FAIL(&chance, "the direct map ends at 0x%llx instead of 0x%llx", (unsigned long long)built.end,
                        (unsigned long long)walk.end);
        check_labels(&chance, &world, &built.tables);
        end(&world, &built);
    }
}

/* The direct map's window ends somewhere in memory. */
static void test_beyond_the_limit(void **state)
{
    uint64_t withheld = 0;

    (void)state;
    for (uint64_t i = 0; i < 250; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        struct built built;
        struct walk walk = {&chance, &world, &built.tables, 0, 0, 0};
        uint64_t first, last;
        size_t counted;

        world_start(&world, &chance, &small_world);
        first = world.spans.span[0].base;
        last = world.spans.span[world.spans.count - 1].end;
        world.plan.direct_map_limit = chance_one_in(&chance, 2)
                                          ? first + PAGE * chance_below(&chance, (last - first) / PAGE + 1)
                                          : world.spans.span[chance_below(&chance, world.spans.count)].base;
        counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world_reserve(&world, &chance);
        world_seal(&world);
        built = build(&world, counted);
        walk_table(&walk, POOL_AT, 0, world.facts.machine.paging_levels);
        if (walk.pages != count_pages(&world) || built.end != walk.end)
            CHANCE_FAIL(&chance, "%llu pages are mapped instead of %llu", (unsigned long long)walk.pages,
                        (unsigned long long)count_pages(&world));
        check_labels(&chance, &world, &built.tables);
        for (size_t k = 0; k < world.entry_count; k++)
            withheld += world.entries[k].kind == BATON_MEMORY_WITHHELD;
        end(&world, &built);
    }
    assert_true(withheld > 50);
}

/* Kinds that are mapped alike are mapped together: where they meet is no reason for small pages. */
static void test_kinds_share_large_pages(void **state)
{
    static const uint32_t types[] = {EFI_TYPE_CONVENTIONAL, EFI_TYPE_BOOT_SERVICES_DATA, EFI_TYPE_LOADER_CODE,
                                     EFI_TYPE_ACPI_NVS};
    struct world world = {.facts = {.machine = {.paging_format = &paging_x86_64, .paging_levels = 4}},
                          .plan = {.direct_map_base = 0xffff800000000000, .direct_map_limit = 0x0000400000000000}};
    struct built built;
    uint64_t physical, leaf;
    unsigned level = 0;

    (void)state;
    for (uint64_t i = 0; i < 4; i++)
        spans_add(&world.spans, 0x200000 + i * 0x80000, 0x280000 + i * 0x80000, types[i], EFI_ATTRIBUTE_WRITE_BACK);
    spans_add(&world.spans, 0x400000, 0x500000, EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_WRITE_BACK);
    spans_add(&world.spans, 0x500000, 0x600000, EFI_TYPE_RUNTIME_CODE, EFI_ATTRIBUTE_WRITE_BACK); /* not alike */
    world_seal(&world);
    built = build(&world, address_space_count(&world.plan, &world.facts, world.entries, world.entry_count));
    assert_true(page_tables_look_up(&built.tables, 0xffff800000200000, &physical, &leaf, &level));
    assert_int_equal(level, 2);
    assert_true(page_tables_look_up(&built.tables, 0xffff800000400000, &physical, &leaf, &level));
    assert_int_equal(level, 1);
    end(&world, &built);
}

/* ---- counting ---- */

#define FOR_HOLES 32 /* tables that are counted for holes only */

/* Machines of many sizes, modules of gigabytes: what was counted suffices, wherever the requests came to lie, and what
 * was counted for holes is still there when the map has none. */
static void test_counting(void **state)
{
    static _Alignas(4096) uint8_t pool[20000 * PAGE];
    static const struct world_size sizes[] = {
        {1 << 22, 1 << 18, 12}, /* up to 16 GiB in a piece */
        {1 << 18, 1 << 17, 20}, {1 << 12, 1 << 10, 30}, {600, 600, 3}, {40, 20, 40},
    };

    (void)state;
    for (uint64_t i = 0; i < 2500; i++) {
        struct chance chance = chance_case(i);
        const struct world_size *size = &sizes[i % (sizeof(sizes) / sizeof(sizes[0]))];
        struct world world;
        struct built built;
        size_t counted;
        unsigned holes;

        world_start(&world, &chance, size);
        /* mappings of gigabytes in small pages take the time of thousands of other cases: parts suffice */
        for (size_t k = 0; k < world.plan.mapping_count; k++) {
            if (world.plan.mappings[k].size > 4096 * PAGE)
                world.plan.mappings[k].size = 4096 * PAGE;
        }
        counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world_reserve(&world, &chance);
        holes = (unsigned)chance_below(&chance, 6);
        world_dig_holes(&world, &chance, holes);
        world_seal(&world);
        built = build_in(pool, &world, sizeof(pool) / PAGE);
        if (built.tables.used + (holes == 0 ? FOR_HOLES : 0) > counted)
            CHANCE_FAIL(&chance, "%zu tables used, %zu counted, %u holes", built.tables.used, counted, holes);
        memset(pool, 0, built.tables.used * PAGE);
        world_end(&world);
    }
}

/* The count is no wild guess, either: a machine of 64 GiB with a small kernel takes less than a MiB. */
static void test_count_is_close(void **state)
{
    struct world world = {.facts = {.machine = {.paging_format = &paging_x86_64, .paging_levels = 4}},
                          .plan = {.requests = world.requests,
                                   .places = world.places,
                                   .mappings = world.mappings,
                                   .protections = world.protections,
                                   .direct_map_base = 0xffff800000000000,
                                   .direct_map_limit = 0x0000400000000000}};

    (void)state;
    spans_add(&world.spans, 0, 0xa0000, EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_WRITE_BACK);
    spans_add(&world.spans, 0x100000, 0x80000000, EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_WRITE_BACK);
    spans_add(&world.spans, 0x100000000, 0x1080000000, EFI_TYPE_CONVENTIONAL, EFI_ATTRIBUTE_WRITE_BACK);
    plan_add(&world.plan, &(struct plan_request){.size = 0x10000, .labelled = 0x10000, .alignment = PAGE});
    world_seal(&world);
    assert_in_range(address_space_count(&world.plan, &world.facts, world.entries, world.entry_count), 66, 128);
    world.facts.machine.gigabyte_pages = true;
    assert_in_range(address_space_count(&world.plan, &world.facts, world.entries, world.entry_count), 4, 48);
    world_end(&world);
}

/* What the direct map does not reach takes no tables, and no time: firmware may list what it likes up to 2^52. */
static void test_count_within_reach(void **state)
{
    static const uint64_t ends[] = {1ULL << 34, 1ULL << 52};
    static const uint64_t attributes[] = {EFI_ATTRIBUTE_WRITE_BACK, 1};
    size_t counted[2];

    (void)state;
    for (size_t how = 0; how < 2; how++) {
        for (size_t i = 0; i < 2; i++) {
            struct world world = {.facts = {.machine = {.paging_format = &paging_x86_64, .paging_levels = 4}},
                                  .plan = {.requests = world.requests,
                                           .places = world.places,
                                           .mappings = world.mappings,
                                           .protections = world.protections,
                                           .direct_map_base = 0xffff800000000000,
                                           .direct_map_limit = ends[0]}};

            spans_add(&world.spans, 0x100000, ends[i], EFI_TYPE_CONVENTIONAL, attributes[how]);
            plan_add(&world.plan,
                     &(struct plan_request){.size = 1ULL << 40, .labelled = 1ULL << 40, .alignment = PAGE});
            world_seal(&world);
            counted[i] = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
            world_end(&world);
        }
        assert_int_equal(counted[0], counted[1]);
    }
}

/* Memory that firmware does not say may be cached is withheld, but the loader's own ranges in it are mapped. */
static void test_count_without_caching(void **state)
{
    struct world world = {.facts = {.machine = {.paging_format = &paging_x86_64, .paging_levels = 4}},
                          .plan = {.requests = world.requests,
                                   .places = world.places,
                                   .mappings = world.mappings,
                                   .protections = world.protections,
                                   .direct_map_base = 0xffff800000000000,
                                   .direct_map_limit = 0x0000400000000000}};
    size_t counted;
    struct built built;

    (void)state;
    for (uint64_t i = 0; i < WORLD_REQUESTS; i++) {
        uint64_t border = (i + 1) << 39; /* tables of all levels meet */

        spans_add(&world.spans, border - 0x100000, border + 0x100000, EFI_TYPE_CONVENTIONAL, 1);
        plan_add(&world.plan, &(struct plan_request){.size = 2 * PAGE, .labelled = 2 * PAGE, .alignment = PAGE});
        world.places[i].physical = border - PAGE;
    }
    world_seal(&world);
    counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
    built = build(&world, counted + 100);
    if (built.tables.used > counted)
        fail_msg("%zu tables used, %zu counted", built.tables.used, counted);
    end(&world, &built);
}

/* ---- framebuffers ---- */

static void test_reaches(void **state)
{
    static const struct {
        uint64_t physical, size;
        bool reached;
    } rows[] = {
        {0x80000000, 0x300000, true}, {0xfffff000, 0x1000, true},   {0xfffff000, 0x1001, false},
        {0xffffff00, 0x100, true},    {0x100000000, 0x1000, false}, {UINT64_MAX - 0xfff, 0x1000, false},
        {0xffffff00, 0x101, false},   {0x1000, UINT64_MAX, false},  {UINT64_MAX - 0x1fff, 0x1001, false},
        {0x1000, 0xffffeffe, true},   {0x1000, 0xfffff000, true},   {0x1000, 0xfffff001, false},
    };
    const struct plan plan = {.direct_map_limit = 0x100000000};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct baton_framebuffer framebuffer = {.physical = rows[i].physical, .size = rows[i].size};

        if (address_space_reaches(&plan, &framebuffer) != rows[i].reached)
            fail_msg("row %zu", i);
    }
}

/* The console's registers: in uncached memory, in whole pages, and only where the direct map reaches. */
static void test_serial(void **state)
{
    static const struct {
        uint64_t physical;
        bool reached;
    } rows[] = {{0x9000000, true}, {0x9000800, true}, {0x300000000000, true}, {0x400000000000, false}};

    (void)state;
    for (uint64_t i = 0; i < 4 * (uint64_t)(sizeof(rows) / sizeof(rows[0])); i++) {
        struct chance chance = chance_case(i);
        const uint64_t at = rows[i / 4].physical;
        struct world world;
        struct built built;
        size_t counted;
        uint64_t physical, leaf;
        unsigned level;

        world_start(&world, &chance, &small_world);
        world.plan.direct_map_base = 0xffff800000000000;
        world.plan.direct_map_limit = 0x400000000000;
        world.facts.framebuffer_count = 0;
        world.facts.serial = (struct serial_port){BATON_SERIAL_PL011, 4, at};
        counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world_reserve(&world, &chance);
        world_seal(&world);
        built = build(&world, counted);
        assert_int_equal(address_space_reaches_serial(&world.plan, &world.facts.serial), rows[i / 4].reached);
        if (page_tables_look_up(&built.tables, 0xffff800000000000 + at, &physical, &leaf, &level) !=
            rows[i / 4].reached)
            fail_msg("row %u", (unsigned)(i / 4));
        if (rows[i / 4].reached) {
            assert_int_equal(physical, at);
            /* writable, not executable, PCD and PWT: uncached */
            assert_int_equal(leaf & (1ULL << 63 | 1ULL << 4 | 1ULL << 3 | 1ULL << 1),
                             1ULL << 63 | 1ULL << 4 | 1ULL << 3 | 1ULL << 1);
        }
        end(&world, &built);
    }
}

/* Firmware may report two that share memory, of different sizes: no table is taken for something else. */
static void test_framebuffers_overlap(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 500; i++) {
        struct chance chance = chance_case(i);
        struct world world;
        size_t counted;
        struct built built;
        struct walk walk = {&chance, &world, &built.tables, 0, 0, 0};

        world_start(&world, &chance, &small_world);
        world.facts.framebuffer_count = 3;
        for (size_t k = 0; k < 3; k++)
            world.facts.framebuffers[k] = (struct baton_framebuffer){
                .physical = 0x20000000000 + chance_size(&chance, 0x800000), .size = chance_size(&chance, 0x800000)};
        counted = address_space_count(&world.plan, &world.facts, world.entries, world.entry_count);
        world_reserve(&world, &chance);
        world_seal(&world);
        built = build(&world, counted);
        walk_table(&walk, POOL_AT, 0, world.facts.machine.paging_levels);
        check_labels(&chance, &world, &built.tables);
        end(&world, &built);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_page),
        cmocka_unit_test(test_too_few_tables),
        cmocka_unit_test(test_beyond_the_limit),
        cmocka_unit_test(test_kinds_share_large_pages),
        cmocka_unit_test(test_counting),
        cmocka_unit_test(test_count_is_close),
        cmocka_unit_test(test_count_within_reach),
        cmocka_unit_test(test_count_without_caching),
        cmocka_unit_test(test_reaches),
        cmocka_unit_test(test_framebuffers_overlap),
        cmocka_unit_test(test_serial),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
