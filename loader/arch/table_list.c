/* SPDX-License-Identifier: BSD-2-Clause */
#include "table_list.h"

#include "checked.h"

#define ENTRY_VALID 1ULL /* in every format */

static void add_table(struct table_list *list, uint64_t table)
{
    struct machine_range *last = list->count > 0 ? &list->ranges[list->count - 1] : NULL;

    for (size_t i = 0; i < list->count; i++) {
        struct machine_range *range = &list->ranges[i];

        if (table >= range->base && table - range->base < range->size)
            return;
        if (table == range->base + range->size || table + PAGE_SIZE == range->base) {
            range->base = min_u64(range->base, table);
            range->size += PAGE_SIZE;
            return;
        }
    }
    if (list->count < list->capacity) {
        list->ranges[list->count++] = (struct machine_range){table, PAGE_SIZE};
    } else if (last) { /* no room: widen the last range rather than leave a table out */
        uint64_t end = max_u64(last->base + last->size, table + PAGE_SIZE);

        last->base = min_u64(last->base, table);
        last->size = end - last->base;
    }
}

/* Bounded by its depth: at most five levels. */
void table_list_add(struct table_list *list, const struct paging_format *format, unsigned levels, uint64_t root,
                    size_t entries)
{
    const uint64_t *table = (const uint64_t *)(uintptr_t)root;

    add_table(list, align_down(root, PAGE_SIZE));
    for (size_t i = 0; levels > 1 && i < entries; i++) {
        uint64_t entry = table[i];

        if ((entry & ENTRY_VALID) && (entry & format->is_table_mask) == format->is_table)
            table_list_add(list, format, levels - 1, (entry & format->address_mask) << format->address_shift,
                           TABLE_LIST_ENTRIES);
    }
}
