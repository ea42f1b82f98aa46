/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: what the kernel is given (docs/protocol.md, "The baton"). */
#include "address_space.h"
#include "baton_layout.h"
#include "checked.h"
#include "log.h"
#include "memory.h"
#include "version_string.h"

static const char loader_name[] = "Baton";

/* The entry points of firmware's tables. */
struct table_copies {
    uint8_t rsdp[RSDP_SIZE];
    uint8_t padding[12];
    uint8_t smbios2[SMBIOS2_SIZE];
    uint8_t padding2;
    uint8_t smbios3[SMBIOS3_SIZE];
};

/* ---- layout ---- */

struct measure {
    uint64_t size;
    bool absurd;
};

/* Adds `count` elements of `size` bytes and returns where they begin. */
static uint64_t measure_add(struct measure *measure, uint64_t count, uint64_t size)
{
    uint64_t start = measure->size, bytes;

    if (!checked_multiply(count, size, &bytes) || !checked_add(bytes, 15, &bytes) ||
        !checked_add(start, align_down(bytes, 16), &measure->size))
        measure->absurd = true;
    return start;
}

static uint64_t strings_size(const struct plan_input *input)
{
    const struct entry *entry = input->entry;
    uint64_t size = sizeof(loader_name) + sizeof(BATON_VERSION_STRING) + text_length(entry->options) + 1 +
                    text_length(input->files[0].path) + 1;

    for (int stage = 0; stage < STAGE_COUNT; stage++)
        size += text_length(stage_name((enum stage)stage)) + 1;
    for (size_t i = 0; i < entry->module_count; i++)
        size += text_length(entry->modules[i].name) + text_length(entry->modules[i].command_line) + 2;
    return size;
}

bool baton_layout_make(const struct plan_input *input, struct baton_layout *ret_layout)
{
    struct measure measure = {.size = BATON_PAGE_SIZE};
    struct baton_layout layout;

    layout.framebuffers = measure_add(&measure, input->facts->framebuffer_count, sizeof(struct baton_framebuffer));
    layout.edids = measure_add(&measure, input->facts->framebuffer_count, sizeof(struct framebuffer_edid));
    layout.modules = measure_add(&measure, input->file_count - 1, sizeof(struct baton_module));
    layout.timings = measure_add(&measure, STAGE_COUNT, sizeof(struct baton_timing));
    layout.tables = measure_add(&measure, 1, sizeof(struct table_copies));
    layout.device_tree = measure_add(&measure, input->facts->device_tree.size, 1);
    layout.strings = measure_add(&measure, strings_size(input), 1);
    layout.log = measure_add(&measure, LOG_RING_SIZE + 1, 1);
    if (measure.absurd || !checked_align_up(measure.size, PAGE_SIZE, &layout.size))
        return false;
    *ret_layout = layout;
    return true;
}

/* ---- build ---- */

/* Writes into the baton's request, and tells where the kernel finds what was written. */
struct writer {
    const struct plan *plan;
    const struct baton_layout *layout;
    uint8_t *memory;
    uint64_t strings; /* offset of the next string */
};

static struct writer writer_for(const struct plan *plan)
{
    const struct baton_plan *own = plan->protocol_data;

    return (struct writer){plan, &own->layout, plan->places[plan->baton].memory, own->layout.strings};
}

static uint64_t direct_address(const struct plan *plan, size_t request, uint64_t offset)
{
    return plan->direct_map_base + plan->places[request].physical + offset;
}

/* The kernel's pointer to what lies at an offset of the baton's request. */
static const void *kernel_pointer(const struct writer *writer, uint64_t offset)
{
    return (const void *)(uintptr_t)direct_address(writer->plan, writer->plan->baton, offset);
}

static const char *write_string(struct writer *writer, const char *string)
{
    size_t size = text_length(string) + 1;
    const char *pointer = kernel_pointer(writer, writer->strings);

    memcpy(writer->memory + writer->strings, string, size);
    writer->strings += size;
    return pointer;
}

static struct baton_list list_of(const struct writer *writer, uint64_t offset, size_t count, size_t stride)
{
    return (struct baton_list){count > 0 ? kernel_pointer(writer, offset) : NULL, (uint32_t)count, (uint32_t)stride};
}

