/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF header, the program headers, and the image that they lay out (docs/protocol.md, section 1.1). What is
 * accepted: runs are whole pages, sorted, disjoint, never writable and executable; each segment's pages have its
 * permissions, but where PT_GNU_RELRO takes writing away; no run has a page without a segment; parts lie in the file
 * and in their segments; the entry can be executed. The segment before an offset is the one that a plain search finds.
 */
#include "fuzz.h"
#include "image.h"
#include "log.h"
#include "machine.h"
#include "made_elf.h"
#include "permissions.h"

#define PAGE     4096ULL
#define SEGMENTS 24

struct sample {
    struct elf_header header;
    struct bytes table;
    uint64_t file_size;
    struct image image;
};

static const struct image_run *run_at(const struct image *image, uint64_t offset)
{
    for (size_t i = 0; i < image->run_count; i++) {
        if (offset >= image->runs[i].offset && offset - image->runs[i].offset < image->runs[i].size)
            return &image->runs[i];
    }
    return NULL;
}

static void check_runs(const struct image *image)
{
    uint64_t end = 0;

    CHECK(image->run_count > 0 && image->runs[0].offset == 0);
    for (size_t i = 0; i < image->run_count; i++) {
        const struct image_run *run = &image->runs[i];
        bool has_segment = false;

        CHECK(run->offset % PAGE == 0 && run->size % PAGE == 0 && run->size > 0);
        CHECK(run->offset >= end && run->offset + run->size <= image->size);
        CHECK(!(run->permissions & PERMIT_WRITE) || !(run->permissions & PERMIT_EXECUTE));
        end = run->offset + run->size;
        for (size_t j = 0; j < image->segment_count && !has_segment; j++)
            has_segment = image->segments[j].offset < end &&
                          image->segments[j].offset + (image->segments[j].size - 1) >= run->offset;
        CHECK(has_segment);
    }
    CHECK(end == image->size);
}

/* A run ends where permissions change, so it is enough to go from run to run. */
static void check_segment(const struct image *image, const struct elf_segment *elf, const struct elf_segment *relro)
{
    uint64_t first = elf->address - image->base, last = first + (elf->memory_size - 1);
    uint32_t wanted = (elf->flags & ELF_WRITE ? PERMIT_WRITE : 0) | (elf->flags & ELF_EXECUTE ? PERMIT_EXECUTE : 0);
    const struct image_run *run;

    CHECK(elf->address >= image->base && last < image->size);
    for (uint64_t at = first; at <= last; at = run->offset + run->size) {
        run = run_at(image, at);
        CHECK(run);
        if ((wanted & PERMIT_WRITE) && !(run->permissions & PERMIT_WRITE)) {
            uint64_t start = relro->address - image->base;

            CHECK(relro->kind == ELF_SEGMENT_RELRO && run->offset + PAGE > start &&
                  run->offset + run->size <= start + relro->memory_size);
        } else {
            CHECK((wanted & ~run->permissions) == 0);
        }
    }
}

static void check_parts(const struct sample *sample)
{
    const struct image *image = &sample->image;
    uint64_t end = 0;

    CHECK(image->part_count <= image->segment_count);
    for (size_t i = 0; i < image->part_count; i++) {
        const struct image_part *part = &image->parts[i];

        CHECK(part->size > 0 && part->offset >= end && part->size <= image->size - part->offset);
        CHECK(part->file_offset <= sample->file_size && part->size <= sample->file_size - part->file_offset);
        end = part->offset + part->size;
    }
    for (size_t i = 0; i < image->note_count; i++)
        CHECK(image->notes[i].size > 0 && image->notes[i].offset <= sample->file_size &&
              image->notes[i].size <= sample->file_size - image->notes[i].offset);
    CHECK(image->dynamic.size == 0 || (image->dynamic.offset <= sample->file_size &&
                                       image->dynamic.size <= sample->file_size - image->dynamic.offset));
}

static void check_search(const struct image *image, uint64_t offset)
{
    const struct image_segment *found = NULL;

    for (size_t i = 0; i < image->segment_count && image->segments[i].offset <= offset; i++)
        found = &image->segments[i];
    CHECK(image_segment_before(image, offset) == found);
}

