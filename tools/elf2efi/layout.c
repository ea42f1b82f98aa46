/* SPDX-License-Identifier: BSD-2-Clause */
#include "layout.h"

#include "checked.h"

#define FIRST_ADDRESS PAGE_SIZE     /* page 0 is the headers' */
#define ADDRESS_LIMIT 0x80000000ULL /* PE's addresses have 32 bits; this leaves room for .reloc */

/* What loader/loader.lds does, for messages about segments that are laid out otherwise. */
#define USE_SCRIPT "Link with -T loader/loader.lds"

static enum status read_header(const char *name, struct bytes file, struct elf_header *ret_header,
                               const struct machine **ret_machine, struct error *error)
{
    uint64_t number = 0;
    const struct machine *machine;
    enum status status;

    /* Too short a file leaves machine 0, and elf_parse_header says what is wrong. */
    (void)!bytes_number(file, 18, 2, &number);
    status = elf_parse_header(file, file.size, (uint16_t)number, name, ret_header, error);
    if (status != STATUS_OK)
        return status;
    machine = machine_find(ret_header->machine);
    if (!machine)
        return error_set(error, STATUS_UNSUPPORTED, "%s: is built for %s (ELF machine %u), which elf2efi does not know",
                         name, elf_machine_name(ret_header->machine), ret_header->machine);
    *ret_machine = machine;
    return STATUS_OK;
}

static enum status check_bytes(const struct layout *layout, const struct elf_segment *segment, struct error *error)
{
    struct bytes content;

    if (!bytes_slice(layout->file, segment->offset, segment->file_size, &content))
        return error_set(
            error, STATUS_INVALID,
            "%s: is truncated: the segment at 0x%llx has its bytes (%llu at byte %llu) outside the file of "
            "%zu bytes. Link it again.",
            layout->name, (unsigned long long)segment->address, (unsigned long long)segment->file_size,
            (unsigned long long)segment->offset, layout->file.size);
    if (segment->file_size > segment->memory_size)
        return error_set(error, STATUS_INVALID,
                         "%s: the segment at 0x%llx has more bytes in the file (%llu) than in memory (%llu). Link it "
                         "again.",
                         layout->name, (unsigned long long)segment->address, (unsigned long long)segment->file_size,
                         (unsigned long long)segment->memory_size);
    return STATUS_OK;
}

static enum status check_place(const struct layout *layout, const struct elf_segment *segment, struct error *error)
{
    unsigned long long address = segment->address;
    uint64_t end;

    if (!checked_add(segment->address, segment->memory_size, &end) || end > ADDRESS_LIMIT - PAGE_SIZE)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the segment at 0x%llx ends beyond 2 GiB, and an EFI image must lie below. " USE_SCRIPT
                         ", which begins at 0x1000.",
                         layout->name, address);
    if (segment->address < FIRST_ADDRESS)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the segment at 0x%llx lies in page 0, where an EFI image has its headers. " USE_SCRIPT
                         ", or begin the sections with \". = 0x1000;\".",
                         layout->name, address);
    if (segment->address % PAGE_SIZE != 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the segment at 0x%llx does not begin a page. " USE_SCRIPT
                         ", or put \". = ALIGN(0x1000);\" before its first section.",
                         layout->name, address);
    if (segment->alignment > PAGE_SIZE)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the segment at 0x%llx wants an alignment of 0x%llx bytes, and firmware loads an image at "
                         "any page. Align no variable to more than 4096, and link with -z max-page-size=4096.",
                         layout->name, address, (unsigned long long)segment->alignment);
    if ((segment->flags & (ELF_WRITE | ELF_EXECUTE)) == (ELF_WRITE | ELF_EXECUTE))
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the segment at 0x%llx is both writable and executable. " USE_SCRIPT
                         ", or give code and data segments of their own.",
                         layout->name, address);
    return STATUS_OK;
}

static enum status add_segment(struct layout *layout, const struct elf_segment *segment, struct error *error)
{
    enum status status;

    if (segment->memory_size == 0)
        return STATUS_OK;
    status = check_bytes(layout, segment, error);
    if (status == STATUS_OK)
        status = check_place(layout, segment, error);
    if (status != STATUS_OK)
        return status;
    if (segment->address < layout->end)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: the segment at 0x%llx shares a page with the one before it, or lies below it. " USE_SCRIPT
                         ", or put \". = ALIGN(0x1000);\" between them.",
                         layout->name, (unsigned long long)segment->address);
    if (layout->segment_count == LAYOUT_SEGMENTS_MAX)
        return error_set(error, STATUS_UNSUPPORTED, "%s: has more than %d loadable segments. " USE_SCRIPT ".",
                         layout->name, LAYOUT_SEGMENTS_MAX);
    layout->segments[layout->segment_count++] = *segment;
    /* check_place made sure that this fits. */
    layout->end = (uint32_t)align_down(segment->address + segment->memory_size + PAGE_SIZE - 1, PAGE_SIZE);
    return STATUS_OK;
}

