/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_machine.h"

#include <string.h>

#include "check_say.h"
#include "machine.h"
#include "text.h"

#define PAGE_SIZE       4096U
#define DESCRIPTOR_SIZE 48 /* as most firmware has it */
#define RANGES          3
#define MIB             (1ULL << 20)
#define LOW_MEMORY_END  0xa0000ULL
#define DEVICES         (3ULL << 30) /* a PC's devices lie between this and 4 GiB */
#define DEVICES_END     (4ULL << 30)
#define LEAST_MEMORY    (16 * MIB)
#define MOST_MEMORY     (1ULL << 46)
#define WIDTH           1280U
#define HEIGHT          800U
#define COUNTER_HZ      1000000000ULL
#define DEVICE_TREE     65536              /* bytes: as large as they are, about */
#define TRAMPOLINE_CODE (8ULL * PAGE_SIZE) /* about: only the loader knows how long its code is */

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

static struct efi_map make_map(struct pool *pool, uint64_t memory)
{
    uint8_t *room = pool_take(pool, RANGES * (size_t)DESCRIPTOR_SIZE);
    struct efi_map map = {.bytes = {room, 0}, .descriptor_size = DESCRIPTOR_SIZE, .descriptor_version = 1};
    uint64_t below = memory < DEVICES ? memory : DEVICES;

    add_range(&map, room, 0, LOW_MEMORY_END);
    add_range(&map, room, MIB, below);
    add_range(&map, room, DEVICES_END, DEVICES_END + (memory - below));
    return map;
}

enum status check_machine_make(struct pool *pool, const struct check_machine *machine, struct facts *ret_facts,
                               struct error *error)
{
    const char *memory_text = machine->memory ? machine->memory : CHECK_DEFAULT_MEMORY;
    const char *levels = machine->levels ? machine->levels : "4";
    uint64_t memory;

    if (!text_number(text_of(memory_text), true, &memory) || memory < LEAST_MEMORY || memory > MOST_MEMORY)
        return error_set(error, STATUS_INVALID, "--memory %s: expected a size from 16M on, as in 512M or 4G",
                         memory_text);
    if (strcmp(levels, "4") != 0 && strcmp(levels, "5") != 0)
        return error_set(error, STATUS_INVALID, "--levels %s: page tables have 4 or 5", levels);
    *ret_facts = (struct facts){
        .machine =
            {
                .elf_machine = MACHINE_ELF,
                .pe_machine = MACHINE_PE,
                .paging_format = &MACHINE_PAGING,
                .paging_levels = (unsigned)(levels[0] - '0'),
                .gigabyte_pages = true,
                .counter_frequency = COUNTER_HZ,
                .trampoline_code = TRAMPOLINE_CODE,
                .trampoline_data = MACHINE_TRAMPOLINE_DATA,
            },
        .efi_map = make_map(pool, memory & ~(uint64_t)(PAGE_SIZE - 1)),
        .tables = {.has_rsdp = !machine->no_acpi, .rsdp_size = machine->no_acpi ? 0 : RSDP_SIZE},
        .random = {.present = !machine->no_random},
    };
    if (machine->device_tree)
        ret_facts->device_tree = (struct bytes){pool_take(pool, DEVICE_TREE), DEVICE_TREE};
    if (!machine->no_framebuffer) {
        ret_facts->framebuffer_count = 1;
        ret_facts->framebuffers[0] = (struct baton_framebuffer){.physical = DEVICES,
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
    return STATUS_OK;
}

const char *check_machine_describe(struct pool *pool, const struct facts *facts)
{
    uint64_t memory = 0;

    for (size_t i = 0; i < efi_map_count(&facts->efi_map); i++)
        memory += efi_map_read(&facts->efi_map, i).pages * PAGE_SIZE;
    return pool_format(
        pool, "%s of memory, page tables of %u levels, %s, %s, %s, %s", check_size(pool, memory + MIB - LOW_MEMORY_END),
        facts->machine.paging_levels, facts->framebuffer_count > 0 ? "a framebuffer" : "no framebuffer",
        facts->tables.has_rsdp ? "ACPI" : "no ACPI", facts->device_tree.size > 0 ? "a device tree" : "no device tree",
        facts->random.present ? "random numbers" : "no random numbers");
}
