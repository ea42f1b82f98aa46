/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an ELF file says that the loader does not look at: sections, symbols, and some of its segments. Nothing of it
 * need be there or be right; what is not, is passed over.
 */
#ifndef BATON_CHECK_SECTIONS_H
#define BATON_CHECK_SECTIONS_H

#include <stdbool.h>

#include "bytes.h"
#include "pool.h"

struct check_sections {
    uint64_t debug_bytes;       /* of debug sections */
    bool has_note_section;      /* .note.baton, with something in it */
    bool has_note_symbol;       /* what BATON_WISHES defines */
    bool has_note_in_debug;     /* the debug sections know that, too, also when the linker threw it away */
    bool has_relocations;       /* sections that only a kernel that can be moved has */
    bool has_thread_locals;     /* PT_TLS */
    uint64_t alignment;         /* the largest p_align of what is loaded; 0 when there is none */
    const char *entry_symbol;   /* the function that begins at the entry point; NULL: unknown */
    const char *entry_function; /* the function in whose middle the entry point lies; NULL: none */
};

/* Reads the file `path`, whose entry point is `entry`. */
void check_sections_read(struct pool *pool, const char *path, uint64_t entry, struct check_sections *ret_sections);

#endif
