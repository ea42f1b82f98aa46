/* SPDX-License-Identifier: BSD-2-Clause */
/* ELF files for tests: the reader's own structures, written as bytes. */
#ifndef BATON_TEST_MADE_ELF_H
#define BATON_TEST_MADE_ELF_H

#include "elf.h"

/* A header of an executable for x86_64 with `count` program headers right behind it. */
struct elf_header made_elf_header(uint64_t entry, uint32_t count);

/* ELF_HEADER_SIZE bytes. */
void made_elf_write_header(uint8_t *at, const struct elf_header *header);

/* ELF_PROGRAM_HEADER_SIZE bytes. */
void made_elf_write_segment(uint8_t *at, const struct elf_segment *segment);

/* The bytes of a table of `count` segments, `stride` apart, in a place of exactly that size. The caller frees it. */
struct bytes made_elf_table(const struct elf_segment *segments, size_t count, uint32_t stride);

/* Eight bytes for each number, in a place of exactly that size. The caller frees it. */
struct bytes made_elf_words(const uint64_t *words, size_t count);

#endif
