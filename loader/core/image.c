/* SPDX-License-Identifier: BSD-2-Clause */
#include "image.h"

#include "checked.h"
#include "log.h"
#include "permissions.h"
#include "sort.h"

#define LARGE_PAGE_SIZE 0x200000ULL
#define LOW_END         0x0000800000000000ULL /* the lower half of four-level address spaces ends here */
#define HIGH_START      0xffff800000000000ULL /* and the upper half starts here */

/* Linker-script lines that keep code and writable data on pages of their own; they work with GNU ld and ld.lld. */
static const char script_advice[] =
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

/* A PT_LOAD segment with its number in the file, for the messages. */
struct loaded_segment {
    struct elf_segment elf;
    uint32_t number;
    uint64_t last; /* the address of its last byte; the highest segment may end at 2^64 */
};

static int compare_segments(const void *a, const void *b)
{
    const struct loaded_segment *left = a, *right = b;

    if (left->elf.address != right->elf.address)
        return left->elf.address < right->elf.address ? -1 : 1;
    return left->number < right->number ? -1 : left->number > right->number;
}

static const char *permission_letters(uint32_t flags)
{
    static const char *const letters[] = {"---", "--X", "-W-", "-WX", "R--", "R-X", "RW-", "RWX"};

    return letters[flags & 7];
}

static uint32_t permissions_of(uint32_t flags)
{
    return (flags & ELF_WRITE ? PERMIT_WRITE : 0) | (flags & ELF_EXECUTE ? PERMIT_EXECUTE : 0);
}

static bool is_writable_and_executable(uint32_t permissions)
{
    return (permissions & PERMIT_WRITE) && (permissions & PERMIT_EXECUTE);
}

/* Checks what can be said of one segment by itself. */
static enum status check_segment(const char *name, uint64_t file_size, struct loaded_segment *segment,
                                 struct error *error)
{
    const struct elf_segment *elf = &segment->elf;
    uint64_t file_end, last;

    /* Linkers leave any offset in a segment that is all .bss. */
    if (elf->file_size > 0 && (!checked_add(elf->offset, elf->file_size, &file_end) || file_end > file_size))
        return error_set(
            error, STATUS_INVALID,
            "%s: is truncated: segment %u has %llu bytes at byte %llu, but the file has only %llu. Copy it "
            "again.",
            name, segment->number, (unsigned long long)elf->file_size, (unsigned long long)elf->offset,
            (unsigned long long)file_size);
    if (elf->file_size > elf->memory_size)
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u has more bytes in the file (%llu) than in memory (%llu). Link it again.", name,
                         segment->number, (unsigned long long)elf->file_size, (unsigned long long)elf->memory_size);
    if (!checked_add(elf->address, elf->memory_size - 1, &last))
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u (0x%llx bytes at 0x%llx) wraps around the end of the address space. Check the "
                         "link address and the sizes in the linker script.",
                         name, segment->number, (unsigned long long)elf->memory_size, (unsigned long long)elf->address);
    if ((elf->address >= LOW_END || last >= LOW_END) && elf->address < HIGH_START)
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u (0x%llx-0x%llx) is not in the lower half (below 0x%llx) and not in the upper "
                         "half (from 0x%llx on). Link the kernel at 0xffffffff80000000.",
                         name, segment->number, (unsigned long long)elf->address, (unsigned long long)last, LOW_END,
                         HIGH_START);
    if (is_writable_and_executable(permissions_of(elf->flags)))
        return error_set(error, STATUS_INVALID,
                         "%s: segment %u (0x%llx-0x%llx) is writable and executable (RWE), as GNU ld makes it when one "
                         "segment holds everything. %s",
                         name, segment->number, (unsigned long long)elf->address, (unsigned long long)last,
                         script_advice);
    segment->last = last;
    return STATUS_OK;
}

/* Collects the PT_LOAD segments that take memory, sorted by address. */
static enum status collect_segments(const char *name, uint64_t file_size, const struct elf_header *header,
                                    struct bytes table, struct loaded_segment *segments, size_t *ret_count,
                                    struct error *error)
{
    size_t count = 0;