static void check_image(const struct sample *sample)
{
    const struct image *image = &sample->image;
    struct elf_segment segment, relro = {0};
    size_t loaded = 0;
    bool entered = false;

    for (uint32_t i = 0; i < sample->header.segment_count; i++) {
        CHECK(elf_read_segment(sample->table, &sample->header, i, &segment));
        if (segment.kind == ELF_SEGMENT_RELRO)
            relro = segment;
        CHECK(segment.kind != ELF_SEGMENT_INTERP);
    }
    for (uint32_t i = 0; i < sample->header.segment_count; i++) {
        CHECK(elf_read_segment(sample->table, &sample->header, i, &segment));
        if (segment.kind != ELF_SEGMENT_LOAD || segment.memory_size == 0)
            continue;
        loaded++;
        check_segment(image, &segment, &relro);
        entered = entered || ((segment.flags & ELF_EXECUTE) && image->entry >= segment.address &&
                              image->entry - segment.address < segment.memory_size);
    }
    CHECK(loaded == image->segment_count && loaded > 0);
    CHECK(entered && run_at(image, image->entry - image->base)->permissions & PERMIT_EXECUTE);
    CHECK(image->base % image->alignment == 0 && image->alignment >= PAGE && image->alignment <= 0x200000);
    CHECK(image->base != 0 || image->movable);
    CHECK(image->size - 1 <= (image->base >> 63 ? UINT64_MAX : 0x7fffffffffff) - image->base);
}

/* A header and program headers of bytes as they come. */
static void read_wild(struct input *input, struct sample *sample)
{
    struct error error = {""};

    sample->file_size = input_wide(input);
    sample->table = input_rest(input);
    if (elf_parse_header(sample->table, sample->file_size, ELF_MACHINE_X86_64, "/k", &sample->header, &error) !=
        STATUS_OK) {
        CHECK(text_starts_with(text_of(error.text), "/k: "));
        sample->header.segment_count = 0;
        return;
    }
    CHECK(sample->header.segment_offset + (uint64_t)sample->header.segment_count * sample->header.segment_stride <=
          sample->file_size);
    if (!bytes_slice(sample->table, sample->header.segment_offset,
                     (uint64_t)sample->header.segment_count * sample->header.segment_stride, &sample->table))
        sample->header.segment_count = 0; /* the loader reads the rest, or does not */
}

static void read_likely(struct input *input, struct sample *sample)
{
    struct elf_segment segments[SEGMENTS];
    uint64_t how = input_number(input, 1), entry = input_number(input, 2);
    size_t count;
    uint8_t *table;

    sample->file_size = input_number(input, 3);
    count = machine_segments(input, segments, SEGMENTS, sample->file_size);
    sample->header = made_elf_header(count > 0 ? segments[how % count].address + entry : entry, (uint32_t)count);
    sample->header.file_type = how & 0x40 ? ELF_TYPE_DYN : ELF_TYPE_EXEC;
    sample->header.segment_stride += how & 0x80 ? 8 : 0;
    table = fuzz_room(count * sample->header.segment_stride);
    for (size_t i = 0; i < count; i++)
        made_elf_write_segment(table + i * sample->header.segment_stride, &segments[i]);
    sample->table = (struct bytes){table, count * sample->header.segment_stride};
}

void fuzz(struct input *input)
{
    struct sample sample = {0};
    struct error error = {""};
    struct arena arena = {0};
    enum status status;

    if (input_flag(input))
        read_wild(input, &sample);
    else
        read_likely(input, &sample);
    if (sample.header.segment_count == 0)
        return;
    /* Six arrays, of which the largest element has some 80 bytes. */
    arena.size = 400 * (size_t)sample.header.segment_count + 400;
    arena.base = fuzz_room(arena.size);
    status = image_from_elf("/k", sample.file_size, &sample.header, sample.table, &arena, &sample.image, &error);
    CHECK(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_UNSUPPORTED);
    if (status != STATUS_OK) {
        CHECK(text_starts_with(text_of(error.text), "/k: ") && sample.image.runs == NULL);
        return;
    }
    check_runs(&sample.image);
    check_parts(&sample);
    check_image(&sample);
    check_search(&sample.image, input_wide(input));
    check_search(&sample.image, sample.image.segments[sample.image.segment_count - 1].offset);
    image_log_warnings("/k", &sample.image);
}
