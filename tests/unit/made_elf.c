/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_elf.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"

struct elf_header made_elf_header(uint64_t entry, uint32_t count)
{
    return (struct elf_header){.file_type = ELF_TYPE_EXEC,
                               .machine = ELF_MACHINE_X86_64,
                               .entry = entry,
                               .segment_offset = ELF_HEADER_SIZE,
                               .segment_count = count,
                               .segment_stride = ELF_PROGRAM_HEADER_SIZE};
}

void made_elf_write_header(uint8_t *at, const struct elf_header *header)
{
    memset(at, 0, ELF_HEADER_SIZE);
    memcpy(at, "\177ELF\2\1\1", 7); /* 64-bit, little-endian, version 1 */
    put_number(at + 16, 2, header->file_type);
    put_number(at + 18, 2, header->machine);
    put_number(at + 20, 4, 1);
    put_number(at + 24, 8, header->entry);
    put_number(at + 32, 8, header->segment_offset);
    put_number(at + 52, 2, ELF_HEADER_SIZE);
    put_number(at + 54, 2, header->segment_stride);
    put_number(at + 56, 2, header->segment_count);
}

void made_elf_write_segment(uint8_t *at, const struct elf_segment *segment)
{
    put_number(at, 4, segment->kind);
    put_number(at + 4, 4, segment->flags);
    put_number(at + 8, 8, segment->offset);
    put_number(at + 16, 8, segment->address);
    put_number(at + 24, 8, segment->physical);
    put_number(at + 32, 8, segment->file_size);
    put_number(at + 40, 8, segment->memory_size);
    put_number(at + 48, 8, segment->alignment);
}

struct bytes made_elf_table(const struct elf_segment *segments, size_t count, uint32_t stride)
{
    size_t size = count * stride;
    uint8_t *table = malloc(size > 0 ? size : 1);

    assert(table);
    memset(table, 0xa5, size);
    for (size_t i = 0; i < count; i++)
        made_elf_write_segment(table + i * stride, &segments[i]);
    return (struct bytes){table, size};
}

struct bytes made_elf_words(const uint64_t *words, size_t count)
{
    uint8_t *bytes = malloc(count > 0 ? 8 * count : 1);

    assert(bytes);
    for (size_t i = 0; i < count; i++)
        put_number(bytes + 8 * i, 8, words[i]);
    return (struct bytes){bytes, 8 * count};
}