/* The kernel's part, and the kernel itself, which is relocated. */
static void build_kernel(struct writer *writer, const struct plan_input *input, struct baton *baton)
{
    struct baton_kernel *kernel = &baton->kernel;
    const struct plan *plan = writer->plan;
    const struct baton_plan *own = plan->protocol_data;

    kernel->physical = plan->places[plan->kernel].physical;
    kernel->address = own->kernel.image.base + own->kernel.slide;
    kernel->size = plan->requests[plan->kernel].size;
    kernel->path = write_string(writer, input->files[0].path);
    if (own->kernel.image.movable) {
        kernel->slide = own->kernel.slide;
        baton->facts |= BATON_FACT_SLIDE;
    }
    if (own->has_kernel_file) {
        kernel->file = (const void *)(uintptr_t)direct_address(plan, own->kernel_file, 0);
        kernel->file_size = input->files[0].size;
        baton->facts |= BATON_FACT_KERNEL_FILE;
    }
    relocations_apply(&own->kernel.relocations, own->kernel.relocation_tables, &own->kernel.image,
                      plan->places[plan->kernel].memory, own->kernel.slide);
}

static void build_modules(struct writer *writer, const struct plan_input *input, struct baton *baton)
{
    const struct plan *plan = writer->plan;
    struct baton_module *modules = (struct baton_module *)(void *)(writer->memory + writer->layout->modules);

    for (size_t i = 0; i < plan->module_count; i++) {
        const struct entry_module *module = &input->entry->modules[i];
        size_t request = plan->first_module + i;

        modules[i].name = write_string(writer, module->name);
        modules[i].command_line = write_string(writer, module->command_line);
        modules[i].address = (void *)(uintptr_t)direct_address(plan, request, 0);
        modules[i].physical = plan->places[request].physical;
        modules[i].size = input->files[1 + i].size;
    }
    baton->modules = list_of(writer, writer->layout->modules, plan->module_count, sizeof(modules[0]));
}

static void build_edid(struct writer *writer, const struct framebuffer_edid *edid, size_t index,
                       struct baton_framebuffer *framebuffer)
{
    uint64_t offset = writer->layout->edids + index * sizeof(*edid);

    if (edid->size == 0)
        return;
    memcpy(writer->memory + offset, edid->bytes, edid->size);
    framebuffer->edid = kernel_pointer(writer, offset);
    framebuffer->edid_size = edid->size;
}

static void build_framebuffers(struct writer *writer, const struct facts *facts, struct baton *baton)
{
    struct baton_framebuffer *framebuffers =
        (struct baton_framebuffer *)(void *)(writer->memory + writer->layout->framebuffers);
    size_t count = 0;

    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        const struct baton_framebuffer *from = &facts->framebuffers[i];

        if (!address_space_reaches(writer->plan, from))
            continue;
        framebuffers[count] = *from;
        build_edid(writer, &facts->edids[i], count, &framebuffers[count]);
        framebuffers[count++].address = (void *)(uintptr_t)(writer->plan->direct_map_base + from->physical);
    }
    baton->framebuffers = list_of(writer, writer->layout->framebuffers, count, sizeof(framebuffers[0]));
    if (count > 0)
        baton->facts |= BATON_FACT_FRAMEBUFFER;
}

static void build_timings(struct writer *writer, const struct machine_facts *machine, struct baton *baton)
{
    struct baton_timing *timings = (struct baton_timing *)(void *)(writer->memory + writer->layout->timings);

    for (int stage = 0; stage < STAGE_COUNT; stage++)
        timings[stage].name = write_string(writer, stage_name((enum stage)stage));
    baton->timings = list_of(writer, writer->layout->timings, STAGE_COUNT, sizeof(timings[0]));
    baton->counter_frequency = machine->counter_frequency;
    baton->facts |= BATON_FACT_TIMINGS;
    if (machine->counter_frequency != 0)
        baton->facts |= BATON_FACT_COUNTER_FREQUENCY;
}

