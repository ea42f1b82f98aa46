/* SPDX-License-Identifier: BSD-2-Clause */
/* The first half of image.c's work: a kernel's segments, each checked by itself, sorted. */
#ifndef BATON_IMAGE_SEGMENTS_H
#define BATON_IMAGE_SEGMENTS_H

#include "image.h"

/* Linker-script lines that keep code and writable data on pages of their own; they work with GNU ld and ld.lld. */
extern const char image_script_advice[];

/* A PT_LOAD segment with its number in the file, for the messages. */
struct loaded_segment {
    struct elf_segment elf;
    uint32_t number;
    uint64_t last; /* the address of its last byte; the highest segment may end at 2^64 */
};

struct image_segments {
    struct loaded_segment *loaded; /* those that take memory, by rising address; they may overlap */
    size_t count;                  /* not 0 */
    struct elf_segment relro;      /* PT_GNU_RELRO; kind 0 when there is none */
    struct image_range dynamic;    /* as in struct image */
    struct image_range notes[IMAGE_NOTES];
    size_t note_count;
};

/*
 * Reads the program headers `table`. `segments->loaded` has room for all of them, the rest is zero. Fails with
 * STATUS_INVALID or STATUS_UNSUPPORTED.
 */
MUST_CHECK enum status image_collect_segments(const char *name, uint64_t file_size, const struct elf_header *header,
                                              struct bytes table, struct image_segments *segments, struct error *error);

/* PERMIT_... for ELF_READ and so on. */
uint32_t image_permissions(uint32_t flags);

bool image_is_writable_and_executable(uint32_t permissions);

#endif
