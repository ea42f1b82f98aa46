/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an ELF kernel looks like in memory: its span, which pages have which permissions, and which bytes of the file
 * go where. All that can be wrong with a kernel's layout is found here.
 */
#ifndef BATON_IMAGE_H
#define BATON_IMAGE_H

#include "arena.h"
#include "elf.h"

/* Pages with equal permissions. Runs are sorted by address and do not overlap. */
struct image_run {
    uint64_t offset;      /* bytes from the image's base, page-aligned */
    uint64_t size;        /* bytes, page-aligned */
    uint32_t permissions; /* PERMIT_... */
};

/* Bytes of the file that go into the image. Sorted by `offset`, without overlap; what none covers is zero. */
struct image_part {
    uint64_t offset;      /* bytes from the image's base */
    uint64_t file_offset; /* bytes */
    uint64_t size;        /* bytes, not 0 */
};

/* A PT_LOAD segment as memory. Sorted by `offset`, without overlap, at least one. */
struct image_segment {
    uint64_t offset; /* bytes from the image's base */
    uint64_t size;   /* bytes, not 0 */
    uint32_t permissions;
    uint32_t number; /* in the file, for messages */
};

/* Bytes of the file. */
struct image_range {
    uint64_t offset;
    uint64_t size;
};

#define IMAGE_NOTES 8

/* All addresses are those that the file was linked for. */
struct image {
    uint64_t base;      /* the link address of the first page; 0 is one only when the image is movable */
    uint64_t size;      /* bytes, page-aligned */
    uint64_t entry;     /* link address */
    uint64_t alignment; /* the physical address must be congruent to `base` modulo this: a page to 2 MiB */
    bool high;          /* to be run in the upper half: linked there, or movable */
    bool movable;       /* position-independent (ET_DYN): runs at any slide that is a multiple of `alignment` */
    struct image_run *runs;
    size_t run_count;
    struct image_part *parts;
    size_t part_count;
    struct image_segment *segments;
    size_t segment_count;
    struct image_range dynamic;            /* PT_DYNAMIC, for image_relocations.h; size 0 when there is none */
    struct image_range notes[IMAGE_NOTES]; /* PT_NOTE segments, for note.h; none is empty */
    size_t note_count;
    uint32_t shared_pages; /* pages that two segments with different permissions share */
    uint64_t shared_page;  /* the link address of the last of them */
    uint32_t shared_permissions;
    uint32_t middle_starts; /* segments that begin in the middle of a page, and share it with no other */
    uint64_t middle_start;  /* the link address of the last of them */
};

/*
 * Lays out the ELF file `name` of `file_size` bytes, whose header is `header` and whose program-header table is
 * `table`. Pages of PT_GNU_RELRO have no PERMIT_WRITE in the runs: the loader writes the image, and relocates it,
 * before it maps it. The arrays come from `arena`. Fails with STATUS_INVALID or STATUS_UNSUPPORTED and a message that
 * names the mend, or with STATUS_NEED_ROOM. Cost: n log n in the number of segments.
 */
MUST_CHECK enum status image_from_elf(const char *name, uint64_t file_size, const struct elf_header *header,
                                      struct bytes table, struct arena *arena, struct image *ret_image,
                                      struct error *error);

/* The segment that begins at `offset` or last before it; NULL when there is none. */
const struct image_segment *image_segment_before(const struct image *image, uint64_t offset);

/* Warns in the log of what boots, but is better mended. */
void image_log_warnings(const char *name, const struct image *image);

#endif
