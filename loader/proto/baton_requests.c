/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: the memory it asks for, what goes there and how it is mapped (docs/protocol.md, section 3). */
#include "address_space.h"
#include "baton_kernel.h"
#include "baton_layout.h"
#include "checked.h"

#define STACK_SIZE    0x10000ULL /* unless the note asks for more */
#define MAP_SPARE     64         /* descriptors that may appear until the firmware's map is final, or a page of them */
#define STILL_TO_COME 3          /* requests, when the maps' room is measured: baton, maps, tables */
#define REQUESTS      6          /* besides modules and the kernel: its file, stack, trampoline, baton, maps, tables */

/* Adds a request for whole pages anywhere, all of which get the label. */
static size_t add_pages(struct plan *plan, const char *what, uint64_t size, uint32_t kind)
{
    return plan_add(plan, &(struct plan_request){
                              .what = what, .size = size, .labelled = size, .alignment = PAGE_SIZE, .kind = kind});
}

static const char elf_mend[] =
    "Link it in the upper half (0xffffffff80000000), then Baton can put it anywhere; or link "
    "it elsewhere.";
static const char flat_mend[] = "Give it another load-address in its boot entry, and link it there; or make it an ELF "
                                "kernel in the upper half, which Baton can put anywhere.";

/* A request for a file as it is. An empty one has a page too, so that its address is one. */
static enum status add_file(struct plan *plan, const struct plan_input *input, size_t number, uint32_t kind,
                            struct error *error)
{
    const struct plan_file *file = &input->files[number];
    uint64_t size;
    size_t request;

    if (!checked_align_up(max_u64(file->size, 1), PAGE_SIZE, &size))
        return error_set(error, STATUS_INVALID, "%s: its size of %llu bytes is absurd. Copy it again.", file->path,
                         (unsigned long long)file->size);
    request = add_pages(plan, file->path, size, kind);
    plan_add_load(plan, &(struct plan_load){.request = request, .file = number, .size = file->size});
    plan_add_fill(plan, request, file->size, size);
    return STATUS_OK;
}

/* The kernel's own file, whole, for one that asks for it. Its parts are copied from there: a file is read once. */
static enum status add_kernel_file(struct plan *plan, const struct plan_input *input, struct baton_plan *own,
                                   struct error *error)
{
    own->has_kernel_file = baton_kernel_asks(&own->kernel, BATON_FEATURE_KERNEL_FILE);
    own->kernel_file = plan->request_count;
    return own->has_kernel_file ? add_file(plan, input, 0, BATON_MEMORY_BATON, error) : STATUS_OK;
}

static void add_kernel_part(struct plan *plan, const struct baton_plan *own, const struct image_part *part)
{
    if (own->has_kernel_file)
        plan_add_copy(plan, &(struct plan_copy){.request = plan->kernel,
                                                .offset = part->offset,
                                                .from_request = own->kernel_file,
                                                .from_offset = part->file_offset,
                                                .size = part->size});
    else
        plan_add_load(plan, &(struct plan_load){.request = plan->kernel,
                                                .offset = part->offset,
                                                .file = 0,
                                                .file_offset = part->file_offset,
                                                .size = part->size});
}

static void add_kernel(struct plan *plan, const struct plan_input *input, const struct baton_plan *own)
{
    const struct image *image = &own->kernel.image;
    struct plan_request *request;
    uint64_t offset = 0;

    plan->kernel = add_pages(plan, input->files[0].path, image->size, BATON_MEMORY_KERNEL);
    request = &plan->requests[plan->kernel];
    request->mend = own->kernel.flat ? flat_mend : elf_mend;
    request->alignment = image->alignment;
    request->exact = !image->high;
    request->address = image->high ? 0 : image->base;
    for (size_t i = 0; i < image->part_count; i++) {
        const struct image_part *part = &image->parts[i];

        plan_add_fill(plan, plan->kernel, offset, part->offset);
        add_kernel_part(plan, own, part);
        offset = part->offset + part->size;
    }
    plan_add_fill(plan, plan->kernel, offset, image->size);
}

/* A kernel that runs high has its own mapping and an alias in the direct map, where only data is writable; one that is
 * linked low runs in the direct map itself. */
static void map_kernel(struct plan *plan, const struct baton_plan *own)
{
    const struct image *image = &own->kernel.image;

    for (size_t i = 0; i < image->run_count; i++) {
        const struct image_run *run = &image->runs[i];

        if (image->high)
            plan_add_mapping(plan, &(struct plan_mapping){.request = plan->kernel,
                                                          .offset = run->offset,
                                                          .size = run->size,
                                                          .address = image->base + own->kernel.slide + run->offset,
                                                          .permissions = run->permissions});
        if (!image->high || !(run->permissions & PERMIT_WRITE))
            plan_add_protection(plan,
                                &(struct plan_protection){.request = plan->kernel,
                                                          .offset = run->offset,
                                                          .size = run->size,
                                                          .permissions = image->high ? PERMIT_READ : run->permissions});
    }
}

static enum status add_modules(struct plan *plan, const struct plan_input *input, struct error *error)
{
    enum status status = STATUS_OK;

    plan->first_module = plan->request_count;
    plan->module_count = input->file_count - 1;
    for (size_t i = 1; i < input->file_count && status == STATUS_OK; i++)
        status = add_file(plan, input, i, BATON_MEMORY_MODULE, error);
    return status;
}

/* The lowest page is the guard: the direct map leaves it out. */
static enum status add_stack(struct plan *plan, const struct plan_input *input, const struct wishes *wishes,
                             struct error *error)
{
    uint64_t size;

