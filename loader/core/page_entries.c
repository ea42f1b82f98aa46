/* SPDX-License-Identifier: BSD-2-Clause */
#include "page_entries.h"

void page_entries_fill(uint64_t *entry, size_t count, uint64_t value, uint64_t step)
{
    for (; count > 0; count--, value += step)
        *entry++ = value;
}
