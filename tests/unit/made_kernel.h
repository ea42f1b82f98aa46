/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF kernels for tests of protocols, fixed and movable, with a note or without: code, constants and data. */
#ifndef BATON_TEST_MADE_KERNEL_H
#define BATON_TEST_MADE_KERNEL_H

#include "made_boot.h"

/* Offsets in the file, and in the image one page less: the headers are not loaded. */
#define MADE_CODE    0x1000U
#define MADE_TABLES  0x2000U /* constants: the note, and room for relocation tables */
#define MADE_NOTE    0x2f00U
#define MADE_DATA    0x3000U /* two pages, of which nothing but the first MADE_DYNAMIC bytes is the loader's */
#define MADE_DYNAMIC 0x200U  /* bytes of PT_DYNAMIC */
#define MADE_END     0x5000U

struct made_kernel {
    uint64_t base;     /* the code's link address */
    uint64_t zeros;    /* bytes of memory behind the file's */
    bool movable;      /* ET_DYN */
    bool dynamic;      /* has PT_DYNAMIC although it is not movable */
    uint64_t headers;  /* where the program headers are in the file; 0: behind the header */
    bool has_note;     /* and this is in it: */
    uint64_t required; /* BATON_FEATURE_... */
    uint64_t wanted;
    uint64_t stack_size;
    uint64_t minimum_ram;
};

/* The file, MADE_END bytes of malloc's. Code and data are garbage, PT_DYNAMIC and the tables are zeros. */
uint8_t *made_kernel(const struct made_kernel *kernel, struct chance *chance);

/* The same as the boot's first file, "/kernel.elf". */
void made_kernel_add(struct made_boot *boot, const struct made_kernel *kernel, struct chance *chance);

/* Bytes that the image takes, in whole pages. */
uint64_t made_kernel_size(const struct made_kernel *kernel);

#endif
