/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory with firmware's tables, out of a fuzzer's bytes. */
#ifndef BATON_FUZZ_TABLES_H
#define BATON_FUZZ_TABLES_H

#include "input.h"
#include "made_tables.h"

#define TABLES_BASE 0x7000000ULL /* where blocks begin; each has 64 KiB of addresses */

/* The address of one of the blocks, mostly at its begin; or any other. */
uint64_t tables_address(struct input *input);

/* Whether all of a range that was found lies in one block, as what was read does. */
bool tables_has(const struct made_memory *memory, uint64_t address, uint64_t size);

/* Fails unless the ranges are whole pages, sorted and apart, and each page of them holds a byte of a block. */
void tables_check_ranges(const struct made_memory *memory, const struct table_range *ranges, size_t count);

#endif
