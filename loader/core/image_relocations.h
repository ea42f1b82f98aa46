/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel's relocations: the words in its image that hold addresses, and so move with it (System V ABI, chapter 5,
 * "Dynamic Section" and "Relocation"; for DT_RELR the generic ABI's section of that name). Only relative ones, which
 * need no symbols, are known. Everything is checked while the boot is planned; what is left to do later cannot fail.
 *
 * In order: relocations_find with PT_DYNAMIC's bytes, then the caller reads the tables that it names from the file,
 * relocations_check, and, once the image is in memory, relocations_apply, before any of it is mapped. That is why words
 * in read-only data may be relocated, and PT_GNU_RELRO needs no second step.
 */
#ifndef BATON_IMAGE_RELOCATIONS_H
#define BATON_IMAGE_RELOCATIONS_H

#include "bytes.h"
#include "image.h"

#define RELOCATION_TABLES 3

/* A table's place: its bytes lie in the file and are loaded with the image. */
struct relocation_table {
    uint64_t file_offset;
    uint64_t offset; /* bytes from the image's base */
    uint64_t size;   /* bytes, not 0 */
    bool packed;     /* RELR; else RELA */
};

struct relocations {
    struct relocation_table tables[RELOCATION_TABLES];
    size_t count;
    uint16_t machine;  /* ELF_MACHINE_... */
    uint16_t relative; /* its relative type */
    bool movable;      /* marked as position-independent (DF_1_PIE); GNU ld calls a PIE ET_EXEC unless it begins at 0 */
};

/*
 * Reads `dynamic`, the bytes of image->dynamic, for a kernel of `machine` (ELF_MACHINE_...). Fails with STATUS_INVALID
 * or STATUS_UNSUPPORTED: a shared library is wanted, there are text relocations, relocations without addends or tables
 * of other kinds; a table has odd sizes or does not lie in the bytes of one segment in the file.
 */
MUST_CHECK enum status relocations_find(const char *name, struct bytes dynamic, const struct image *image,
                                        uint16_t machine, struct relocations *ret_relocations, struct error *error);

/*
 * Checks every relocation of `tables`, the bytes of relocations->tables: its type is known, and its 8 bytes lie inside
 * one segment that is not executable. Where the relocated word then points to is the kernel's business. Fails with
 * STATUS_INVALID or STATUS_UNSUPPORTED. Cost: the number of relocations, times log of that of the segments.
 */
MUST_CHECK enum status relocations_check(const char *name, const struct relocations *relocations,
                                         const struct bytes *tables, const struct image *image, struct error *error);

/*
 * Adds `slide` (modulo 2^64) to the image that lies at `memory`. `tables` are the ones that were checked; whatever they
 * hold, nothing outside the image is written. A fixed kernel is relocated with slide 0: GNU ld leaves some of its words
 * to be filled in.
 */
void relocations_apply(const struct relocations *relocations, const struct bytes *tables, const struct image *image,
                       uint8_t *memory, uint64_t slide);

#endif