/* Entry points are copied; the tables that they lead to stay where they are. */
static void build_tables(struct writer *writer, const struct facts *facts, struct baton *baton)
{
    const struct firmware_tables *tables = &facts->tables;
    struct table_copies *copies = (struct table_copies *)(void *)(writer->memory + writer->layout->tables);
    uint64_t offset = writer->layout->tables;

    if (tables->has_rsdp) {
        memcpy(copies->rsdp, tables->rsdp, tables->rsdp_size);
        baton->rsdp = kernel_pointer(writer, offset + offsetof(struct table_copies, rsdp));
        baton->facts |= BATON_FACT_RSDP;
    }
    if (tables->has_smbios2) {
        memcpy(copies->smbios2, tables->smbios2, sizeof(tables->smbios2));
        baton->smbios2 = kernel_pointer(writer, offset + offsetof(struct table_copies, smbios2));
        baton->facts |= BATON_FACT_SMBIOS;
    }
    if (tables->has_smbios3) {
        memcpy(copies->smbios3, tables->smbios3, sizeof(tables->smbios3));
        baton->smbios3 = kernel_pointer(writer, offset + offsetof(struct table_copies, smbios3));
        baton->facts |= BATON_FACT_SMBIOS;
    }
    if (facts->device_tree.size > 0) {
        memcpy(writer->memory + writer->layout->device_tree, facts->device_tree.data, facts->device_tree.size);
        baton->device_tree = kernel_pointer(writer, writer->layout->device_tree);
        baton->device_tree_size = facts->device_tree.size;
        baton->facts |= BATON_FACT_DEVICE_TREE;
    }
}

static void build_serial(const struct plan *plan, const struct serial_port *serial, struct baton *baton)
{
    if (!address_space_reaches_serial(plan, serial))
        return;
    baton->serial = (struct baton_serial){.physical = serial->physical, .kind = serial->kind, .stride = serial->stride};
    if (serial->physical != 0)
        baton->serial.registers = (void *)(uintptr_t)(plan->direct_map_base + serial->physical);
    baton->facts |= BATON_FACT_SERIAL;
}

static void build_secure_boot(enum secure_boot state, struct baton *baton)
{
    static const uint32_t values[] = {
        [SECURE_BOOT_OFF] = BATON_SECURE_BOOT_OFF,
        [SECURE_BOOT_ON] = BATON_SECURE_BOOT_ON,
        [SECURE_BOOT_SETUP] = BATON_SECURE_BOOT_SETUP,
    };

    if (state == SECURE_BOOT_UNKNOWN)
        return;
    baton->secure_boot = values[state];
    baton->facts |= BATON_FACT_SECURE_BOOT;
}

/* What gather found out and is handed on as it is. */
static void build_facts(const struct plan *plan, const struct facts *facts, struct baton *baton)
{
    if (facts->system_table != 0) {
        baton->efi_system_table = (const void *)(uintptr_t)(plan->direct_map_base + facts->system_table);
        baton->facts |= BATON_FACT_EFI_SYSTEM_TABLE;
    }
    if (facts->random.present) {
        memcpy(baton->entropy, facts->random.entropy, sizeof(baton->entropy));
        baton->facts |= BATON_FACT_ENTROPY;
    }
    if (facts->has_boot_partition) {
        memcpy(baton->boot_partition, facts->boot_partition, sizeof(baton->boot_partition));
        baton->facts |= BATON_FACT_BOOT_PARTITION;
    }
    if (facts->has_wall_clock) {
        baton->wall_clock = facts->wall_clock;
        baton->facts |= BATON_FACT_WALL_CLOCK;
    }
    if (facts->has_boot_cpu) {
        baton->boot_cpu = facts->boot_cpu;
        baton->facts |= BATON_FACT_BOOT_CPU;
    }
    build_secure_boot(facts->secure_boot, baton);
    build_serial(plan, &facts->serial, baton);
    if (plan->direct_map_base == 0 || plan->identity_map)
        baton->facts |= BATON_FACT_IDENTITY_MAP;
}

void baton_build(const struct plan_input *input, const struct plan *plan)
{
    struct writer writer = writer_for(plan);
    struct baton *baton = (struct baton *)(void *)writer.memory;

    baton->magic = BATON_MAGIC;
    baton->version = BATON_VERSION;
    baton->size = sizeof(*baton);
    baton->loader_name = write_string(&writer, loader_name);
    baton->loader_version = write_string(&writer, BATON_VERSION_STRING);
    baton->command_line = write_string(&writer, input->entry->options);
    if (input->entry->options[0] != '\0')
        baton->facts |= BATON_FACT_COMMAND_LINE;
    baton->stack.base = direct_address(plan, plan->stack, PAGE_SIZE);
    baton->stack.size = plan->stack_top - PAGE_SIZE;
    baton->direct_map.base = plan->direct_map_base;
    build_kernel(&writer, input, baton);
    build_modules(&writer, input, baton);
    build_framebuffers(&writer, input->facts, baton);
    build_timings(&writer, &input->facts->machine, baton);
    build_tables(&writer, input->facts, baton);
    build_facts(plan, input->facts, baton);
}

