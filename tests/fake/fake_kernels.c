/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_kernels.h"

#include <stdlib.h>
#include <string.h>

#include <baton/baton.h>

#include "elf.h"
#include "made_elf.h"
#include "put.h"

#define PAGE       4096ULL
#define TEXT_SIZE  0x1800
#define RO_SIZE    0x800
#define DATA_SIZE  0x900
#define BSS_SIZE   0x5000
#define WORD_AT    (FAKE_ELF_DATA + 0x100)
#define DT_RELA    7
#define DT_RELASZ  8
#define DT_RELAENT 9

struct bytes fake_pattern(size_t size, uint8_t salt)
{
    uint8_t *bytes = malloc(size > 0 ? size : 1);

    if (!bytes)
        abort();
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 7 + (i >> 8) * 13 + salt);
    return (struct bytes){bytes, size};
}

static void write_note(uint8_t *at, const struct fake_recipe *recipe)
{
    struct baton_note note = {
        6,
        sizeof(note) - offsetof(struct baton_note, version),
        BATON_NOTE_WISHES,
        BATON_NOTE_NAME,
        BATON_VERSION,
        BATON_HALVES(recipe->required),
        BATON_HALVES(recipe->wanted),
        BATON_HALVES(recipe->stack),
        BATON_HALVES(recipe->ram),
    };

    memcpy(at, &note, sizeof(note));
}

static const struct kernel_word *make_word(uint64_t address, uint64_t addend)
{
    struct kernel_word *word = malloc(sizeof(*word));

    if (!word)
        abort();
    *word = (struct kernel_word){address, addend};
    return word;
}

/* R_X86_64_RELATIVE and its likes. */
static uint32_t relative(uint16_t machine)
{
    return machine == ELF_MACHINE_AARCH64 ? 1027 : machine == ELF_MACHINE_RISCV ? 3 : 8;
}

/* One relative relocation, and the section that leads to it. */
static void write_relocation(uint8_t *file, const struct fake_kernel *kernel, uint16_t machine)
{
    uint8_t *at = file + FAKE_ELF_DYNAMIC;

    put_number(file + FAKE_ELF_RELA, 8, kernel->words[0].address);
    put_number(file + FAKE_ELF_RELA + 8, 8, relative(machine));
    put_number(file + FAKE_ELF_RELA + 16, 8, kernel->words[0].addend);
    memset(at, 0, 4 * 16);
    put_number(at, 8, DT_RELA);
    put_number(at + 8, 8, kernel->base + FAKE_ELF_RELA - FAKE_ELF_CODE);
    put_number(at + 16, 8, DT_RELASZ);
    put_number(at + 24, 8, 24);
    put_number(at + 32, 8, DT_RELAENT);
    put_number(at + 40, 8, 24);
}

static uint32_t write_segments(uint8_t *file, const struct fake_kernel *kernel, const struct fake_recipe *recipe)
{
    uint8_t *at = file + ELF_HEADER_SIZE;
    uint64_t shift = kernel->base - FAKE_ELF_CODE; /* from an offset to an address */
    uint32_t count = KERNEL_SEGMENTS;

    for (size_t i = 0; i < KERNEL_SEGMENTS; i++, at += ELF_PROGRAM_HEADER_SIZE) {
        const struct kernel_segment *segment = &kernel->segments[i];

        made_elf_write_segment(at, &(struct elf_segment){ELF_SEGMENT_LOAD, segment->flags, segment->offset,
                                                         segment->address, segment->address, segment->file_size,
                                                         segment->memory_size, PAGE});
    }
    if (recipe->note) {
        made_elf_write_segment(at, &(struct elf_segment){ELF_SEGMENT_NOTE, ELF_READ, FAKE_ELF_NOTE,
                                                         FAKE_ELF_NOTE + shift, FAKE_ELF_NOTE + shift,
                                                         sizeof(struct baton_note), sizeof(struct baton_note), 4});
        at += ELF_PROGRAM_HEADER_SIZE;
        count++;
    }
    if (recipe->movable) {
        made_elf_write_segment(at,
                               &(struct elf_segment){ELF_SEGMENT_DYNAMIC, ELF_READ | ELF_WRITE, FAKE_ELF_DYNAMIC,
                                                     FAKE_ELF_DYNAMIC + shift, FAKE_ELF_DYNAMIC + shift, 64, 64, 8});
        count++;
    }
    return count;
}

struct fake_kernel fake_kernel_elf(const struct fake_recipe *recipe)
{
    const uint64_t shift = recipe->base - FAKE_ELF_CODE;
    const size_t size = FAKE_ELF_DATA + DATA_SIZE + (size_t)recipe->padding;
    struct fake_kernel kernel = {
        .movable = recipe->movable,
        .high = recipe->movable || recipe->base >> 63 != 0,
        .base = recipe->base,
        .entry = recipe->base + 0x120,
        .segments =
            {
                {FAKE_ELF_CODE + shift, FAKE_ELF_CODE, TEXT_SIZE, TEXT_SIZE, ELF_READ | ELF_EXECUTE},
                {FAKE_ELF_CONSTANTS + shift, FAKE_ELF_CONSTANTS, RO_SIZE, RO_SIZE, ELF_READ},
                {FAKE_ELF_DATA + shift, FAKE_ELF_DATA, size - FAKE_ELF_DATA, size - FAKE_ELF_DATA + BSS_SIZE,
                 ELF_READ | ELF_WRITE},
            },
        .segment_count = KERNEL_SEGMENTS,
    };
    uint8_t *file = (uint8_t *)(uintptr_t)fake_pattern(size, 3).data;
    struct elf_header header;

    kernel.file = (struct bytes){file, size};
    kernel.size = ((size + BSS_SIZE + PAGE - 1) & ~(PAGE - 1)) - FAKE_ELF_CODE;
    if (recipe->note)
        write_note(file + FAKE_ELF_NOTE, recipe);
    if (recipe->movable) {
        kernel.words = make_word(WORD_AT + shift, kernel.base + 0x88);
        kernel.word_count = 1;
        write_relocation(file, &kernel, recipe->machine);
    }
    header = made_elf_header(kernel.entry, write_segments(file, &kernel, recipe));
    if (recipe->machine != 0)
        header.machine = recipe->machine;
    if (recipe->movable)
        header.file_type = ELF_TYPE_DYN;
    made_elf_write_header(file, &header);
    return kernel;
}

struct fake_kernel fake_kernel_flat(uint64_t base, uint64_t entry_offset, uint64_t memory)
{
    struct bytes file = fake_pattern(0x2345, 9);

    return (struct fake_kernel){
        .file = file,
        .flat = true,
        .base = base,
        .size = (memory + PAGE - 1) & ~(PAGE - 1),
        .entry = base + entry_offset,
        .segments = {{base, 0, file.size, memory, ELF_READ | ELF_WRITE | ELF_EXECUTE}},
        .segment_count = 1,
    };
}