    for (uint32_t i = 0; i < header->segment_count; i++) {
        struct loaded_segment segment = {.number = i};
        enum status status;

        if (!elf_read_segment(table, header, i, &segment.elf))
            return error_set(error, STATUS_INVALID, "%s: program header %u lies outside the table. Copy it again.",
                             name, i);
        if (segment.elf.kind == ELF_SEGMENT_INTERP)
            return error_set(error, STATUS_UNSUPPORTED,
                             "%s: asks for a dynamic linker (PT_INTERP), which a kernel does not have. Link it with "
                             "-static -nostdlib.",
                             name);
        if (segment.elf.kind != ELF_SEGMENT_LOAD || segment.elf.memory_size == 0)
            continue;
        status = check_segment(name, file_size, &segment, error);
        if (status != STATUS_OK)
            return status;
        segments[count++] = segment;
    }
    if (count == 0)
        return error_set(error, STATUS_INVALID,
                         "%s: has no segment to load (no PT_LOAD with a size). Does the linker script put .text into a "
                         "segment?",
                         name);
    sort(segments, count, sizeof(segments[0]), compare_segments);
    *ret_count = count;
    return STATUS_OK;
}

/* Checks what can be said of a segment and the one before it. */
static enum status check_neighbours(const char *name, const struct loaded_segment *before,
                                    const struct loaded_segment *segment, struct error *error)
{
    if (before->elf.address < LOW_END && segment->elf.address >= HIGH_START)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: has segments in both halves of the address space: segment %u at 0x%llx and segment %u at "
                         "0x%llx. Link it into one half: either all at 0xffffffff80000000, or all low. A low boot stub "
                         "is not needed: Baton enters the kernel with paging on.",
                         name, before->number, (unsigned long long)before->elf.address, segment->number,
                         (unsigned long long)segment->elf.address);
    if (segment->elf.address <= before->last)
        return error_set(error, STATUS_INVALID,
                         "%s: segments %u (0x%llx-0x%llx) and %u (from 0x%llx) overlap. Check the addresses in the "
                         "linker script.",
                         name, before->number, (unsigned long long)before->elf.address,
                         (unsigned long long)before->last, segment->number, (unsigned long long)segment->elf.address);
    return STATUS_OK;
}

static void push_run(struct image *image, uint64_t start, uint64_t end, uint32_t permissions)
{
    struct image_run *last = image->run_count > 0 ? &image->runs[image->run_count - 1] : NULL;

    if (start == end)
        return;
    if (last && last->offset + last->size == start && last->permissions == permissions) {
        last->size += end - start;
        return;
    }
    image->runs[image->run_count++] = (struct image_run){start, end - start, permissions};
}

/* Two segments share a page: it gets the permissions of both, unless that makes it writable and executable. */
static enum status share_page(const char *name, struct image *image, const struct loaded_segment *segment,
                              uint64_t page, struct error *error)
{
    struct image_run *last = &image->runs[image->run_count - 1];
    uint32_t both = last->permissions | permissions_of(segment->elf.flags);

    if (is_writable_and_executable(both))
        return error_set(error, STATUS_INVALID,
                         "%s: the page at 0x%llx holds code and writable data: segment %u (%s) begins in the middle of "
                         "it, at 0x%llx. %s",
                         name, (unsigned long long)(image->base + page), segment->number,
                         permission_letters(segment->elf.flags), (unsigned long long)segment->elf.address,
                         script_advice);
    if (image->shared_pages == 0 || image->shared_page != image->base + page)
        image->shared_pages++;
    image->shared_page = image->base + page;
    image->shared_permissions = both;
    if (both == last->permissions)
        return STATUS_OK;
    last->size -= PAGE_SIZE;
    if (last->size == 0)
        image->run_count--;
    push_run(image, page, page + PAGE_SIZE, both);
    return STATUS_OK;
}

/* Adds the pages of `segment`, of which the first may be the last page of the run before. */
static enum status add_runs(const char *name, struct image *image, const struct loaded_segment *segment,
                            struct error *error)
{
    uint64_t first = segment->elf.address - image->base;
    uint64_t start = align_down(first, PAGE_SIZE);
    uint64_t last = first + (segment->elf.memory_size - 1);
    uint64_t end = align_down(last, PAGE_SIZE) + PAGE_SIZE;
    const struct image_run *run = image->run_count > 0 ? &image->runs[image->run_count - 1] : NULL;

    if (run && run->offset + run->size > start) {
        if (run->permissions != permissions_of(segment->elf.flags)) {
            enum status status = share_page(name, image, segment, start, error);

            if (status != STATUS_OK)
                return status;
        }
        start += PAGE_SIZE;
    } else if (first != start) {
        image->middle_starts++;
        image->middle_start = segment->elf.address;
    }
    if (start < end)
        push_run(image, start, end, permissions_of(segment->elf.flags));
    return STATUS_OK;
}

static void add_part(struct image *image, const struct elf_segment *elf)
{
    if (elf->file_size > 0)
        image->parts[image->part_count++] =
            (struct image_part){elf->address - image->base, elf->offset, elf->file_size};
}