/* ---- seal ---- */

void baton_list_facts(const struct facts *facts, struct placed_range *placed)
{
    size_t count = 0;

    for (size_t i = 0; i < facts->framebuffer_count; i++) {
        uint64_t base = align_down(facts->framebuffers[i].physical, PAGE_SIZE);
        uint64_t end = facts->framebuffers[i].physical + facts->framebuffers[i].size;

        placed[count++] =
            (struct placed_range){base, align_down(end - base + PAGE_SIZE - 1, PAGE_SIZE), BATON_MEMORY_FRAMEBUFFER};
    }
    for (size_t i = 0; i < facts->tables.range_count; i++)
        placed[count++] = (struct placed_range){facts->tables.ranges[i].base, facts->tables.ranges[i].size,
                                                BATON_MEMORY_FIRMWARE_TABLES};
    for (size_t i = 0; i < facts->reservation_count; i++)
        placed[count++] =
            (struct placed_range){facts->reservations[i].base, facts->reservations[i].size, BATON_MEMORY_RESERVED};
}

/* What the loader placed and what the facts know, as they will be labelled. */
static size_t list_placed(const struct plan_input *input, const struct plan *plan, struct placed_range *placed)
{
    for (size_t i = 0; i < plan->request_count; i++)
        placed[i] = (struct placed_range){plan->places[i].physical, plan->requests[i].labelled, plan->requests[i].kind};
    baton_list_facts(input->facts, placed + plan->request_count);
    return plan->request_count + facts_placed(input->facts);
}

static uint64_t seal_tables(const struct plan_input *input, const struct plan *plan, struct baton_memory *entries,
                            size_t count, struct baton *baton)
{
    const struct machine_facts *machine = &input->facts->machine;
    const struct plan_place *place = &plan->places[plan->tables];
    struct page_tables tables;

    page_tables_start(&tables, address_space_format(plan, machine), machine->paging_levels,
                      machine->gigabyte_pages ? 3 : 2, place->memory, place->physical,
                      (size_t)(plan->requests[plan->tables].size / PAGE_SIZE));
    baton->direct_map.end = plan->direct_map_base + address_space_build(plan, input->facts, entries, count, &tables);
    return place->physical;
}

static void seal_maps(const struct plan *plan, const struct efi_map *map, size_t entries, struct baton *baton)
{
    baton->memory_map =
        (struct baton_list){(const void *)(uintptr_t)direct_address(plan, plan->maps, plan->maps_layout.entries),
                            (uint32_t)entries, sizeof(struct baton_memory)};
    baton->efi_memory_map =
        (struct baton_efi_memory_map){(const void *)(uintptr_t)direct_address(plan, plan->maps, 0), map->bytes.size,
                                      (uint32_t)map->descriptor_size, map->descriptor_version};
    baton->facts |= BATON_FACT_EFI_MEMORY_MAP;
}

uint64_t baton_seal(const struct plan_input *input, const struct plan *plan, const struct efi_map *final_map)
{
    const struct baton_plan *own = plan->protocol_data;
    struct writer writer = writer_for(plan);
    struct baton *baton = (struct baton *)(void *)writer.memory;
    struct memory_map_room room = maps_layout_room(&plan->maps_layout, plan->places[plan->maps].memory);
    size_t placed = list_placed(input, plan, own->placed);
    size_t entries = memory_map_seal(final_map, own->placed, placed, &room);
    uint64_t root = seal_tables(input, plan, room.entry, entries, baton);

    seal_maps(plan, final_map, entries, baton);
    baton->log.text = kernel_pointer(&writer, writer.layout->log);
    baton->log.size = log_copy((char *)writer.memory + writer.layout->log, LOG_RING_SIZE + 1);
    baton->facts |= BATON_FACT_LOG;
    return root;
}

void baton_stamp(const struct plan *plan, const struct stage_times *times)
{
    struct writer writer = writer_for(plan);
    struct baton_timing *timings = (struct baton_timing *)(void *)(writer.memory + writer.layout->timings);

    for (int stage = 0; stage < STAGE_COUNT; stage++)
        timings[stage].counter = times->counter[stage];
}
