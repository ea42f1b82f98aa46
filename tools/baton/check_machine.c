/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_machine.h"

#include <string.h>

#include "check_say.h"
#include "checked.h"
#include "text.h"

#define DESCRIPTOR_SIZE 48 /* as most firmware has it */
#define RANGES          3
#define MIB             (1ULL << 20)
#define LOW_MEMORY_END  0xa0000ULL
#define GIB             (1ULL << 30)
#define LEAST_MEMORY    (16 * MIB)
#define MOST_MEMORY     (1ULL << 46)
#define WIDTH           1280U
#define HEIGHT          800U
#define COUNTER_HZ      1000000000ULL
#define DEVICE_TREE     65536              /* bytes: as large as they are, about */
#define TRAMPOLINE_CODE (8ULL * PAGE_SIZE) /* about: only the loader knows how long its code is */

/* What differs between architectures. A PC is as PCs are, the others as QEMU's virt machine. */
static const struct model {
    const struct paging_format *paging;
    unsigned least_levels, most_levels; /* of page tables */
    uint64_t memory;                    /* where it begins */
    uint64_t hole, hole_end;            /* in it: a PC's devices */
    uint64_t framebuffer;
    bool acpi, device_tree;
    uint64_t trampoline_data; /* bytes, about */
} models[ARCHITECTURE_COUNT] = {
    [ARCHITECTURE_X86_64] = {&paging_x86_64, 4, 5, 0, 3 * GIB, 4 * GIB, 3 * GIB, true, false, 3 * PAGE_SIZE},
    [ARCHITECTURE_AARCH64] = {&paging_aarch64, 4, 4, GIB, 0, 0, GIB / 4, true, false, PAGE_SIZE},
    [ARCHITECTURE_RISCV64] = {&paging_riscv64, 3, 5, 2 * GIB, 0, 0, GIB, false, true, PAGE_SIZE},
};

static void put_number(uint8_t *to, size_t width, uint64_t number)
{
    for (size_t i = 0; i < width; i++)
        to[i] = (uint8_t)(number >> 8 * i);
}

/* Appends free memory to the map (UEFI 2.10, EFI_MEMORY_DESCRIPTOR). */
static void add_range(struct efi_map *map, uint8_t *room, uint64_t base, uint64_t end)
{
    uint8_t *descriptor = room + map->bytes.size;

    if (base >= end)
        return;
    put_number(descriptor, 4, EFI_TYPE_CONVENTIONAL);
    put_number(descriptor + 8, 8, base);
    put_number(descriptor + 24, 8, (end - base) / PAGE_SIZE);
    put_number(descriptor + 32, 8, EFI_ATTRIBUTE_WRITE_BACK);
    map->bytes.size += DESCRIPTOR_SIZE;
}

static struct efi_map make_map(struct pool *pool, const struct model *model, uint64_t memory)
{
    uint8_t *room = pool_take(pool, RANGES * (size_t)DESCRIPTOR_SIZE);
    struct efi_map map = {.bytes = {room, 0}, .descriptor_size = DESCRIPTOR_SIZE, .descriptor_version = 1};
    uint64_t below = model->hole != 0 && memory > model->hole ? model->hole : memory;

    if (model->memory == 0)
        add_range(&map, room, 0, LOW_MEMORY_END);
    add_range(&map, room, model->memory == 0 ? MIB : model->memory, model->memory + below);
    add_range(&map, room, model->hole_end, model->hole_end + (memory - below));
    return map;
}

static enum status check_levels(const char *text, const struct model *model, const struct architecture *architecture,
                                unsigned *ret_levels, struct error *error)
{
    uint64_t levels = model->least_levels;

    if (text &&
        (!text_number(text_of(text), false, &levels) || levels < model->least_levels || levels > model->most_levels)) {
        if (model->least_levels == model->most_levels)
            return error_set(error, STATUS_INVALID, "--levels %s: page tables of %s have %u", text, architecture->name,
                             model->least_levels);
        return error_set(error, STATUS_INVALID, "--levels %s: page tables of %s have %u to %u", text,
                         architecture->name, model->least_levels, model->most_levels);
    }
    *ret_levels = (unsigned)levels;
    return STATUS_OK;
}

