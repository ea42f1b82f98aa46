/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done for each page: a terabyte of RAM has half a million large ones, so this file is not compiled for size
 * alone (mk/toolchain.mk). */
#ifndef BATON_PAGE_ENTRIES_H
#define BATON_PAGE_ENTRIES_H

#include <stddef.h>
#include <stdint.h>

/* `value` into the first of `count` entries, and `step` more into each next one. */
void page_entries_fill(uint64_t *entry, size_t count, uint64_t value, uint64_t step);

#endif
