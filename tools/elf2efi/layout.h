/* SPDX-License-Identifier: BSD-2-Clause */
/* What is taken from the ELF file: its loadable segments, checked to fit an EFI image one by one. */
#ifndef BATON_ELF2EFI_LAYOUT_H
#define BATON_ELF2EFI_LAYOUT_H

#include "elf.h"
#include "machine.h"

#define LAYOUT_SEGMENTS_MAX 16

struct layout {
    const char *name; /* the file's, for messages */
    struct bytes file;
    const struct machine *machine;
    uint32_t entry;                                   /* RVA */
    uint32_t end;                                     /* RVA of the first page after the segments */
    struct elf_segment segments[LAYOUT_SEGMENTS_MAX]; /* what becomes sections, by rising address */
    size_t segment_count;                             /* at least 1 */
    struct elf_segment link;                          /* the segment with the dynamic table: read here, not copied */
    struct elf_segment dynamic;                       /* the dynamic table, inside `link` */
};

/*
 * Reads `file`, whose name in messages is `name`. The addresses are RVAs: page-aligned, from 0x1000 on and below 2 GiB,
 * rising, no page in two segments, none both writable and executable, and every segment's bytes are in the file. Fails
 * with STATUS_INVALID or STATUS_UNSUPPORTED.
 */
MUST_CHECK enum status layout_read(const char *name, struct bytes file, struct layout *ret_layout, struct error *error);

#endif