static void add_framebuffer(struct facts *facts, uint64_t physical)
{
    facts->framebuffer_count = 1;
    facts->framebuffers[0] = (struct baton_framebuffer){.physical = physical,
                                                        .size = 4ULL * WIDTH * HEIGHT,
                                                        .width = WIDTH,
                                                        .height = HEIGHT,
                                                        .pitch = 4 * WIDTH,
                                                        .bits_per_pixel = 32,
                                                        .red_mask = 0xff0000,
                                                        .green_mask = 0xff00,
                                                        .blue_mask = 0xff,
                                                        .reserved_mask = 0xff000000};
}

static struct machine_facts describe_processor(const struct architecture *architecture, unsigned levels,
                                               const struct check_machine *machine)
{
    const struct model *model = &models[architecture->id];

    return (struct machine_facts){
        .elf_machine = architecture->elf_machine,
        .pe_machine = architecture->pe_machine,
        .name = architecture->entry_name,
        .paging_format = model->paging,
        .paging_levels = levels,
        .gigabyte_pages = true,
        .has_el2 = machine->el2,
        .has_vhe = machine->el2 && !machine->no_vhe,
        .counter_frequency = COUNTER_HZ,
        .trampoline_code = TRAMPOLINE_CODE,
        .trampoline_data = model->trampoline_data,
    };
}

enum status check_machine_make(struct pool *pool, const struct check_machine *machine,
                               const struct architecture *architecture, struct facts *ret_facts, struct error *error)
{
    const struct model *model = &models[architecture->id];
    const char *memory_text = machine->memory ? machine->memory : CHECK_DEFAULT_MEMORY;
    bool has_acpi = (model->acpi || machine->acpi) && !machine->no_acpi;
    uint64_t memory;
    unsigned levels;
    enum status status = check_levels(machine->levels, model, architecture, &levels, error);

    if (status != STATUS_OK)
        return status;
    if (!text_number(text_of(memory_text), true, &memory) || memory < LEAST_MEMORY || memory > MOST_MEMORY)
        return error_set(error, STATUS_INVALID, "--memory %s: expected a size from 16M on, as in 512M or 4G",
                         memory_text);
    if (machine->el2 && architecture->id != ARCHITECTURE_AARCH64)
        return error_set(error, STATUS_INVALID, "--el2: only aarch64 machines have that, and this is %s",
                         architecture->name);
    *ret_facts = (struct facts){
        .machine = describe_processor(architecture, levels, machine),
        .efi_map = make_map(pool, model, memory & ~(uint64_t)(PAGE_SIZE - 1)),
        .tables = {.has_rsdp = has_acpi, .rsdp_size = has_acpi ? RSDP_SIZE : 0},
        .random = {.present = !machine->no_random},
    };
    memory_intervals_read(&ret_facts->efi_map, pool_take(pool, RANGES * sizeof(struct memory_interval)), RANGES,
                          &ret_facts->memory);
    if ((model->device_tree || machine->device_tree) && !machine->no_device_tree)
        ret_facts->device_tree = (struct bytes){pool_take(pool, DEVICE_TREE), DEVICE_TREE};
    if (!machine->no_framebuffer)
        add_framebuffer(ret_facts, model->framebuffer);
    return STATUS_OK;
}

const struct architecture *check_machine_architecture(const struct facts *facts)
{
    size_t i = 0;

    while (architectures[i].elf_machine != facts->machine.elf_machine)
        i++;
    return &architectures[i];
}

const char *check_machine_describe(struct pool *pool, const struct facts *facts)
{
    const struct architecture *architecture = check_machine_architecture(facts);
    uint64_t memory = 0;

    for (size_t i = 0; i < efi_map_count(&facts->efi_map); i++)
        memory += efi_map_at(&facts->efi_map, i)->pages * PAGE_SIZE;
    if (efi_map_at(&facts->efi_map, 0)->physical == 0)
        memory += MIB - LOW_MEMORY_END;
    return pool_format(pool, "%s, %s of memory, page tables of %u levels, %s, %s, %s, %s", architecture->name,
                       check_size(pool, memory), facts->machine.paging_levels,
                       facts->framebuffer_count > 0 ? "a framebuffer" : "no framebuffer",
                       facts->tables.has_rsdp ? "ACPI" : "no ACPI",
                       facts->device_tree.size > 0 ? "a device tree" : "no device tree",
                       facts->random.present ? "random numbers" : "no random numbers");
}