    if (!checked_align_up(max_u64(wishes->stack_size, STACK_SIZE), PAGE_SIZE, &size) ||
        !checked_add(size, PAGE_SIZE, &size))
        return error_set(
            error, STATUS_INVALID,
            "%s: its note asks for a stack of 0x%llx bytes, which is absurd. Give BATON_WISHES a smaller one.",
            input->files[0].path, (unsigned long long)wishes->stack_size);
    plan->stack = add_pages(plan, "the stack", size, BATON_MEMORY_STACK);
    plan->stack_top = size;
    plan_add_protection(plan, &(struct plan_protection){.request = plan->stack, .size = PAGE_SIZE, .unmapped = true});
    return STATUS_OK;
}

/* Code that runs in both address spaces while they are switched, hence at its physical address; then its data. */
static void add_trampoline(struct plan *plan, const struct machine_facts *machine)
{
    const uint64_t size = machine->trampoline_code + machine->trampoline_data;
    bool has_identity = plan->direct_map_base == 0 || plan->identity_map;

    plan->trampoline = add_pages(plan, "the way into the kernel", size, BATON_MEMORY_TRAMPOLINE);
    plan->requests[plan->trampoline].executable = true;
    plan_add_protection(plan, &(struct plan_protection){.request = plan->trampoline,
                                                        .size = machine->trampoline_code,
                                                        .permissions = has_identity ? PERMIT_EXECUTE : PERMIT_READ});
    if (!has_identity)
        plan_add_mapping(plan, &(struct plan_mapping){.request = plan->trampoline,
                                                      .size = machine->trampoline_code,
                                                      .identity = true,
                                                      .permissions = PERMIT_EXECUTE});
}

static enum status add_baton(struct plan *plan, const struct plan_input *input, struct baton_plan *own,
                             struct error *error)
{
    const struct efi_map *map = &input->facts->efi_map;
    uint64_t spare = max_u64(MAP_SPARE * (uint64_t)map->descriptor_size, PAGE_SIZE);
    /* Each request can split one descriptor into three. */
    uint64_t raw_size =
        map->bytes.size + spare + 2 * (uint64_t)(plan->request_count + STILL_TO_COME) * map->descriptor_size;

    if (!baton_layout_make(input, &own->layout) ||
        !maps_layout_make(raw_size, map->descriptor_size,
                          plan->request_count + STILL_TO_COME + facts_placed(input->facts), &plan->maps_layout))
        return error_set(error, STATUS_INVALID,
                         "%s: the entry's texts, or the firmware's memory map, are absurdly long. Shorten its options.",
                         input->entry->file);
    plan->baton = add_pages(plan, "the hand-off", own->layout.size, BATON_MEMORY_BATON);
    plan_add_fill(plan, plan->baton, 0, own->layout.size);
    plan->maps = add_pages(plan, "the memory map", plan->maps_layout.size, BATON_MEMORY_BATON);
    plan->requests[plan->maps].labelled = plan->maps_layout.labelled;
    return STATUS_OK;
}

/* The map as it is now. False when the arena has no room for it. */
static bool make_map(const struct facts *facts, struct arena *arena, struct plan_map *ret_map)
{
    const size_t placed_count = facts_placed(facts), own = memory_map_intervals(0, placed_count);
    const size_t intervals = memory_map_intervals(facts->memory.count, placed_count);
    struct placed_range *placed = arena_take(arena, placed_count, sizeof(placed[0]));
    struct memory_map_room room = {
        .intervals = own,
        .interval = arena_take(arena, own, sizeof(room.interval[0])),
        .heap = arena_take(arena, intervals, sizeof(room.heap[0])),
        .entry = arena_take(arena, memory_map_entries(intervals), sizeof(room.entry[0])),
    };

    if (!placed || !room.interval || !room.heap || !room.entry)
        return false;
    baton_list_facts(facts, placed);
    *ret_map = (struct plan_map){room.entry, memory_map_place(&facts->memory, placed, placed_count, &room)};
    return true;
}

/* As many tables as the map takes as it is now. */
static enum status add_tables(struct plan *plan, const struct facts *facts, struct arena *arena, struct baton_plan *own)
{
    uint64_t size;

    if (!make_map(facts, arena, &own->map))
        return STATUS_NEED_ROOM;
    size = address_space_count(plan, facts, own->map.entries, own->map.count) * PAGE_SIZE;
    plan->tables = add_pages(plan, "the page tables", size, BATON_MEMORY_PAGE_TABLES);
    return STATUS_OK;
}

struct plan_sizes baton_requests_count(const struct plan_input *input, const struct baton_kernel_plan *kernel)
{
    const struct image *image = &kernel->image;

    return (struct plan_sizes){
        .requests = input->file_count + REQUESTS,
        .loads = image->part_count + input->file_count + 1,
        .copies = image->part_count,
        .fills = image->part_count + 1 + input->file_count + 2,
        .mappings = image->run_count + 1,
        .protections = image->run_count + 2,
    };
}

enum status baton_requests_add(const struct plan_input *input, struct arena *arena, struct baton_plan *own,
                               struct plan *plan, struct error *error)
{
    enum status status = add_kernel_file(plan, input, own, error);

    if (status != STATUS_OK)
        return status;
    add_kernel(plan, input, own);
    map_kernel(plan, own);
    status = add_modules(plan, input, error);
    if (status == STATUS_OK)
        status = add_stack(plan, input, &own->kernel.wishes, error);
    if (status != STATUS_OK)
        return status;
    add_trampoline(plan, &input->facts->machine);
    status = add_baton(plan, input, own, error);
    if (status == STATUS_OK)
        status = add_tables(plan, input->facts, arena, own);
    if (status != STATUS_OK)
        return status;
    own->placed = arena_take(arena, plan->request_count + facts_placed(input->facts), sizeof(own->placed[0]));
    return own->placed ? STATUS_OK : STATUS_NEED_ROOM;
}
