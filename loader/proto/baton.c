/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: recognise and plan (docs/protocol.md). */
#include "address_space.h"
#include "baton_layout.h"
#include "checked.h"
#include "elf.h"
#include "image.h"
#include "log.h"
#include "protocol.h"

#define STACK_SIZE         0x10000ULL
#define FLAT_LOAD_ADDRESS  0x100000ULL
#define LOW_END            0x0000800000000000ULL
#define HIGH_DIRECT_MAP    0xffff800000000000ULL /* the upper half's lower half … */
#define HIGH_DIRECT_MAP_2  0xffffc00000000000ULL /* … and its upper one, when the kernel is linked into the lower */
#define HIGH_DIRECT_WINDOW 0x0000400000000000ULL /* 64 TiB each */
#define MAP_SPARE          64 /* descriptors that may appear until the firmware's map is final, or a page of them */

static bool is_pe(struct bytes head)
{
    return head.size >= 2 && head.data[0] == 'M' && head.data[1] == 'Z';
}

/* A flat binary has no magic number, so the entry, or the file's name, must say that it is one. */
static bool is_flat(const struct plan_input *input)
{
    const struct entry *entry = input->entry;

    return entry->has_load_address || entry->has_entry_offset || entry->has_memory_size ||
           text_ends_with_ignoring_case(text_of(input->files[0].path), ".bin");
}

static bool recognise(const struct plan_input *input)
{
    struct bytes head = input->files[0].head;

    return elf_is(head) || (!is_pe(head) && is_flat(input));
}

/* ---- what the kernel looks like ---- */

/* What is worth saying of a kernel that boots. */
static void log_notes(const struct plan_input *input, const struct image *image)
{
    const struct entry *entry = input->entry;

    image_log_warnings(input->files[0].path, image);
    if (!elf_is(input->files[0].head))
        return;
    if (entry->has_load_address || entry->has_entry_offset || entry->has_memory_size)
        log_info("%s: load-address, entry-offset and memory-size do nothing for an ELF kernel, which says these itself",
                 entry->file);
}

static enum status plan_elf(const struct plan_input *input, struct arena *arena, struct image *ret_image,
                            struct plan_want *ret_want, struct error *error)
{
    const struct plan_file *file = &input->files[0];
    struct elf_header header;
    struct bytes table;
    enum status status =
        elf_parse_header(file->head, file->size, input->facts->machine.elf_machine, file->path, &header, error);

    if (status == STATUS_OK)
        status = plan_file_bytes(input, 0, header.segment_offset,
                                 (uint64_t)header.segment_count * header.segment_stride, &table, ret_want, error);
    if (status == STATUS_OK)
        status = image_from_elf(file->path, file->size, &header, table, arena, ret_image, error);
    return status;
}

/* One run of pages with all permissions: the one exception to W^X, since a flat binary does not say what is what. */
static enum status plan_flat(const struct plan_input *input, struct arena *arena, struct image *ret_image,
                             struct error *error)
{
    const struct entry *entry = input->entry;
    const struct plan_file *file = &input->files[0];
    struct image image = {.base = entry->has_load_address ? entry->load_address : FLAT_LOAD_ADDRESS,
                          .alignment = PAGE_SIZE};
    uint64_t size = entry->has_memory_size ? entry->memory_size : file->size;
    uint64_t end;

    if (file->size == 0)
        return error_set(error, STATUS_INVALID, "%s: is empty (0 bytes). Copy it again.", file->path);
    if (size < file->size)
        return error_set(error, STATUS_INVALID,
                         "%s: memory-size is %llu, but %s alone has %llu bytes. Leave memory-size out, or give it the "
                         "size with .bss.",
                         entry->file, (unsigned long long)size, file->path, (unsigned long long)file->size);
    if (image.base == 0 || size == 0 || !checked_align_up(size, PAGE_SIZE, &image.size) ||
        !checked_add(image.base, image.size, &end) || end > LOW_END)
        return error_set(error, STATUS_INVALID,
                         "%s: load-address 0x%llx and memory-size %llu do not make sense together. Use an address from "
                         "0x100000 on where the machine has memory.",
                         entry->file, (unsigned long long)image.base, (unsigned long long)size);
    if (entry->entry_offset >= file->size)
        return error_set(error, STATUS_INVALID,
                         "%s: entry-offset 0x%llx lies behind the %llu bytes of %s. Give the offset of its first "
                         "instruction, or leave the key out.",
                         entry->file, (unsigned long long)entry->entry_offset, (unsigned long long)file->size,
                         file->path);
    image.entry = image.base + entry->entry_offset;
    image.runs = arena_take(arena, 1, sizeof(image.runs[0]));
    image.parts = arena_take(arena, 1, sizeof(image.parts[0]));
    if (!image.runs || !image.parts)
        return STATUS_NEED_ROOM;
    image.runs[image.run_count++] = (struct image_run){0, image.size, PERMIT_WRITE | PERMIT_EXECUTE};
    image.parts[image.part_count++] = (struct image_part){0, 0, file->size};
    *ret_image = image;
    return STATUS_OK;
}

