/* SPDX-License-Identifier: BSD-2-Clause */
#include "image.h"

#include "checked.h"
#include "image_relro.h"
#include "image_segments.h"
#include "log.h"
#include "memory.h"
#include "permissions.h"

#define LARGE_PAGE_SIZE 0x200000ULL

static const char *permission_letters(uint32_t flags)
{
    static const char *const letters[] = {"---", "--X", "-W-", "-WX", "R--", "R-X", "RW-", "RWX"};

    return letters[flags & 7];
}

/* Each segment is in one of the halves. */
static bool is_high(uint64_t address)
{
    return address >> 63 != 0;
}

/* Checks what can be said of a segment and the one before it. */
static enum status check_neighbours(const char *name, const struct loaded_segment *before,
                                    const struct loaded_segment *segment, struct error *error)
{
    if (!is_high(before->elf.address) && is_high(segment->elf.address))
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
    uint32_t both = last->permissions | image_permissions(segment->elf.flags);

    if (image_is_writable_and_executable(both))
        return error_set(error, STATUS_INVALID,
                         "%s: the page at 0x%llx holds code and writable data: segment %u (%s) begins in the middle of "
                         "it, at 0x%llx. %s",
                         name, (unsigned long long)(image->base + page), segment->number,
                         permission_letters(segment->elf.flags), (unsigned long long)segment->elf.address,
                         image_script_advice);
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
        if (run->permissions != image_permissions(segment->elf.flags)) {
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
        push_run(image, start, end, image_permissions(segment->elf.flags));
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
    if (header->file_type != ELF_TYPE_EXEC && header->file_type != ELF_TYPE_DYN)
        return error_set(error, STATUS_INVALID,
                         "%s: is not an executable (ELF type %u). Is it an object file? Link it with ld.", name,
                         header->file_type);
    return STATUS_OK;
}

/* What depends on where the kernel may run. */
static enum status check_place(const char *name, const struct image *image, struct error *error)
{
    if (image->base == 0 && !image->movable)
        return error_set(error, STATUS_INVALID,
                         "%s: is linked at address 0, and that page is never mapped, so that a null pointer stays one. "
                         "Link the kernel at 0xffffffff80000000.",
                         name);
    if (image->movable && image->dynamic.size == 0)
        return error_set(
            error, STATUS_INVALID,
            "%s: is position-independent (ET_DYN) but has no PT_DYNAMIC segment, so its relocations "
            "cannot be found. Add to the linker script's PHDRS \"dynamic PT_DYNAMIC;\", and to its SECTIONS "
            "\".dynamic : { *(.dynamic) } :data :dynamic\"; or compile with -fno-pic and link with -no-pie.",
            name);
    return STATUS_OK;
}

/* Fills in the arrays, for which there is room. */
static enum status lay_out(const char *name, const struct image_segments *segments, struct image *image,
                           struct error *error)
{
    for (size_t i = 0; i < segments->count; i++) {
        const struct loaded_segment *segment = &segments->loaded[i];
        enum status status = i > 0 ? check_neighbours(name, segment - 1, segment, error) : STATUS_OK;

        if (status == STATUS_OK)
            status = add_runs(name, image, segment, error);
        if (status != STATUS_OK)
            return status;
        add_part(image, &segment->elf);
        image->segments[image->segment_count++] =
            (struct image_segment){segment->elf.address - image->base, segment->elf.memory_size,
                                   image_permissions(segment->elf.flags), segment->number};
    }
    image->size = image->runs[image->run_count - 1].offset + image->runs[image->run_count - 1].size;
    return STATUS_OK;
}

enum status image_from_elf(const char *name, uint64_t file_size, const struct elf_header *header, struct bytes table,
                           struct arena *arena, struct image *ret_image, struct error *error)
{
    const size_t most = header->segment_count;
    struct image image = {.entry = header->entry, .movable = header->file_type == ELF_TYPE_DYN};
    struct image_segments segments = {.loaded = arena_take(arena, most, sizeof(segments.loaded[0]))};
    enum status status = check_kind(name, header, error);

    if (status != STATUS_OK)
        return status;
    /* Each segment adds at most the page that it shares and the pages of its own; RELRO cuts one run into three. */
    image.runs = arena_take(arena, 2 * most + 2, sizeof(image.runs[0]));
    image.parts = arena_take(arena, most, sizeof(image.parts[0]));
    image.segments = arena_take(arena, most, sizeof(image.segments[0]));
    if (!segments.loaded || !image.runs || !image.parts || !image.segments)
        return STATUS_NEED_ROOM;
    status = image_collect_segments(name, file_size, header, table, &segments, error);
    if (status != STATUS_OK)
        return status;

    image.base = align_down(segments.loaded[0].elf.address, PAGE_SIZE);
    image.high = image.movable || is_high(image.base);
    image.dynamic = segments.dynamic;
    image.note_count = segments.note_count;
    memcpy(image.notes, segments.notes, sizeof(image.notes));
    image.alignment = choose_alignment(image.base, segments.loaded, segments.count);
    status = check_place(name, &image, error);
    if (status == STATUS_OK)
        status = lay_out(name, &segments, &image, error);
    if (status == STATUS_OK)
        status = check_entry(name, image.entry, segments.loaded, segments.count, error);
    if (status == STATUS_OK && segments.relro.kind != 0)
        status = image_apply_relro(name, &segments.relro, &image, error);
    if (status != STATUS_OK)
        return status;
    *ret_image = image;
    return STATUS_OK;
}

const struct image_segment *image_segment_before(const struct image *image, uint64_t offset)
{
    size_t low = 0, high = image->segment_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (image->segments[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &image->segments[low - 1] : NULL;
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
