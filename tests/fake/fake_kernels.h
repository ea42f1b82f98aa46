/* SPDX-License-Identifier: BSD-2-Clause */
/* Kernels for the fake machine. They never run: a judge looks at how they were placed. */
#ifndef BATON_FAKE_KERNELS_H
#define BATON_FAKE_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

#define KERNEL_SEGMENTS         3 /* of those that are made */
#define KERNEL_SEGMENTS_AT_MOST 32

struct kernel_segment {
    uint64_t address, offset, file_size, memory_size;
    uint32_t flags; /* ELF_READ and so on */
};

/* A word that is relocated. */
struct kernel_word {
    uint64_t address; /* link address */
    uint64_t addend;
};

/* A kernel and what the judge must know of it. */
struct fake_kernel {
    struct bytes file;
    bool flat, movable, high;
    uint64_t base, size; /* as it is linked: whole pages */
    uint64_t entry;
    struct kernel_segment segments[KERNEL_SEGMENTS_AT_MOST];
    size_t segment_count;
    uint64_t relro, relro_end; /* pages that are read-only, whatever their segment says */
    const struct kernel_word *words;
    size_t word_count;
};

/* How one is made. */
struct fake_recipe {
    uint16_t machine; /* ELF_MACHINE_...; 0: x86_64 */
    uint64_t base;    /* link address */
    uint64_t padding; /* more bytes of data in the file */
    bool movable;     /* with one relocation */
    bool note;        /* with a note that requires, wants and asks for: */
    uint64_t required, wanted, stack, ram;
};

/* Where an ELF file that is made has its parts: bytes from its start. Its program headers are those of code, constants
 * and data, then that of the note, then that of the dynamic section, as far as there are these. */
enum {
    FAKE_ELF_CODE = 0x1000,
    FAKE_ELF_CONSTANTS = 0x3000,
    FAKE_ELF_NOTE = FAKE_ELF_CONSTANTS + 0x40,
    FAKE_ELF_RELA = FAKE_ELF_CONSTANTS + 0x100,
    FAKE_ELF_DATA = 0x4010, /* begins in the middle of a page */
    FAKE_ELF_DYNAMIC = FAKE_ELF_DATA + 0x10,
};

/* ELF: code, constants, data with a .bss, each with bytes that can be told from others. The file lasts until the
 * program's end. */
struct fake_kernel fake_kernel_elf(const struct fake_recipe *recipe);

/* A flat binary for this address, of `memory` bytes. */
struct fake_kernel fake_kernel_flat(uint64_t base, uint64_t entry_offset, uint64_t memory);

/* Bytes that differ from their neighbours. They last until the program's end. */
struct bytes fake_pattern(size_t size, uint8_t salt);

#endif
