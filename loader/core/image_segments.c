/* SPDX-License-Identifier: BSD-2-Clause */
#include "image_segments.h"

#include "checked.h"
#include "permissions.h"
#include "sort.h"

/* Linker-script lines that keep code and writable data on pages of their own; they work with GNU ld and ld.lld. */
const char image_script_advice[] =
    "Give each its own pages in the linker script:\n"
    "  PHDRS { text PT_LOAD FLAGS(5); rodata PT_LOAD FLAGS(4); data PT_LOAD FLAGS(6); }\n"
    "  SECTIONS {\n"
    "    . = 0xffffffff80000000;\n"
    "    .text : { *(.text .text.*) } :text\n"
    "    . = ALIGN(4096);\n"
    "    .rodata : { *(.rodata .rodata.*) } :rodata\n"
    "    . = ALIGN(4096);\n"
    "    .data : { *(.data .data.*) } :data\n"
    "    .bss : { *(.bss .bss.*) *(COMMON) } :data\n"
    "  }";

static int compare_segments(const void *a, const void *b)
{
    const struct loaded_segment *left = a, *right = b;

    if (left->elf.address != right->elf.address)
        return left->elf.address < right->elf.address ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

uint32_t image_permissions(uint32_t flags)
{
    return (flags & ELF_WRITE ? PERMIT_WRITE : 0) | (flags & ELF_EXECUTE ? PERMIT_EXECUTE : 0);
}

bool image_is_writable_and_executable(uint32_t permissions)
{
    return (permissions & PERMIT_WRITE) && (permissions & PERMIT_EXECUTE);
}

static enum status check_bytes(const char *name, uint64_t file_size, const struct elf_segment *elf, uint32_t number,
                               struct error *error)
{
    uint64_t end;

    /* Linkers leave any offset in a segment that is all .bss. */
    if (elf->file_size > 0 && (!checked_add(elf->offset, elf->file_size, &end) || end > file_size))
        return error_set(
            error, STATUS_INVALID,
            "%s: is truncated: segment %u has %llu bytes at byte %llu, but the file has only %llu. Copy it "
            "again.",
            name, number, (unsigned long long)elf->file_size, (unsigned long long)elf->offset,
            (unsigned long long)file_size);
    return STATUS_OK;
}

/* Checks what can be said of one PT_LOAD segment by itself. */
static enum status check_loaded(const char *name, uint16_t machine, struct loaded_segment *segment, struct error *error)
{
    const struct elf_segment *elf = &segment->elf;
    const uint64_t half = 1ULL << elf_half_bits(machine);
    uint64_t last;

    if (elf->file_size > elf->memory_size)
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u has more bytes in the file (%llu) than in memory (%llu). Link it again.", name,
                         segment->number, (unsigned long long)elf->file_size, (unsigned long long)elf->memory_size);
    if (!checked_add(elf->address, elf->memory_size - 1, &last))
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u (0x%llx bytes at 0x%llx) wraps around the end of the address space. Check the "
                         "link address and the sizes in the linker script.",
                         name, segment->number, (unsigned long long)elf->memory_size, (unsigned long long)elf->address);
    if ((elf->address >= half || last >= half) && elf->address < UINT64_MAX - half + 1)
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u (0x%llx-0x%llx) is not in the lower half (below 0x%llx) and not in the upper "
                         "half (from 0x%llx on). Link the kernel at 0xffffffff80000000.",
                         name, segment->number, (unsigned long long)elf->address, (unsigned long long)last,
                         (unsigned long long)half, (unsigned long long)(UINT64_MAX - half + 1));
    if (image_is_writable_and_executable(image_permissions(elf->flags)))
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u (0x%llx-0x%llx) is writable and executable (RWE), as GNU ld makes it when one "
                         "segment holds everything. %s",
                         name, segment->number, (unsigned long long)elf->address, (unsigned long long)last,
                         image_script_advice);
    segment->last = last;
    return STATUS_OK;
}

/* Of these a file has one; which of two counts, each loader would answer for itself. */
static enum status check_single(const char *name, bool has_one, const char *kind, struct error *error)
{
    if (has_one)
        return error_set(error, STATUS_INVALID, "%s: has two %s segments. Link it again, with one.", name, kind);
    return STATUS_OK;
}

static enum status add_note(const char *name, const struct elf_segment *elf, struct image_segments *segments,
                            struct error *error)
{
    if (elf->file_size == 0)
        return STATUS_OK;
    if (segments->note_count == IMAGE_NOTES)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: has more than %d PT_NOTE segments. Put its notes into one in the linker script.", name,
                         IMAGE_NOTES);
    segments->notes[segments->note_count++] = (struct image_range){elf->offset, elf->file_size};
    return STATUS_OK;
}

static enum status add_segment(const char *name, uint64_t file_size, uint16_t machine, struct loaded_segment *segment,
                               struct image_segments *segments, struct error *error)
{
    const struct elf_segment *elf = &segment->elf;
    bool matters = (elf->kind == ELF_SEGMENT_LOAD && elf->memory_size > 0) || elf->kind == ELF_SEGMENT_DYNAMIC ||
                   elf->kind == ELF_SEGMENT_NOTE;
    enum status status = matters ? check_bytes(name, file_size, elf, segment->number, error) : STATUS_OK;

    if (status != STATUS_OK)
        return status;
    switch (elf->kind) {
    case ELF_SEGMENT_LOAD:
        if (elf->memory_size == 0)
            return STATUS_OK;
        status = check_loaded(name, machine, segment, error);
        if (status == STATUS_OK)
            segments->loaded[segments->count++] = *segment;
        return status;
    case ELF_SEGMENT_DYNAMIC:
        status = check_single(name, segments->dynamic.size > 0, "PT_DYNAMIC", error);
        if (status == STATUS_OK)
            segments->dynamic = (struct image_range){elf->offset, elf->file_size};
        return status;
    case ELF_SEGMENT_RELRO:
        status = check_single(name, segments->relro.kind != 0, "PT_GNU_RELRO", error);
        if (status == STATUS_OK)
            segments->relro = *elf;
        return status;
    case ELF_SEGMENT_NOTE:
        return add_note(name, elf, segments, error);
    case ELF_SEGMENT_INTERP:
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: asks for a dynamic linker (PT_INTERP), which a kernel does not have. Link it with "
                         "-static -nostdlib; a PIE with -static-pie -nostdlib (ld: --no-dynamic-linker).",
                         name);
    default:
        return STATUS_OK;
    }
}

enum status image_collect_segments(const char *name, uint64_t file_size, const struct elf_header *header,
                                   struct bytes table, struct image_segments *segments, struct error *error)
{
    for (uint32_t i = 0; i < header->segment_count; i++) {
        struct loaded_segment segment = {.number = i};
        enum status status;

        if (!elf_read_segment(table, header, i, &segment.elf))
            return error_set(error, STATUS_INVALID, "%s: program header %u lies outside the table. Copy it again.",
                             name, i);
        status = add_segment(name, file_size, header->machine, &segment, segments, error);
        if (status != STATUS_OK)
            return status;
    }
    if (segments->count == 0)
        return error_set(error, STATUS_INVALID,
                         "%s: has no segment to load (no PT_LOAD with a size). Does the linker script put .text into a "
                         "segment?",
                         name);
    sort(segments->loaded, segments->count, sizeof(segments->loaded[0]), compare_segments);
    return STATUS_OK;
}
