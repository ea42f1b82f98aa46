/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_world.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define PAGE 4096ULL
#define WB   (EFI_ATTRIBUTE_WRITE_BACK | 7)

static const uint32_t types[] = {EFI_TYPE_CONVENTIONAL, EFI_TYPE_CONVENTIONAL,       EFI_TYPE_CONVENTIONAL,
                                 EFI_TYPE_CONVENTIONAL, EFI_TYPE_CONVENTIONAL,       EFI_TYPE_CONVENTIONAL,
                                 EFI_TYPE_LOADER_CODE,  EFI_TYPE_BOOT_SERVICES_DATA, EFI_TYPE_BOOT_SERVICES_CODE,
                                 EFI_TYPE_RUNTIME_CODE, EFI_TYPE_RUNTIME_DATA,       EFI_TYPE_ACPI_RECLAIM,
                                 EFI_TYPE_ACPI_NVS,     EFI_TYPE_RESERVED,           EFI_TYPE_MMIO,
                                 EFI_TYPE_PERSISTENT,   EFI_TYPE_UNACCEPTED,         EFI_TYPE_UNUSABLE};

static const uint32_t kinds[] = {BATON_MEMORY_KERNEL, BATON_MEMORY_MODULE,      BATON_MEMORY_STACK,
                                 BATON_MEMORY_BATON,  BATON_MEMORY_PAGE_TABLES, BATON_MEMORY_TRAMPOLINE};

#define PICK(chance, array) ((array)[chance_below((chance), sizeof(array) / sizeof((array)[0]))])

/* Where memory begins: the usual places, and those at which large pages and tables meet. */
static uint64_t make_base(struct chance *chance)
{
    static const uint64_t bases[] = {0, 0, 0x100000, 0x200000, 0x3ff00000, 0x40000000, 0x100000000, 0x7ffff00000};

    return PICK(chance, bases) + (chance_one_in(chance, 3) ? PAGE * chance_below(chance, 600) : 0);
}

static void make_spans(struct world *world, struct chance *chance, const struct world_size *size)
{
    uint64_t base = make_base(chance);

    for (uint64_t count = chance_between(chance, (size->spans + 1) / 2, size->spans); count > 0; count--) {
        uint64_t pages = chance_size(chance, size->span_pages), attributes = WB;

        if (chance_one_in(chance, 4)) /* a hole */
            base += PAGE * chance_size(chance, size->span_pages);
        if (chance_one_in(chance, 4)) /* a whole large page begins */
            base = (base + 0x1fffff) & ~0x1fffffULL;
        if (base != 0 && chance_one_in(chance, 12))
            attributes = chance_one_in(chance, 2) ? 1 : WB | EFI_ATTRIBUTE_SPECIFIC_PURPOSE;
        spans_add(&world->spans, base, base + pages * PAGE, PICK(chance, types), attributes);
        base += pages * PAGE;
    }
}

static void make_framebuffers(struct facts *facts, struct chance *chance)
{
    uint64_t physical = 0x10000000000;

    facts->framebuffer_count = (size_t)chance_below(chance, 3);
    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        struct baton_framebuffer *framebuffer = &facts->framebuffers[i];

        physical += chance_one_in(chance, 2) ? 0x200000 * chance_below(chance, 3000) : chance_size(chance, 0x40000000);
        *framebuffer = (struct baton_framebuffer){.physical = physical, .size = chance_size(chance, 0x400000)};
        physical += framebuffer->size + 2 * PAGE;
    }
    /* no framebuffer behind the last one is there */
    for (size_t i = facts->framebuffer_count; i < FACTS_FRAMEBUFFERS; i++)
        facts->framebuffers[i] = (struct baton_framebuffer){.physical = 0x30000000000, .size = PAGE};
}

/* Parts of one request, in order and apart. */
static void add_parts(struct plan *plan, struct chance *chance, size_t request, uint64_t *high_address)
{
    uint64_t pages = plan->requests[request].labelled / PAGE, page = 0;

    for (unsigned i = 0; i < WORLD_PARTS && page < pages && chance_one_in(chance, 2); i++) {
        uint64_t first = page + chance_below(chance, pages - page), count = chance_size(chance, pages - first);

        plan_add_protection(plan, &(struct plan_protection){.request = request,
                                                            .offset = first * PAGE,
                                                            .size = count * PAGE,
                                                            .unmapped = chance_one_in(chance, 3),
                                                            .permissions = (uint32_t)chance_below(chance, 4)});
        page = first + count;
    }
    for (unsigned i = 0; plan->direct_map_base != 0 && i < 2 && chance_one_in(chance, 2); i++) {
        uint64_t first = chance_below(chance, pages), count = chance_size(chance, pages - first);
        uint64_t gap = PAGE * (chance_one_in(chance, 2) ? chance_size(chance, 1 << 20) : 1);
        bool identity = i == 1 && chance_one_in(chance, 4);

        plan_add_mapping(plan, &(struct plan_mapping){.request = request,
                                                      .offset = first * PAGE,
                                                      .size = count * PAGE,
                                                      .identity = identity,
                                                      .address = identity ? 0 : *high_address,
                                                      .permissions = (uint32_t)chance_below(chance, 4)});
        *high_address += count * PAGE + gap;
    }
}

