/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes an EFI application: PE32+ (Microsoft's "PE Format"; UEFI 2.10, section 2.1.1). */
#ifndef BATON_ELF2EFI_PE_WRITE_H
#define BATON_ELF2EFI_PE_WRITE_H

#include "arena.h"
#include "bytes.h"
#include "error.h"

#define PE_SECTION_ALIGNMENT 4096U
#define PE_FILE_ALIGNMENT    512U
#define PE_HEADERS_SIZE      4096U /* a page, because some firmware wants it so */
#define PE_SECTIONS_MAX      32U   /* as many fit the headers easily */

#define PE_SECTION_CODE        0x00000020U
#define PE_SECTION_DATA        0x00000040U
#define PE_SECTION_DISCARDABLE 0x02000000U
#define PE_SECTION_EXECUTE     0x20000000U
#define PE_SECTION_READ        0x40000000U
#define PE_SECTION_WRITE       0x80000000U

struct pe_section {
    const char *name;     /* at most 8 bytes */
    uint32_t address;     /* RVA, page-aligned */
    uint32_t size;        /* bytes in memory, not 0 */
    uint32_t flags;       /* PE_SECTION_... */
    struct bytes content; /* at most `size`; what it does not cover is zero */
};

struct pe_image {
    uint16_t machine;
    uint32_t entry;                    /* RVA */
    const struct pe_section *sections; /* by rising address without overlap; the last one holds the relocations */
    size_t section_count;              /* 1 to PE_SECTIONS_MAX */
};

/*
 * Writes the image to room from `arena`. The image's base is 0; there is no time stamp and no checksum, so the same
 * image gives the same bytes. Zeros at the end of a section are left out of the file. Fails with STATUS_NEED_ROOM.
 */
MUST_CHECK enum status pe_write(const struct pe_image *image, struct arena *arena, struct bytes *ret_file,
                                struct error *error);

#endif
