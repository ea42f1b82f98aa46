/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ELF64 reader (System V ABI, "ELF-64 Object File Format"): header and program headers, little-endian. It is
 * shared by the loader, by elf2efi and by the host command.
 */
#ifndef BATON_ELF_H
#define BATON_ELF_H

#include "bytes.h"
#include "error.h"

#define ELF_HEADER_SIZE         64
#define ELF_PROGRAM_HEADER_SIZE 56

#define ELF_TYPE_EXEC 2
#define ELF_TYPE_DYN  3

#define ELF_MACHINE_X86_64  62
#define ELF_MACHINE_AARCH64 183
#define ELF_MACHINE_RISCV   243

#define ELF_SEGMENT_LOAD    1
#define ELF_SEGMENT_DYNAMIC 2
#define ELF_SEGMENT_INTERP  3
#define ELF_SEGMENT_NOTE    4
#define ELF_SEGMENT_RELRO   0x6474e552 /* PT_GNU_RELRO: read-only once it is relocated */

#define ELF_EXECUTE 1u
#define ELF_WRITE   2u
#define ELF_READ    4u

struct elf_header {
    uint16_t file_type; /* ELF_TYPE_... */
    uint16_t machine;   /* ELF_MACHINE_... */
    uint64_t entry;
    uint64_t segment_offset; /* of the program-header table in the file */
    uint32_t segment_count;
    uint32_t segment_stride; /* bytes from one program header to the next */
};

struct elf_segment {
    uint32_t kind;  /* ELF_SEGMENT_... */
    uint32_t flags; /* ELF_EXECUTE and so on */
    uint64_t offset;
    uint64_t address; /* p_vaddr */
    uint64_t physical;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
};

/* The bytes begin with ELF's magic number. */
bool elf_is(struct bytes file);

/* "x86_64" and so on; "unknown" for a number that no table here has. */
const char *elf_machine_name(uint16_t machine);

/* The lower half of a four-level address space ends at 2 to this, the upper one begins as far below 2^64. */
unsigned elf_half_bits(uint16_t machine);

/*
 * Reads the header from a file's first bytes (`head`: ELF_HEADER_SIZE suffice) and checks it: 64-bit, little-endian,
 * current version, for `machine`, with a program-header table that lies inside `file_size`. `name` is the file's name
 * for the messages. Fails with STATUS_INVALID or STATUS_UNSUPPORTED.
 */
MUST_CHECK enum status elf_parse_header(struct bytes head, uint64_t file_size, uint16_t machine, const char *name,
                                        struct elf_header *ret_header, struct error *error);

/*
 * The program header `index` out of `table`, the table's bytes. False when it lies outside them.
 */
MUST_CHECK bool elf_read_segment(struct bytes table, const struct elf_header *header, uint32_t index,
                                 struct elf_segment *ret_segment);

#endif