static void make_plan(struct world *world, struct chance *chance, const struct world_size *size)
{
    bool high = chance_one_in(chance, 2);
    uint64_t high_address = 0xffffffff80000000 - PAGE * chance_size(chance, 1 << 19);
    size_t count = (size_t)chance_between(chance, 1, WORLD_REQUESTS);

    world->plan = (struct plan){.requests = world->requests,
                                .places = world->places,
                                .mappings = world->mappings,
                                .protections = world->protections,
                                .direct_map_base = high ? 0xffff800000000000 : 0,
                                .direct_map_limit = high ? 0x0000400000000000 : 0x0000800000000000};
    for (size_t i = 0; i < count; i++) {
        uint64_t labelled = PAGE * chance_size(chance, size->request_pages);
        uint64_t scratch = chance_one_in(chance, 4) ? PAGE * chance_size(chance, 20) : 0;

        plan_add(&world->plan, &(struct plan_request){.what = "a request",
                                                      .size = labelled + scratch,
                                                      .labelled = labelled,
                                                      .alignment = chance_one_in(chance, 4) ? 0x200000 : PAGE,
                                                      .kind = PICK(chance, kinds)});
        add_parts(&world->plan, chance, i, &high_address);
    }
}

static void seal(struct world *world, const struct placed_range *placed, size_t placed_count)
{
    size_t intervals = memory_map_intervals(world->spans.count, placed_count);

    free(world->room.interval);
    free(world->room.heap);
    free(world->room.entry);
    world->room = (struct memory_map_room){
        .intervals = intervals,
        .interval = malloc(intervals * sizeof(world->room.interval[0])),
        .heap = malloc(intervals * sizeof(world->room.heap[0])),
        .entry = malloc(memory_map_entries(intervals) * sizeof(world->room.entry[0])),
    };
    assert(world->room.interval && world->room.heap && world->room.entry);
    made_map_end(&world->map);
    world->map = spans_report(&world->spans, 48);
    made_map_give(&world->map, &world->facts);
    world->entry_count = memory_map_seal(&world->facts.efi_map, placed, placed_count, &world->room);
    /* no entry behind the last one is anybody's to read */
    world->room.entry =
        realloc(world->room.entry, world->entry_count * sizeof(world->entries[0]) + (world->entry_count == 0));
    assert(world->room.entry);
    world->entries = world->room.entry;
}

void world_start(struct world *world, struct chance *chance, const struct world_size *size)
{
    memset(world, 0, sizeof(*world));
    world->facts.machine = (struct machine_facts){.paging_format = &paging_x86_64,
                                                  .paging_levels = (unsigned)chance_between(chance, 4, 5),
                                                  .gigabyte_pages = chance_one_in(chance, 2)};
    make_spans(world, chance, size);
    make_framebuffers(&world->facts, chance);
    make_plan(world, chance, size);
    seal(world, NULL, 0);
}

void world_end(struct world *world)
{
    made_map_end(&world->map);
    free(world->room.interval);
    free(world->room.heap);
    free(world->room.entry);
}

/* The request and all that belongs to it leave the plan, which the others' numbers survive: it was the last one. */
static void drop_last_request(struct plan *plan)
{
    size_t request = --plan->request_count;

    while (plan->protection_count > 0 && plan->protections[plan->protection_count - 1].request == request)
        plan->protection_count--;
    while (plan->mapping_count > 0 && plan->mappings[plan->mapping_count - 1].request == request)
        plan->mapping_count--;
}

void world_reserve(struct world *world, struct chance *chance)
{
    size_t placed = 0;

    while (placed < world->plan.request_count) {
        const struct plan_request *request = &world->requests[placed];

        if (spans_take(&world->spans, chance, request->size, request->alignment, world->plan.direct_map_limit,
                       EFI_TYPE_LOADER_DATA, &world->places[placed].physical))
            placed++;
        else
            while (world->plan.request_count > placed)
                drop_last_request(&world->plan);
    }
}

void world_dig_holes(struct world *world, struct chance *chance, unsigned holes)
{
    static const uint32_t hole_types[] = {EFI_TYPE_RESERVED, EFI_TYPE_RUNTIME_DATA, EFI_TYPE_RUNTIME_CODE,
                                          EFI_TYPE_BOOT_SERVICES_DATA};
    uint64_t base;

    for (unsigned i = 0; i < holes; i++)
        (void)spans_take(&world->spans, chance, PAGE * chance_size(chance, 64), PAGE, UINT64_MAX,
                         PICK(chance, hole_types), &base);
}

void world_seal(struct world *world)
{
    struct placed_range placed[WORLD_REQUESTS];

    for (size_t i = 0; i < world->plan.request_count; i++)
        placed[i] =
            (struct placed_range){world->places[i].physical, world->requests[i].labelled, world->requests[i].kind};
    seal(world, placed, world->plan.request_count);
}
