/* SPDX-License-Identifier: BSD-2-Clause */
/* Baton's own protocol: what a kernel file holds (docs/protocol.md, sections 1 and 2). */
#include "baton_kernel.h"
#include "checked.h"
#include "elf.h"
#include "permissions.h"

#define FLAT_LOAD_ADDRESS 0x100000ULL

/* Notes of all segments, of which at most one is ours. */
static enum status read_notes(const struct plan_input *input, struct baton_kernel_plan *kernel,
                              struct plan_want *ret_want, struct error *error)
{
    const struct image *image = &kernel->image;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < image->note_count && status == STATUS_OK; i++) {
        struct bytes bytes;

        status = plan_file_bytes(input, 0, image->notes[i].offset, image->notes[i].size, &bytes, ret_want, error);
        if (status == STATUS_OK)
            status = note_read_wishes(input->files[0].path, bytes, &kernel->wishes, error);
    }
    return status;
}

static enum status read_relocations(const struct plan_input *input, uint16_t machine, struct baton_kernel_plan *kernel,
                                    struct plan_want *ret_want, struct error *error)
{
    const char *path = input->files[0].path;
    struct image *image = &kernel->image;
    struct relocations *relocations = &kernel->relocations;
    struct bytes dynamic;
    enum status status;

    if (image->dynamic.size == 0)
        return STATUS_OK;
    status = plan_file_bytes(input, 0, image->dynamic.offset, image->dynamic.size, &dynamic, ret_want, error);
    if (status == STATUS_OK)
        status = relocations_find(path, dynamic, image, machine, relocations, error);
    for (size_t i = 0; i < relocations->count && status == STATUS_OK; i++)
        status = plan_file_bytes(input, 0, relocations->tables[i].file_offset, relocations->tables[i].size,
                                 &kernel->relocation_tables[i], ret_want, error);
    if (status == STATUS_OK)
        status = relocations_check(path, relocations, kernel->relocation_tables, image, error);
    if (status == STATUS_OK && relocations->movable)
        image->movable = image->high = true; /* whatever GNU ld calls it */
    return status;
}

static enum status read_elf(const struct plan_input *input, struct arena *arena, struct baton_kernel_plan *kernel,
                            struct plan_want *ret_want, struct error *error)
{
    const struct plan_file *file = &input->files[0];
    uint16_t machine = input->facts->machine.elf_machine;
    struct elf_header header;
    struct bytes table;
    enum status status = elf_parse_header(file->head, file->size, machine, file->path, &header, error);

    if (status == STATUS_OK)
        status = plan_file_bytes(input, 0, header.segment_offset,
                                 (uint64_t)header.segment_count * header.segment_stride, &table, ret_want, error);
    if (status == STATUS_OK)
        status = image_from_elf(file->path, file->size, &header, table, arena, &kernel->image, error);
    if (status == STATUS_OK)
        status = read_notes(input, kernel, ret_want, error);
    if (status == STATUS_OK)
        status = read_relocations(input, machine, kernel, ret_want, error);
    return status;
}

/* One run of pages with all permissions: the one exception to W^X, since a flat binary does not say what is what. */
static enum status read_flat(const struct plan_input *input, struct arena *arena, struct image *ret_image,
                             struct error *error)
{
    const struct entry *entry = input->entry;
    const struct plan_file *file = &input->files[0];
    struct image image = {.base = entry->has_load_address ? entry->load_address : FLAT_LOAD_ADDRESS,
                          .alignment = PAGE_SIZE};
    uint64_t size = entry->has_memory_size ? entry->memory_size : file->size;
    uint64_t low_end = 1ULL << elf_half_bits(input->facts->machine.elf_machine);
    uint64_t end;

    if (file->size == 0)
        return error_set(error, STATUS_INVALID, "%s: is empty (0 bytes). Copy it again.", file->path);
    if (size < file->size)
        return error_set(error, STATUS_INVALID,
                         "%s: memory-size is %llu, but %s alone has %llu bytes. Leave memory-size out, or give it the "
                         "size with .bss.",
                         entry->file, (unsigned long long)size, file->path, (unsigned long long)file->size);
    if (image.base == 0 || size == 0 || !checked_align_up(size, PAGE_SIZE, &image.size) ||
        !checked_add(image.base, image.size, &end) || end > low_end)
        return error_set(error, STATUS_INVALID,
                         "%s: load-address 0x%llx and memory-size %llu do not make sense together. Use an address from "
                         "0x100000 on where the machine has memory.",
                         entry->file, (unsigned long long)image.base, (unsigned long long)size);
    if (entry->entry_offset >= file->size)
        return error_set(error, STATUS_INVALID,
                         "%s: entry-offset 0x%llx lies behind the %llu bytes of %s. Give the offset of its first "
                         "instruction, or leave the key out.",
                         entry->file, (unsigned long long)entry->entry_offset, (unsigned long long)file->size,
                         file->path);
    image.entry = image.base + entry->entry_offset;
    image.runs = arena_take(arena, 1, sizeof(image.runs[0]));
    image.parts = arena_take(arena, 1, sizeof(image.parts[0]));
    if (!image.runs || !image.parts)
        return STATUS_NEED_ROOM;
    image.runs[image.run_count++] = (struct image_run){0, image.size, PERMIT_WRITE | PERMIT_EXECUTE};
    image.parts[image.part_count++] = (struct image_part){0, 0, file->size};
    *ret_image = image;
    return STATUS_OK;
}

enum status baton_kernel_read(const struct plan_input *input, struct arena *arena, struct baton_kernel_plan *ret_kernel,
                              struct plan_want *ret_want, struct error *error)
{
    struct baton_kernel_plan kernel = {.flat = !elf_is(input->files[0].head)};
    enum status status =
        kernel.flat ? read_flat(input, arena, &kernel.image, error) : read_elf(input, arena, &kernel, ret_want, error);

    if (status == STATUS_OK)
        *ret_kernel = kernel;
    return status;
}
