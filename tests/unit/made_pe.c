/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_pe.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "put.h"

struct made_pe made_pe_sound(void)
{
    return (struct made_pe){
        .start = 0x80,
        .machine = PE_MACHINE_X64,
        .optional_size = 240,
        .magic = 0x20b,
        .major_version = 1,
        .subsystem = PE_SUBSYSTEM_APPLICATION,
        .entry = 0x1010,
        .image_size = 0x6000,
        .headers_size = 0x400,
        .directories = 16,
        .sections = {{".text", 0x7f0, 0x1000, 0x800, 0x400},
                     {".data", 0x800, 0x2000, 0x400, 0xc00},
                     {".bss", 0x1000, 0x3000, 0, 0},
                     {".osrel", 0x51, 0x5000, 0x200, 0x1000}},
        .section_count = 4,
    };
}

size_t made_pe_table(const struct made_pe *pe)
{
    return (size_t)pe->start + 24 + pe->optional_size;
}

size_t made_pe_end(const struct made_pe *pe)
{
    return made_pe_table(pe) + (size_t)40 * pe->section_count;
}

/* As much of a number as lies before `end`. */
static void put_before(uint8_t *at, size_t width, uint64_t value, const uint8_t *end)
{
    if (at + width <= end)
        put_number(at, width, value);
}

static void write_optional(uint8_t *at, const struct made_pe *pe)
{
    const uint8_t *end = at + pe->optional_size;

    put_before(at, 2, pe->magic, end);
    put_before(at + 16, 4, pe->entry, end);
    put_before(at + 44, 2, pe->major_version, end);
    put_before(at + 56, 4, pe->image_size, end);
    put_before(at + 60, 4, pe->headers_size, end);
    put_before(at + 68, 2, pe->subsystem, end);
    put_before(at + 108, 4, pe->directories, end);
    put_before(at + 144, 4, pe->certificates, end);
    put_before(at + 148, 4, pe->certificates_size, end);
}

static void write_section(uint8_t *at, const struct made_pe_section *section)
{
    memcpy(at, section->name, 8);
    put_number(at + 8, 4, section->memory_size);
    put_number(at + 12, 4, section->address);
    put_number(at + 16, 4, section->file_size);
    put_number(at + 20, 4, section->offset);
}

struct bytes made_pe_head(const struct made_pe *pe)
{
    size_t size = made_pe_end(pe);
    uint8_t *head = malloc(size);

    assert(head && size >= 64 && pe->section_count <= sizeof(pe->sections) / sizeof(pe->sections[0]));
    memset(head, 0xa5, size);
    memcpy(head, "MZ", 2);
    memcpy(head + pe->start, "PE\0\0", 4);
    put_number(head + 60, 4, pe->start);
    put_number(head + pe->start + 4, 2, pe->machine);
    put_number(head + pe->start + 6, 2, pe->section_count);
    put_number(head + pe->start + 20, 2, pe->optional_size);
    write_optional(head + pe->start + 24, pe);
    for (uint16_t i = 0; i < pe->section_count; i++)
        write_section(head + made_pe_table(pe) + (size_t)40 * i, &pe->sections[i]);
    return (struct bytes){head, size};
}