/* ---- requests ---- */

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

static void add_kernel(struct plan *plan, const struct plan_input *input, const struct image *image)
{
    struct plan_request *request;
    uint64_t offset = 0;

    plan->kernel = add_pages(plan, input->files[0].path, image->size, BATON_MEMORY_KERNEL);
    request = &plan->requests[plan->kernel];
    request->mend = elf_is(input->files[0].head) ? elf_mend : flat_mend;
    request->alignment = image->alignment;
    request->exact = !image->high;
    request->address = image->high ? 0 : image->base;
    for (size_t i = 0; i < image->part_count; i++) {
        const struct image_part *part = &image->parts[i];

        plan_add_fill(plan, plan->kernel, offset, part->offset);
        plan_add_load(plan, &(struct plan_load){.request = plan->kernel,
                                                .offset = part->offset,
                                                .file = 0,
                                                .file_offset = part->file_offset,
                                                .size = part->size});
        offset = part->offset + part->size;
    }
    plan_add_fill(plan, plan->kernel, offset, image->size);
}

/* A kernel that is linked high has its own mapping and an alias in the direct map, where only data is writable; one
 * that is linked low runs in the direct map itself. */
static void map_kernel(struct plan *plan, const struct image *image)
{
    for (size_t i = 0; i < image->run_count; i++) {
        const struct image_run *run = &image->runs[i];

        if (image->high)
            plan_add_mapping(plan, &(struct plan_mapping){.request = plan->kernel,
                                                          .offset = run->offset,
                                                          .size = run->size,
                                                          .address = image->base + run->offset,
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
    plan->first_module = plan->request_count;
    plan->module_count = input->file_count - 1;
    for (size_t i = 1; i < input->file_count; i++) {
        const struct plan_file *file = &input->files[i];
        uint64_t size;
        size_t request;

        /* An empty module has a page too, so that its address is one. */
        if (!checked_align_up(max_u64(file->size, 1), PAGE_SIZE, &size))
            return error_set(error, STATUS_INVALID, "%s: its size of %llu bytes is absurd. Copy it again.", file->path,
                             (unsigned long long)file->size);
        request = add_pages(plan, file->path, size, BATON_MEMORY_MODULE);
        plan_add_load(plan, &(struct plan_load){.request = request, .file = i, .size = file->size});
        plan_add_fill(plan, request, file->size, size);
    }
    return STATUS_OK;
}

/* The lowest page is the guard: the direct map leaves it out. */
static void add_stack(struct plan *plan)
{
    const uint64_t size = PAGE_SIZE + STACK_SIZE;

    plan->stack = add_pages(plan, "the stack", size, BATON_MEMORY_STACK);
    plan->stack_top = size;
    plan_add_protection(plan, &(struct plan_protection){.request = plan->stack, .size = PAGE_SIZE, .unmapped = true});
}

/* Code that runs in both address spaces while they are switched, hence at its physical address; then its data. */
static void add_trampoline(struct plan *plan, const struct machine_facts *machine, bool high)
{
    const uint64_t size = machine->trampoline_code + machine->trampoline_data;

    plan->trampoline = add_pages(plan, "the way into the kernel", size, BATON_MEMORY_TRAMPOLINE);
    plan->requests[plan->trampoline].executable = true;
    plan_add_protection(plan, &(struct plan_protection){.request = plan->trampoline,
                                                        .size = machine->trampoline_code,
                                                        .permissions = high ? PERMIT_READ : PERMIT_EXECUTE});
    if (high)
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
    uint64_t raw_size = map->bytes.size + spare + 2 * (uint64_t)(plan->request_count + 4) * map->descriptor_size;
    size_t placed = plan->request_count + 4 + input->facts->framebuffer_count;

    if (!baton_layout_make(input, &own->layout) ||
        !maps_layout_make(raw_size, map->descriptor_size, placed, &plan->maps_layout))
        return error_set(error, STATUS_INVALID,
                         "%s: the entry's texts, or the firmware's memory map, are absurdly long", input->entry->file);
    plan->baton = add_pages(plan, "the hand-off", own->layout.size, BATON_MEMORY_BATON);
    plan_add_fill(plan, plan->baton, 0, own->layout.size);
    plan->maps = add_pages(plan, "the memory map", plan->maps_layout.size, BATON_MEMORY_BATON);
    plan->requests[plan->maps].labelled = plan->maps_layout.labelled;
    return STATUS_OK;
}

/* Counts the tables on the map as it is now, sealed into the arena. */
static enum status add_tables(struct plan *plan, const struct plan_input *input, struct arena *arena)
{
    const struct efi_map *map = &input->facts->efi_map;
    struct maps_layout layout;
    struct memory_map_room room;
    uint8_t *memory;
    uint64_t size;
    size_t entries;

    if (!maps_layout_make(map->bytes.size, map->descriptor_size, 0, &layout))
        return STATUS_NEED_ROOM; /* cannot be: add_baton made a larger one */
    memory = arena_take(arena, (size_t)layout.size, 1);
    if (!memory)
        return STATUS_NEED_ROOM;
    room = maps_layout_room(&layout, memory);
    entries = memory_map_seal(map, NULL, 0, &room);
    size = address_space_count(plan, input->facts, room.entry, entries) * PAGE_SIZE;
    plan->tables = add_pages(plan, "the page tables", size, BATON_MEMORY_PAGE_TABLES);
    plan_add_fill(plan, plan->tables, 0, size);
    return STATUS_OK;
}

/* The direct map lies in the half of the upper half that the kernel is not in; for low kernels it is the identity. */
static enum status choose_direct_map(struct plan *plan, const struct image *image, const char *name,
                                     struct error *error)
{
    if (!image->high) {
        plan->direct_map_base = 0;
        plan->direct_map_limit = LOW_END;
        return STATUS_OK;
    }
    if (image->base < HIGH_DIRECT_MAP_2 && image->size > HIGH_DIRECT_MAP_2 - image->base)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: reaches from 0x%llx across 0x%llx, which leaves no room for the direct map on either "
                         "side. Link the kernel at 0xffffffff80000000.",
                         name, (unsigned long long)image->base, HIGH_DIRECT_MAP_2);
    plan->direct_map_base = image->base < HIGH_DIRECT_MAP_2 ? HIGH_DIRECT_MAP_2 : HIGH_DIRECT_MAP;
    plan->direct_map_limit = HIGH_DIRECT_WINDOW;
    return STATUS_OK;
}

static enum status plan_requests(const struct plan_input *input, const struct image *image, struct arena *arena,
                                 struct plan *plan, struct error *error)
{
    struct baton_plan *own = arena_take(arena, 1, sizeof(*own));
    enum status status;

    if (!own)
        return STATUS_NEED_ROOM;
    own->kernel_address = image->base;
    plan->entry = image->entry;
    plan->protocol_data = own;
    status = choose_direct_map(plan, image, input->files[0].path, error);
    if (status != STATUS_OK)
        return status;
    add_kernel(plan, input, image);
    map_kernel(plan, image);
    status = add_modules(plan, input, error);
    if (status != STATUS_OK)
        return status;
    add_stack(plan);
    add_trampoline(plan, &input->facts->machine, image->high);
    status = add_baton(plan, input, own, error);
    if (status == STATUS_OK)
        status = add_tables(plan, input, arena);
    if (status != STATUS_OK)
        return status;
    own->placed = arena_take(arena, plan->request_count + input->facts->framebuffer_count, sizeof(own->placed[0]));
    if (!own->placed)
        return STATUS_NEED_ROOM;
    return plan_check_memory(plan, input->facts, input->files[0].path, error);
}

static enum status plan_boot(const struct plan_input *input, struct arena *arena, struct plan *ret_plan,
                             struct plan_want *ret_want, struct error *error)
{
    struct image image;
    struct plan plan;
    enum status status = elf_is(input->files[0].head) ? plan_elf(input, arena, &image, ret_want, error)
                                                      : plan_flat(input, arena, &image, error);

    if (status != STATUS_OK)
        return status;
    /* Besides the kernel and the modules: stack, trampoline, baton, maps, tables. */
    status = plan_start(&(struct plan_sizes){.requests = input->file_count + 5,
                                             .loads = image.part_count + input->file_count,
                                             .fills = image.part_count + 1 + input->file_count + 2,
                                             .mappings = image.run_count + 1,
                                             .protections = image.run_count + 2},
                        arena, &plan);
    if (status == STATUS_OK)
        status = plan_requests(input, &image, arena, &plan, error);
    if (status != STATUS_OK)
        return status;
    log_notes(input, &image);
    *ret_plan = plan;
    return STATUS_OK;
}

static uint64_t argument(const struct plan *plan)
{
    return plan->direct_map_base + plan->places[plan->baton].physical;
}

const struct protocol protocol_baton = {
    .name = "Baton",
    .recognise = recognise,
    .plan = plan_boot,
    .build = baton_build,
    .seal = baton_seal,
    .stamp = baton_stamp,
    .argument = argument,
};
