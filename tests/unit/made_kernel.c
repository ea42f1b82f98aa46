/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_kernel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "made_elf.h"

static void write_note(uint8_t *at, const struct made_kernel *kernel)
{
    const struct baton_note note = {
        .name_size = sizeof(BATON_NOTE_NAME),
        .descriptor_size = sizeof(note) - offsetof(struct baton_note, version),
        .kind = BATON_NOTE_WISHES,
        .name = BATON_NOTE_NAME,
        .version = BATON_VERSION,
        .required = {(uint32_t)kernel->required, (uint32_t)(kernel->required >> 32)},
        .wanted = {(uint32_t)kernel->wanted, (uint32_t)(kernel->wanted >> 32)},
        .stack_size = {(uint32_t)kernel->stack_size, (uint32_t)(kernel->stack_size >> 32)},
        .minimum_ram = {(uint32_t)kernel->minimum_ram, (uint32_t)(kernel->minimum_ram >> 32)},
    };

    memcpy(at, &note, sizeof(note));
}

uint8_t *made_kernel(const struct made_kernel *kernel, struct chance *chance)
{
    const uint64_t base = kernel->base, tables = base + (MADE_TABLES - MADE_CODE),
                   data = base + (MADE_DATA - MADE_CODE);
    const struct elf_segment segments[] = {
        {ELF_SEGMENT_LOAD, ELF_READ | ELF_EXECUTE, MADE_CODE, base, 0, 0x1000, 0x1000, 0x1000},
        {ELF_SEGMENT_LOAD, ELF_READ, MADE_TABLES, tables, 0, 0x1000, 0x1000, 0x1000},
        {ELF_SEGMENT_LOAD, ELF_READ | ELF_WRITE, MADE_DATA, data, 0, 0x2000, 0x2000 + kernel->zeros, 0x1000},
        {kernel->movable || kernel->dynamic ? ELF_SEGMENT_DYNAMIC : 0, ELF_READ, MADE_DATA, data, 0, MADE_DYNAMIC,
         MADE_DYNAMIC, 8},
        {kernel->has_note ? ELF_SEGMENT_NOTE : 0, ELF_READ, MADE_NOTE, tables + (MADE_NOTE - MADE_TABLES), 0,
         sizeof(struct baton_note), sizeof(struct baton_note), 4},
    };
    const size_t count = sizeof(segments) / sizeof(segments[0]);
    struct elf_header header = made_elf_header(base + 0x10, (uint32_t)count);
    uint8_t *file = calloc(MADE_END, 1);

    assert(file);
    header.file_type = kernel->movable ? ELF_TYPE_DYN : ELF_TYPE_EXEC;
    header.segment_offset = kernel->headers ? kernel->headers : header.segment_offset;
    for (size_t i = 0; i < MADE_END; i++)
        file[i] = (uint8_t)(chance_bits(chance) | 1);
    memset(file + MADE_TABLES, 0, 0x1000);
    memset(file + MADE_DATA, 0, MADE_DYNAMIC);
    made_elf_write_header(file, &header);
    for (size_t i = 0; i < count; i++)
        made_elf_write_segment(file + header.segment_offset + i * ELF_PROGRAM_HEADER_SIZE, &segments[i]);
    if (kernel->has_note)
        write_note(file + MADE_NOTE, kernel);
    return file;
}

void made_kernel_add(struct made_boot *boot, const struct made_kernel *kernel, struct chance *chance)
{
    made_boot_add_file(boot, "/kernel.elf", made_kernel(kernel, chance), MADE_END);
}

uint64_t made_kernel_size(const struct made_kernel *kernel)
{
    return (MADE_END - MADE_CODE + kernel->zeros + 0xfff) & ~0xfffULL;
}
