/* SPDX-License-Identifier: BSD-2-Clause */
#include "address_space.h"

#include "checked.h"
#include "memory_runs.h"

/* Tables for holes that appear in the firmware's map between plan and exit; each costs a few. */
#define SLACK_TABLES 32

struct builder {
    const struct plan *plan;
    struct page_tables *tables;
    uint64_t end; /* the first physical address above all that is in the direct map */
};

/* How many of the `size` bytes at `physical` the direct map's window has room for. */
static uint64_t within_reach(const struct plan *plan, uint64_t physical, uint64_t size)
{
    return physical < plan->direct_map_limit ? min_u64(size, plan->direct_map_limit - physical) : 0;
}

/* Returns how many of the `size` bytes are in the direct map now. Page 0 never is: a null pointer must stay one. */
static uint64_t map_direct(struct builder *builder, uint64_t physical, uint64_t size, uint32_t permissions)
{
    uint64_t skipped = physical == 0 ? PAGE_SIZE : 0;
    uint64_t done;

    size = within_reach(builder->plan, physical, size);
    if (size <= skipped)
        return 0;
    done = page_tables_map(builder->tables, builder->plan->direct_map_base + physical + skipped, physical + skipped,
                           size - skipped, permissions);
    if (done == 0)
        return 0;
    builder->end = max_u64(builder->end, physical + skipped + done);
    return skipped + done;
}

/* The room for all of these was counted with a margin for each, so none can fail. */
static void map_mappings(struct builder *builder)
{
    const struct plan *plan = builder->plan;

    for (size_t i = 0; i < plan->mapping_count; i++) {
        const struct plan_mapping *mapping = &plan->mappings[i];
        uint64_t physical = plan->places[mapping->request].physical + mapping->offset;

        (void)page_tables_map(builder->tables, mapping->identity ? physical : mapping->address, physical, mapping->size,
                              mapping->permissions);
    }
}

/* The loader's own ranges in the direct map: readable and writable but for the protected parts. */
static void map_requests(struct builder *builder)
{
    const struct plan *plan = builder->plan;
    size_t next = 0;

    for (size_t i = 0; i < plan->request_count; i++) {
        uint64_t base = plan->places[i].physical;
        uint64_t offset = 0;

        for (; next < plan->protection_count && plan->protections[next].request == i; next++) {
            const struct plan_protection *part = &plan->protections[next];

            (void)map_direct(builder, base + offset, part->offset - offset, PERMIT_WRITE);
            if (!part->unmapped)
                (void)map_direct(builder, base + part->offset, part->size, part->permissions);
            offset = part->offset + part->size;
        }
        if (offset < plan->requests[i].labelled)
            (void)map_direct(builder, base + offset, plan->requests[i].labelled - offset, PERMIT_WRITE);
    }
}

/* The pages of a device's memory, whole. False when they are out of the direct map's reach. */
static bool device_range(const struct plan *plan, uint64_t physical, uint64_t size, uint64_t *ret_base,
                         uint64_t *ret_size)
{
    uint64_t end;

    if (!checked_add(physical, size, &end) || !checked_align_up(end, PAGE_SIZE, &end) || end > plan->direct_map_limit)
        return false;
    *ret_base = align_down(physical, PAGE_SIZE);
    *ret_size = end - *ret_base;
    return true;
}

bool address_space_reaches(const struct plan *plan, const struct baton_framebuffer *framebuffer)
{
    uint64_t base, size;

    return device_range(plan, framebuffer->physical, framebuffer->size, &base, &size);
}

bool address_space_reaches_serial(const struct plan *plan, const struct serial_port *serial)
{
    uint64_t base, size;

    return serial->kind != 0 &&
           (serial->physical == 0 || device_range(plan, serial->physical, SERIAL_PORT_SIZE, &base, &size));
}

static void map_serial(struct builder *builder, const struct serial_port *serial)
{
    uint64_t base, size;

    if (serial->physical != 0 && device_range(builder->plan, serial->physical, SERIAL_PORT_SIZE, &base, &size))
        (void)page_tables_map(builder->tables, builder->plan->direct_map_base + base, base, size,
                              PERMIT_WRITE | PERMIT_DEVICE);
}

static void map_framebuffers(struct builder *builder, const struct facts *facts)
{
    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        uint64_t base, size;

        if (device_range(builder->plan, facts->framebuffers[i].physical, facts->framebuffers[i].size, &base, &size))
            (void)page_tables_map(builder->tables, builder->plan->direct_map_base + base, base, size,
                                  PERMIT_WRITE | PERMIT_WRITE_COMBINING);
    }
}

/* Relabels the free memory of a run that is not mapped up to its end. */
static void withhold(struct baton_memory *entries, const struct memory_run *run, uint64_t mapped)
{
    for (size_t i = 0; i < run->count; i++) {
        if (entries[i].base + entries[i].size > run->base + mapped && memory_kind_is_free(entries[i].kind))
            entries[i].kind = BATON_MEMORY_WITHHELD;
    }
}

