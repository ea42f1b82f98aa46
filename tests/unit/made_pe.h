/* SPDX-License-Identifier: BSD-2-Clause */
/* Headers of EFI images for tests, written as bytes. */
#ifndef BATON_TEST_MADE_PE_H
#define BATON_TEST_MADE_PE_H

#include "pe.h"

struct made_pe_section {
    char name[8]; /* padded with zeros */
    uint32_t memory_size, address, file_size, offset;
};

/* The fields that count, as PE Format calls them in pe.c. The rest is 0xa5. */
struct made_pe {
    uint32_t start; /* of the signature in the file */
    uint16_t machine, optional_size, magic, major_version, subsystem;
    uint32_t entry, image_size, headers_size, directories;
    uint32_t certificates, certificates_size; /* written where the optional header has room for them */
    struct made_pe_section sections[8];
    uint16_t section_count;
};

/*
 * A sound image for x64 with .text, .data of which half is in the file, .bss, and a .osrel of 0x51 bytes that are
 * padded in the file.
 */
struct made_pe made_pe_sound(void);

#define MADE_PE_FILE_SIZE 0x1200 /* bytes of the file that it needs */

/* Where the section table begins and ends. */
size_t made_pe_table(const struct made_pe *pe);
size_t made_pe_end(const struct made_pe *pe);

/* The bytes up to the end of the section table, in a place of exactly that size. The caller frees it. */
struct bytes made_pe_head(const struct made_pe *pe);

#endif
