/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel's wishes: the ELF note that BATON_WISHES writes (struct baton_note in include/baton/baton.h). */
#ifndef BATON_NOTE_H
#define BATON_NOTE_H

#include "bytes.h"
#include "error.h"

struct wishes {
    bool found;           /* else all is 0 */
    uint32_t version;     /* of the protocol that the kernel was written for */
    uint64_t required;    /* BATON_FEATURE_...; bits without a name may be set */
    uint64_t wanted;      /* the same */
    uint64_t stack_size;  /* bytes, at least; 0: the default */
    uint64_t minimum_ram; /* bytes */
};

/*
 * Looks for Baton's note in `segment`, the bytes of one PT_NOTE segment, and adds it to `wishes`, all zero before the
 * kernel's first segment. Fails with STATUS_INVALID or STATUS_UNSUPPORTED, and `wishes` as before, when the note is
 * truncated, for a version that this loader does not know, longer than known with more than zeros, or the second one.
 *
 * The note is known by its first 20 bytes, at a multiple of 4 from the segment's start, and has the same layout
 * whatever the segment's alignment. The notes before it are not walked: a linker script that puts notes of 4 and of 8
 * bytes' alignment into one section (as *(.note.*) does) makes a list that cannot be walked, and a wish must not be
 * lost by that.
 */
MUST_CHECK enum status note_read_wishes(const char *name, struct bytes segment, struct wishes *wishes,
                                        struct error *error);

/* The feature with the number `bit`, for messages ("ACPI", "five-level paging"); NULL when this loader knows none. */
const char *feature_name(unsigned bit);

#endif
