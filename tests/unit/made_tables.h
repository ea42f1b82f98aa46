/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory with firmware's tables in it, for tests: bytes as firmware would write them. */
#ifndef BATON_TEST_MADE_TABLES_H
#define BATON_TEST_MADE_TABLES_H

#include "firmware_tables.h"

#define MADE_BLOCKS 64

struct made_block {
    uint64_t address;
    size_t size;
    uint8_t *bytes;
};

struct made_copy {
    struct made_copy *next;
    uint8_t bytes[];
};

/* Blocks of memory with nothing between them. */
struct made_memory {
    struct made_block blocks[MADE_BLOCKS];
    size_t count;
    struct made_copy *copies;
    size_t reads; /* how often `read` was called */
};

/* Gives back all that the memory took. */
void made_memory_end(struct made_memory *memory);

/* A block of zeros. What is read must lie in one block. */
uint8_t *made_memory_add(struct made_memory *memory, uint64_t address, size_t size);

/* Each read gets a copy of exactly its size: what is used behind it, the sanitizer sees. */
struct physical_memory made_memory_view(struct made_memory *memory);

/* Makes the sum of all bytes 0, by the one at `checksum`. */
void made_seal(uint8_t *at, size_t size, size_t checksum);

/* A block with an ACPI table: header, zeros behind it, right checksum. `size` is at least 36. */
uint8_t *made_table(struct made_memory *memory, uint64_t address, const char *signature, size_t size);

/* A block with an RSDP: 20 bytes for a revision below 2, else 36. */
uint8_t *made_rsdp(struct made_memory *memory, uint64_t address, uint8_t revision, uint64_t rsdt, uint64_t xsdt);
void made_rsdp_seal(uint8_t *rsdp);

/* XSDT (`width` 8) or RSDT (4). */
uint8_t *made_root(struct made_memory *memory, uint64_t address, size_t width, const uint64_t *entries, size_t count);

/* Blocks with an entry point; the structure table is not made. */
uint8_t *made_smbios2(struct made_memory *memory, uint64_t address, uint64_t table, size_t size);
void made_smbios2_seal(uint8_t *entry);
uint8_t *made_smbios3(struct made_memory *memory, uint64_t address, uint64_t table, size_t size);

/* Fails the test unless the ranges are page-aligned, below 2^52, sorted, and neither overlap nor touch. */
void made_check_ranges(const struct table_range *ranges, size_t count);

/* Whether these bytes are all in one of the ranges. */
bool made_is_in(const struct table_range *ranges, size_t count, uint64_t address, uint64_t size);

/* Fails the test unless the log has a line with these words, or no line at all for NULL; forgets the log. */
void made_check_log(const char *words);

#endif
