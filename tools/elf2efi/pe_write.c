/* SPDX-License-Identifier: BSD-2-Clause */
#include "pe_write.h"

#include "checked.h"
#include "memory.h"
#include "put.h"

/*
 *      0  DOS header: "MZ", and at 60 where the next one is
 *     64  "PE\0\0"
 *     68  COFF header
 *     88  optional header, its 16 data directories (8 bytes each) at 200
 *    328  section table, 40 bytes each
 *   4096  the sections' bytes, each begins a multiple of 512
 */
enum {
    DOS_NEXT = 60,
    SIGNATURE = 64,
    COFF = 68,
    OPTIONAL = 88,
    DIRECTORY_RELOCATIONS = 200 + 5 * 8,
    SECTIONS = 328,
    SECTION_STRIDE = 40,
    DIRECTORY_COUNT = 16,
};

_Static_assert(SECTIONS + PE_SECTIONS_MAX * SECTION_STRIDE <= PE_HEADERS_SIZE, "the headers fit their page");

enum {
    DOS_MAGIC = 0x5a4d,
    PE_MAGIC = 0x4550,
    COFF_EXECUTABLE = 0x0002,
    COFF_LINES_STRIPPED = 0x0004,
    COFF_SYMBOLS_STRIPPED = 0x0008,
    COFF_LARGE_ADDRESSES = 0x0020,
    COFF_DEBUG_STRIPPED = 0x0200,
    MAGIC_PE32_PLUS = 0x020b,
    SUBSYSTEM_EFI_APPLICATION = 10,
    DLL_DYNAMIC_BASE = 0x0040,
    DLL_NX_COMPATIBLE = 0x0100,
};

static uint32_t round_up(uint32_t value, uint32_t alignment)
{
    return (value + alignment - 1) & ~(alignment - 1);
}

/* Bytes up to the last that is not zero. */
static uint32_t used_size(struct bytes content)
{
    size_t size = content.size;

    while (size > 0 && content.data[size - 1] == 0)
        size--;
    return (uint32_t)size;
}

static uint32_t raw_size(const struct pe_section *section)
{
    return round_up(used_size(section->content), PE_FILE_ALIGNMENT);
}

/* Of all sections that have one of the flags. */
static uint32_t sum_of_raw_sizes(const struct pe_image *image, uint32_t flags)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < image->section_count; i++) {
        if (image->sections[i].flags & flags)
            sum += raw_size(&image->sections[i]);
    }
    return sum;
}

static void put_coff_header(uint8_t *file, const struct pe_image *image)
{
    put_number(file, 2, DOS_MAGIC);
    put_number(file + DOS_NEXT, 4, SIGNATURE);
    put_number(file + SIGNATURE, 4, PE_MAGIC);
    put_number(file + COFF, 2, image->machine);
    put_number(file + COFF + 2, 2, image->section_count);
    put_number(file + COFF + 16, 2, SECTIONS - OPTIONAL);
    put_number(file + COFF + 18, 2,
               COFF_EXECUTABLE | COFF_LINES_STRIPPED | COFF_SYMBOLS_STRIPPED | COFF_LARGE_ADDRESSES |
                   COFF_DEBUG_STRIPPED);
}

static void put_optional_header(uint8_t *file, const struct pe_image *image)
{
    const struct pe_section *last = &image->sections[image->section_count - 1];
    uint8_t *header = file + OPTIONAL;
    uint8_t *directory = file + DIRECTORY_RELOCATIONS;

    put_number(header, 2, MAGIC_PE32_PLUS);
    put_number(header + 4, 4, sum_of_raw_sizes(image, PE_SECTION_CODE));
    put_number(header + 8, 4, sum_of_raw_sizes(image, PE_SECTION_DATA));
    put_number(header + 16, 4, image->entry);
    put_number(header + 20, 4, image->sections[0].address);
    put_number(header + 32, 4, PE_SECTION_ALIGNMENT);
    put_number(header + 36, 4, PE_FILE_ALIGNMENT);
    put_number(header + 56, 4, round_up(last->address + last->size, PE_SECTION_ALIGNMENT));
    put_number(header + 60, 4, PE_HEADERS_SIZE);
    put_number(header + 68, 2, SUBSYSTEM_EFI_APPLICATION);
    put_number(header + 70, 2, DLL_DYNAMIC_BASE | DLL_NX_COMPATIBLE);
    put_number(header + 108, 4, DIRECTORY_COUNT);
    put_number(directory, 4, last->address);
    put_number(directory + 4, 4, last->size);
}

static void put_section(uint8_t *entry, const struct pe_section *section, uint32_t position)
{
    uint32_t raw = raw_size(section);

    for (size_t i = 0; i < 8 && section->name[i] != '\0'; i++)
        entry[i] = (uint8_t)section->name[i];
    put_number(entry + 8, 4, section->size);
    put_number(entry + 12, 4, section->address);
    put_number(entry + 16, 4, raw);
    put_number(entry + 20, 4, raw == 0 ? 0 : position);
    put_number(entry + 36, 4, section->flags);
}

enum status pe_write(const struct pe_image *image, struct arena *arena, struct bytes *ret_file, struct error *error)
{
    size_t size = PE_HEADERS_SIZE + (size_t)sum_of_raw_sizes(image, UINT32_MAX);
    uint8_t *file = arena_take(arena, size, 1);
    uint32_t position = PE_HEADERS_SIZE;

    if (!file)
        return error_set(error, STATUS_NEED_ROOM, "no room for the EFI image");
    put_coff_header(file, image);
    put_optional_header(file, image);
    for (size_t i = 0; i < image->section_count; i++) {
        const struct pe_section *section = &image->sections[i];

        put_section(file + SECTIONS + i * SECTION_STRIDE, section, position);
        memcpy(file + position, section->content.data, used_size(section->content));
        position += raw_size(section);
    }
    *ret_file = (struct bytes){file, size};
    return STATUS_OK;
}