/* The same as map_direct, but when the pool does not suffice nothing is mapped. */
static uint64_t map_direct_whole(struct builder *builder, uint64_t physical, uint64_t size, uint32_t permissions)
{
    uint64_t end = builder->end, within = within_reach(builder->plan, physical, size);
    uint64_t skipped = physical == 0 ? PAGE_SIZE : 0;
    uint64_t done = map_direct(builder, physical, size, permissions);

    if (done == 0 || done == within)
        return done;
    builder->end = end;
    page_tables_unmap(builder->tables, builder->plan->direct_map_base + physical + skipped, physical + skipped,
                      within - skipped, done - skipped);
    return 0;
}

/* If tables run out, only free memory does without, and is withheld. */
static void map_run(struct builder *builder, struct baton_memory *entries, const struct memory_run *run)
{
    uint64_t mapped = 0;

    if (run->held && run->free)
        mapped = map_direct_whole(builder, run->base, run->size, run->permissions);
    else if (run->held)
        mapped = map_direct(builder, run->base, run->size, run->permissions);
    if (mapped < run->size)
        withhold(entries, run, mapped);
}

/* All that firmware left, in runs as long as may be, so that large pages fit. First those with something in them that
 * must be mapped. The longest one, which often is nearly all memory, is not looked for again. */
static void map_the_rest(struct builder *builder, struct baton_memory *entries, size_t count)
{
    struct memory_run run, longest = {0};
    size_t longest_at = 0;

    for (size_t i = 0; i < count; i += run.count) {
        run = memory_run_find(&entries[i], count - i);
        if (!run.free)
            map_run(builder, &entries[i], &run);
        if (run.count > longest.count) {
            longest = run;
            longest_at = i;
        }
    }
    for (size_t i = 0; i < count; i += run.count) {
        run = i == longest_at ? longest : memory_run_find(&entries[i], count - i);
        if (run.free)
            map_run(builder, &entries[i], &run);
    }
}

const struct paging_format *address_space_format(const struct plan *plan, const struct machine_facts *machine)
{
    return plan->at_el2 && !machine->has_vhe ? &paging_aarch64_el2 : machine->paging_format;
}

/* Shows the direct map at physical addresses as well, for a kernel that asks for it. */
static void share_identity(const struct plan *plan, struct page_tables *tables)
{
    const uint64_t step = paging_share_size(tables->levels);

    if (plan->identity_map)
        (void)page_tables_share(tables, plan->direct_map_base, 0, align_down(plan->direct_map_limit + step - 1, step));
}

uint64_t address_space_build(const struct plan *plan, const struct facts *facts, struct baton_memory *entries,
                             size_t count, struct page_tables *tables)
{
    struct builder builder = {.plan = plan, .tables = tables};
    /* For the identity map: without it the way into the kernel is missing. */
    const size_t kept = plan->identity_map && tables->capacity > PAGING_SHARE_TABLES ? PAGING_SHARE_TABLES : 0;

    map_mappings(&builder);
    map_requests(&builder);
    map_framebuffers(&builder, facts);
    map_serial(&builder, &facts->serial);
    tables->capacity -= kept;
    map_the_rest(&builder, entries, count);
    tables->capacity += kept;
    share_identity(plan, tables);
    return builder.end;
}

/* The tables that the memory firmware left takes now. */
static size_t count_the_rest(const struct plan *plan, const struct facts *facts, const struct baton_memory *entries,
                             size_t count, size_t *ret_in_small_pages)
{
    struct page_tables tables;
    struct memory_run run;
    size_t in_small_pages = 0;

    page_tables_start(&tables, address_space_format(plan, &facts->machine), facts->machine.paging_levels,
                      facts->machine.gigabyte_pages ? 3 : 2, NULL, 0, 0);
    for (size_t i = 0; i < count; i += run.count) {
        uint64_t size;

        run = memory_run_find(&entries[i], count - i);
        size = within_reach(plan, run.base, run.size);
        if (run.held)
            (void)page_tables_map(&tables, plan->direct_map_base + run.base, run.base, size, run.permissions);
        if (size > 0 && (run.held || run.free)) /* what is free and not mapped, the loader may place something in */
            in_small_pages += page_tables_worst(size, facts->machine.paging_levels);
    }
    share_identity(plan, &tables);
    *ret_in_small_pages = in_small_pages;
    return tables.used;
}

size_t address_space_count(const struct plan *plan, const struct facts *facts, const struct baton_memory *entries,
                           size_t count)
{
    unsigned levels = facts->machine.paging_levels;
    size_t in_small_pages = 0;
    size_t rest = count_the_rest(plan, facts, entries, count, &in_small_pages);
    size_t requests = 0, others = SLACK_TABLES;

    for (size_t i = 0; i < plan->request_count; i++)
        requests += page_tables_worst(plan->requests[i].labelled, levels);
    for (size_t i = 0; i < plan->mapping_count; i++)
        others += page_tables_worst(plan->mappings[i].size, levels);
    for (size_t i = 0; i < facts->framebuffer_count; i++)
        others += page_tables_worst(facts->framebuffers[i].size + 2 * PAGE_SIZE, levels);
    others += facts->serial.physical != 0 ? page_tables_worst(SERIAL_PORT_SIZE + PAGE_SIZE, levels) : 0;
    /* The requests come out of this very memory, so they never take more than all of it does in 4 KiB pages. */
    return rest + others + (size_t)min_u64(requests, in_small_pages);
}