/* The entry must lie in a segment that is executable: a wrong ENTRY() or an empty section ends up at 0 or in data. */
static enum status check_entry(const char *name, uint64_t entry, const struct loaded_segment *segments, size_t count,
                               struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (entry >= segments[i].elf.address && entry <= segments[i].last && (segments[i].elf.flags & ELF_EXECUTE))
            return STATUS_OK;
    }
    return error_set(
        error, STATUS_INVALID,
        "%s: its entry point 0x%llx is not in an executable segment. Name the first function in the linker "
        "script, ENTRY(kernel), and see that it is not discarded.",
        name, (unsigned long long)entry);
}

/* Only a power of two can be honoured; above 2 MiB nothing is gained; a base that is less aligned asks for no more. */
static uint64_t choose_alignment(uint64_t base, const struct loaded_segment *segments, size_t count)
{
    uint64_t alignment = PAGE_SIZE;

    for (size_t i = 0; i < count; i++) {
        uint64_t wanted = segments[i].elf.alignment;

        if (is_power_of_two(wanted) && wanted > alignment)
            alignment = min_u64(wanted, LARGE_PAGE_SIZE);
    }
    return (base & (alignment - 1)) ? PAGE_SIZE : alignment;
}

static enum status check_kind(const char *name, const struct elf_header *header, struct error *error)
{
    if (header->file_type == ELF_TYPE_EXEC)
        return STATUS_OK;
    if (header->file_type == ELF_TYPE_DYN)
        return error_set(error, STATUS_UNSUPPORTED,
                         "%s: is position-independent (ET_DYN), and this version of Baton starts kernels that are "
                         "linked at a fixed address. Compile with -fno-pic and link with -no-pie.",
                         name);
    return error_set(error, STATUS_INVALID,
                     "%s: is not an executable (ELF type %u). Is it an object file? Link it with ld.", name,
                     header->file_type);
}

enum status image_from_elf(const char *name, uint64_t file_size, const struct elf_header *header, struct bytes table,
                           struct arena *arena, struct image *ret_image, struct error *error)
{
    struct image image = {.entry = header->entry};
    struct loaded_segment *segments = arena_take(arena, header->segment_count, sizeof(segments[0]));
    enum status status = check_kind(name, header, error);
    size_t count = 0;

    if (status != STATUS_OK)
        return status;
    /* Each segment adds at most the page that it shares and the pages of its own. */
    image.runs = arena_take(arena, 2 * (size_t)header->segment_count, sizeof(image.runs[0]));
    image.parts = arena_take(arena, header->segment_count, sizeof(image.parts[0]));
    if (!segments || !image.runs || !image.parts)
        return STATUS_NEED_ROOM;
    status = collect_segments(name, file_size, header, table, segments, &count, error);
    if (status != STATUS_OK)
        return status;

    image.base = align_down(segments[0].elf.address, PAGE_SIZE);
    image.high = image.base >= HIGH_START;
    if (image.base == 0)
        return error_set(error, STATUS_INVALID,
                         "%s: is linked at address 0, and that page is never mapped, so that a null pointer stays one. "
                         "Link the kernel at 0xffffffff80000000.",
                         name);
    image.alignment = choose_alignment(image.base, segments, count);
    for (size_t i = 0; i < count; i++) {
        status = i > 0 ? check_neighbours(name, &segments[i - 1], &segments[i], error) : STATUS_OK;
        if (status == STATUS_OK)
            status = add_runs(name, &image, &segments[i], error);
        if (status != STATUS_OK)
            return status;
        add_part(&image, &segments[i].elf);
    }
    image.size = image.runs[image.run_count - 1].offset + image.runs[image.run_count - 1].size;
    status = check_entry(name, image.entry, segments, count, error);
    if (status != STATUS_OK)
        return status;
    *ret_image = image;
    return STATUS_OK;
}

void image_log_warnings(const char *name, const struct image *image)
{
    if (image->shared_pages > 0)
        log_warning(
            "%s: segments share %u page(s), the last at 0x%llx, which both may use as %s. Align segments to 4096 "
            "bytes in the linker script.",
            name, image->shared_pages, (unsigned long long)image->shared_page,
            image->shared_permissions & PERMIT_WRITE     ? "RW-"
            : image->shared_permissions & PERMIT_EXECUTE ? "R-X"
                                                         : "R--");
    if (image->middle_starts > 0)
        log_warning("%s: %u segment(s) begin in the middle of a page, the last at 0x%llx. Align them to 4096 bytes in "
                    "the linker script.",
                    name, image->middle_starts, (unsigned long long)image->middle_start);
}
