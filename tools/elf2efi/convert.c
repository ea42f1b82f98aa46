/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert.h"

#include "checked.h"
#include "layout.h"
#include "memory.h"
#include "pe_write.h"
#include "put.h"
#include "relocations.h"

#define SECTIONS_MAX (LAYOUT_SEGMENTS_MAX + 2)
#define SBAT_MAX     4096U /* bytes: one line for each component */

_Static_assert(SECTIONS_MAX <= PE_SECTIONS_MAX, "each segment, .sbat and .reloc can be a section");

/* The name and flags of the section for a segment with these permissions. */
static struct pe_section section_of(const struct elf_segment *segment)
{
    struct pe_section section = {
        .name = ".rodata",
        .address = (uint32_t)segment->address,
        .size = (uint32_t)segment->memory_size,
        .flags = PE_SECTION_READ | PE_SECTION_DATA,
    };

    if (segment->flags & ELF_WRITE) {
        section.name = ".data";
        section.flags |= PE_SECTION_WRITE;
    }
    if (segment->flags & ELF_EXECUTE) {
        section.name = ".text";
        section.flags = PE_SECTION_READ | PE_SECTION_EXECUTE | PE_SECTION_CODE;
    }
    return section;
}

/* The segment's bytes, with the relocations that fall into it written in. Takes them off `rest`, which is sorted. */
static enum status make_section(const struct layout *layout, const struct elf_segment *segment,
                                struct relocations *rest, struct arena *arena, struct pe_section *ret_section,
                                struct error *error)
{
    struct pe_section section = section_of(segment);
    struct bytes content;
    uint8_t *copy = arena_take(arena, (size_t)segment->file_size, 1);

    if (!copy)
        return error_set(error, STATUS_NEED_ROOM, "%s: no room for its segments", layout->name);
    if (!bytes_slice(layout->file, segment->offset, segment->file_size, &content))
        return error_set(error, STATUS_INVALID, "%s: a segment lies outside the file", layout->name);
    memcpy(copy, content.data, content.size);
    while (rest->count > 0 && rest->list->place < section.address + section.size) {
        put_number(copy + (rest->list->place - section.address), 8, rest->list->value);
        rest->list++;
        rest->count--;
    }
    section.content = (struct bytes){copy, content.size};
    *ret_section = section;
    return STATUS_OK;
}

/* Adds a section that is made here, behind the others. */
static void add_section(struct pe_image *image, struct pe_section *sections, uint32_t *end, const char *name,
                        uint32_t flags, struct bytes content)
{
    sections[image->section_count++] = (struct pe_section){
        .name = name,
        .address = *end,
        .size = (uint32_t)content.size,
        .flags = PE_SECTION_READ | PE_SECTION_DATA | flags,
        .content = content,
    };
    *end += (uint32_t)align_down(content.size + PAGE_SIZE - 1, PAGE_SIZE);
}

enum status convert_elf(const struct convert_input *input, struct arena *arena, struct bytes *ret_efi,
                        struct error *error)
{
    struct layout layout;
    struct relocations relocations, rest;
    struct bytes packed;
    struct pe_section sections[SECTIONS_MAX] = {0};
    struct pe_image image = {.sections = sections};
    enum status status = layout_read(input->name, input->elf, &layout, error);

    if (status == STATUS_OK && input->sbat.size > SBAT_MAX)
        return error_set(error, STATUS_INVALID, "%s: its SBAT lines have %zu bytes, and %u is the most", input->name,
                         input->sbat.size, SBAT_MAX);
    if (status == STATUS_OK)
        status = relocations_read(&layout, arena, &relocations, error);
    if (status != STATUS_OK)
        return status;
    rest = relocations;
    for (size_t i = 0; i < layout.segment_count && status == STATUS_OK; i++)
        status = make_section(&layout, &layout.segments[i], &rest, arena, &sections[i], error);
    if (status == STATUS_OK)
        status = relocations_pack(&relocations, sections[0].address, arena, &packed, error);
    if (status != STATUS_OK)
        return status;
    image.machine = layout.machine->pe_machine;
    image.entry = layout.entry;
    image.section_count = layout.segment_count;
    if (input->sbat.size > 0)
        add_section(&image, sections, &layout.end, ".sbat", 0, input->sbat);
    add_section(&image, sections, &layout.end, ".reloc", PE_SECTION_DISCARDABLE, packed);
    return pe_write(&image, arena, ret_efi, error);
}
