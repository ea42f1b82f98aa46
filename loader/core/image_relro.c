/* SPDX-License-Identifier: BSD-2-Clause */
#include "image_relro.h"

#include "checked.h"
#include "memory.h"
#include "permissions.h"

/* Offset of the first page that holds nothing else. */
static uint64_t first_page(const struct image *image, uint64_t first)
{
    const struct image_segment *segment = image_segment_before(image, first);
    uint64_t page = align_down(first, PAGE_SIZE);

    if (first == page)
        return page;
    if (segment && segment->offset == first &&
        (segment == image->segments || segment[-1].offset + (segment[-1].size - 1) < page))
        return page;
    return page + PAGE_SIZE;
}

/* The run of writable pages that holds `size` bytes at `first`. Neighbours of equal permissions are one run. */
static struct image_run *find_run(const struct image *image, uint64_t first, uint64_t size)
{
    for (size_t i = 0; i < image->run_count; i++) {
        struct image_run *run = &image->runs[i];

        if (first >= run->offset && first - run->offset < run->size)
            return (run->permissions & PERMIT_WRITE) && size <= run->size - (first - run->offset) ? run : NULL;
    }
    return NULL;
}

enum status image_apply_relro(const char *name, const struct elf_segment *relro, struct image *image,
                              struct error *error)
{
    const uint64_t first = relro->address - image->base;
    struct image_run *run = relro->address >= image->base ? find_run(image, first, relro->memory_size) : NULL;
    struct image_run pieces[3];
    size_t count = 0, index;
    uint64_t start, end;

    if (relro->memory_size == 0)
        return STATUS_OK;
    if (!run)
        return error_set(error, STATUS_INVALID,
                         "%s: PT_GNU_RELRO (0x%llx bytes at 0x%llx) does not lie in writable segments. Link it again; "
                         "-z norelro leaves it out.",
                         name, (unsigned long long)relro->memory_size, (unsigned long long)relro->address);
    start = first_page(image, first);
    end = align_down(first + relro->memory_size, PAGE_SIZE);
    if (start >= end)
        return STATUS_OK;
    if (start > run->offset)
        pieces[count++] = (struct image_run){run->offset, start - run->offset, run->permissions};
    pieces[count++] = (struct image_run){start, end - start, run->permissions & ~PERMIT_WRITE};
    if (end < run->offset + run->size)
        pieces[count++] = (struct image_run){end, run->offset + run->size - end, run->permissions};

    index = (size_t)(run - image->runs);
    memmove(run + count, run + 1, (image->run_count - index - 1) * sizeof(*run));
    memcpy(run, pieces, count * sizeof(*run));
    image->run_count += count - 1;
    return STATUS_OK;
}