static enum status read_segments(struct layout *layout, const struct elf_header *header, struct error *error)
{
    struct bytes table;
    struct elf_segment segment;
    enum status status = STATUS_OK;

    if (!bytes_slice(layout->file, header->segment_offset, (uint64_t)header->segment_count * header->segment_stride,
                     &table))
        return error_set(error, STATUS_INVALID, "%s: is truncated: its program headers lie outside the file",
                         layout->name);
    for (uint32_t i = 0; i < header->segment_count && status == STATUS_OK; i++) {
        if (!elf_read_segment(table, header, i, &segment))
            return error_set(error, STATUS_INVALID, "%s: is truncated: program header %u lies outside the file",
                             layout->name, i);
        if (segment.kind == ELF_SEGMENT_INTERP)
            return error_set(error, STATUS_UNSUPPORTED,
                             "%s: wants a dynamic linker. Link with -static -pie --no-dynamic-linker.", layout->name);
        if (segment.kind == ELF_SEGMENT_DYNAMIC)
            layout->dynamic = segment;
        if (segment.kind == ELF_SEGMENT_LOAD)
            status = add_segment(layout, &segment, error);
    }
    return status;
}

/* Takes the segment that holds the dynamic table off the others: it must be the last one, so that no hole is left. */
static enum status split_link(struct layout *layout, struct error *error)
{
    const struct elf_segment *dynamic = &layout->dynamic;
    const struct elf_segment *last;
    struct bytes table;

    if (dynamic->kind != ELF_SEGMENT_DYNAMIC || dynamic->file_size == 0)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is linked to a fixed address (it has no dynamic table), and firmware loads an image "
                         "anywhere. Link with -static -pie.",
                         layout->name);
    if (layout->segment_count < 2)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: needs a segment of its own for the dynamic table, beside those to load. " USE_SCRIPT ".",
                         layout->name);
    last = &layout->segments[layout->segment_count - 1];
    if (dynamic->address < last->address || dynamic->address - last->address > last->file_size ||
        dynamic->file_size > last->file_size - (dynamic->address - last->address) ||
        (last->flags & (ELF_WRITE | ELF_EXECUTE)) != 0)
        return error_set(
            error, STATUS_UNSUPPORTED,
            "%s: the dynamic table (at 0x%llx) is not in a read-only segment of its own behind all others, "
            "and that segment is left out of the EFI image. " USE_SCRIPT ".",
            layout->name, (unsigned long long)dynamic->address);
    if (!bytes_slice(layout->file, dynamic->offset, dynamic->file_size, &table))
        return error_set(error, STATUS_INVALID, "%s: is truncated: its dynamic table lies outside the file",
                         layout->name);
    layout->link = *last;
    layout->end = (uint32_t)last->address; /* rising addresses: no other segment reaches beyond it */
    layout->segment_count--;
    return STATUS_OK;
}

static enum status check_entry(const struct layout *layout, uint64_t entry, struct error *error)
{
    for (size_t i = 0; i < layout->segment_count; i++) {
        const struct elf_segment *segment = &layout->segments[i];

        if ((segment->flags & ELF_EXECUTE) != 0 && entry >= segment->address &&
            entry - segment->address < segment->file_size)
            return STATUS_OK;
    }
    return error_set(error, STATUS_INVALID,
                     "%s: the entry 0x%llx lies in no executable segment. Define efi_main, and name it with "
                     "ENTRY(efi_main) or -e efi_main.",
                     layout->name, (unsigned long long)entry);
}

enum status layout_read(const char *name, struct bytes file, struct layout *ret_layout, struct error *error)
{
    struct layout layout = {.name = name, .file = file, .end = (uint32_t)FIRST_ADDRESS};
    struct elf_header header;
    enum status status = read_header(name, file, &header, &layout.machine, error);

    if (status == STATUS_OK)
        status = read_segments(&layout, &header, error);
    if (status == STATUS_OK)
        status = split_link(&layout, error);
    if (status == STATUS_OK)
        status = check_entry(&layout, header.entry, error);
    if (status != STATUS_OK)
        return status;
    layout.entry = (uint32_t)header.entry;
    *ret_layout = layout;
    return STATUS_OK;
}
