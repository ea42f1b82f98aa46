/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "fuzz.h"

#define PAGE 4096ULL
#define WB   (EFI_ATTRIBUTE_WRITE_BACK | 7)

static const uint64_t attributes[] = {WB, WB, 1, 0, WB | 1ULL << 63, WB | EFI_ATTRIBUTE_SPECIFIC_PURPOSE};

struct made_map machine_wild_map(struct input *input, size_t most)
{
    size_t count = (size_t)input_below(input, most + 1);
    struct made_map map = made_map_start(count > 0 ? count : 1, 40 + (size_t)input_below(input, 25));

    while (count-- > 0) {
        uint64_t how = input_number(input, 1);
        uint32_t type = (uint32_t)(how & 0x80 ? input_number(input, 4) : how & 0xf);
        uint64_t address = how & 0x40 ? input_wide(input) : input_address(input);
        uint64_t pages = how & 0x20 ? input_wide(input) : input_number(input, 1);

        made_map_add(&map, type, address, pages, attributes[(how >> 4 & 1) * input_below(input, COUNT(attributes))]);
    }
    return map;
}

void machine_spans(struct input *input, struct spans *spans)
{
    uint64_t address = 0;
    size_t count = (size_t)input_below(input, 32);

    spans->count = 0;
    while (count-- > 0) {
        uint64_t how = input_number(input, 1);
        uint64_t first = how & 0x80 ? address : address + PAGE * input_number(input, 2);
        uint64_t pages = 1 + (how & 0x40 ? input_number(input, 3) >> 4 : input_number(input, 2));

        if (how & 0x20) /* a whole large page begins */
            first = (first + 0x1fffff) & ~0x1fffffULL;
        address = first + pages * PAGE;
        spans_add(spans, first, address, how & 0x10 ? (uint32_t)input_below(input, 17) : EFI_TYPE_CONVENTIONAL,
                  attributes[how & 0x10 ? input_below(input, COUNT(attributes)) : 0]);
    }
}

/* Segment after segment, mostly with pages of its own. */
static void add_likely(struct input *input, struct elf_segment *segment, uint64_t *address, uint64_t file_size)
{
    static const uint32_t kinds[] = {ELF_SEGMENT_LOAD, ELF_SEGMENT_LOAD, ELF_SEGMENT_LOAD,  ELF_SEGMENT_LOAD,
                                     ELF_SEGMENT_NOTE, ELF_SEGMENT_LOAD, ELF_SEGMENT_RELRO, ELF_SEGMENT_DYNAMIC};
    static const uint32_t flags[] = {ELF_READ | ELF_EXECUTE, ELF_READ, ELF_READ | ELF_WRITE, ELF_READ | ELF_WRITE};
    uint64_t how = input_number(input, 2);
    uint64_t size = how & 0x100 ? input_number(input, 3) : input_number(input, 1) * (how & 0x200 ? 8 : 256);

    *segment = (struct elf_segment){.kind = kinds[how & 7],
                                    .flags = flags[how >> 3 & 3],
                                    .alignment = how & 0x400 ? PAGE << input_number(input, 1) % 12 : PAGE,
                                    .memory_size = size};
    if (segment->kind == ELF_SEGMENT_LOAD) {
        segment->address = how & 0x20 ? *address : (*address + PAGE - 1) & ~(PAGE - 1);
        segment->address += how & 0x1000 ? 8 * input_number(input, 2) : 0;
        *address = segment->address + size;
    } else {
        segment->address = *address - input_number(input, 2);
    }
    segment->file_size = how & 0x40 ? size : size / 2;
    segment->offset = file_size > 0 ? input_number(input, how & 0x80 ? 3 : 2) % file_size : 0;
    if (how & 0x800 && segment->file_size > file_size - segment->offset)
        segment->file_size = file_size - segment->offset;
}

/* Any numbers at all. */
static void add_wild(struct input *input, struct elf_segment *segment)
{
    uint64_t how = input_number(input, 1);

    *segment = (struct elf_segment){.kind = how & 0x80 ? (uint32_t)input_number(input, 4) : how & 7,
                                    .flags = how >> 3 & 7,
                                    .offset = input_wide(input),
                                    .address = how & 0x40 ? input_wide(input) : input_address(input),
                                    .physical = input_number(input, 1),
                                    .file_size = input_wide(input),
                                    .memory_size = input_wide(input),
                                    .alignment = input_wide(input)};
}

size_t machine_segments(struct input *input, struct elf_segment *segments, size_t most, uint64_t file_size)
{
    size_t count = (size_t)input_below(input, most + 1);
    uint64_t address = input_address(input);

    for (size_t i = 0; i < count; i++) {
        if (input_below(input, 16) == 15)
            add_wild(input, &segments[i]);
        else
            add_likely(input, &segments[i], &address, file_size);
    }
    return count;
}
