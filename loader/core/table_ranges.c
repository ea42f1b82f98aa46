/* SPDX-License-Identifier: BSD-2-Clause */
#include "table_ranges.h"

#include "checked.h"
#include "memory.h"
#include "sort.h"

#define PHYSICAL_END (1ULL << 52) /* no machine has more address lines */

/* The number of the first range that ends at `address` or behind it. */
static size_t find(const struct table_range *range, size_t count, uint64_t address)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (range[middle].base + range[middle].size < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct table_range *table_ranges_overlapping(const struct table_range *range, size_t count, uint64_t base,
                                                   uint64_t end)
{
    size_t first = base < end ? find(range, count, base + 1) : count;

    return first < count && range[first].base < end ? &range[first] : NULL;
}

/* Moves what begins at `from` to `to`. */
static void move(struct table_ranges *ranges, size_t from, size_t to)
{
    memmove(&ranges->range[to], &ranges->range[from], (ranges->count - from) * sizeof(ranges->range[0]));
    ranges->count = ranges->count + to - from;
}

/* The pages that hold `size` bytes at `*base`, up to `ret_end`; false when there are none. */
static bool take_pages(uint64_t *base, uint64_t size, uint64_t *ret_end)
{
    if (size == 0 || *base >= PHYSICAL_END)
        return false;
    if (!checked_add(*base, size, ret_end) || !checked_align_up(*ret_end, PAGE_SIZE, ret_end) ||
        *ret_end > PHYSICAL_END)
        *ret_end = PHYSICAL_END;
    *base = align_down(*base, PAGE_SIZE);
    return true;
}

void table_ranges_add(struct table_ranges *ranges, uint64_t base, uint64_t size)
{
    uint64_t end;
    size_t first, next;

    if (!take_pages(&base, size, &end))
        return;
    first = next = find(ranges->range, ranges->count, base);
    for (; next < ranges->count && ranges->range[next].base <= end; next++) {
        base = min_u64(base, ranges->range[next].base);
        end = max_u64(end, ranges->range[next].base + ranges->range[next].size);
    }
    if (first == next && ranges->count == ranges->capacity) {
        ranges->left_out++;
        return;
    }
    if (next != first + 1)
        move(ranges, next, first + 1);
    ranges->range[first] = (struct table_range){base, end - base};
}

void table_ranges_append(struct table_ranges *ranges, uint64_t base, uint64_t size)
{
    uint64_t end;

    if (!take_pages(&base, size, &end))
        return;
    if (ranges->count == ranges->capacity)
        ranges->left_out++;
    else
        ranges->range[ranges->count++] = (struct table_range){base, end - base};
}

static int compare_ranges(const void *a, const void *b)
{
    const struct table_range *left = a, *right = b;

    return left->base < right->base ? -1 : left->base > right->base;
}

void table_ranges_settle(struct table_ranges *ranges)
{
    size_t kept = 0;

    sort(ranges->range, ranges->count, sizeof(ranges->range[0]), compare_ranges);
    for (size_t i = 0; i < ranges->count; i++) {
        struct table_range *last = kept > 0 ? &ranges->range[kept - 1] : NULL;
        uint64_t end = ranges->range[i].base + ranges->range[i].size;

        if (last && ranges->range[i].base <= last->base + last->size)
            last->size = max_u64(last->base + last->size, end) - last->base;
        else
            ranges->range[kept++] = ranges->range[i];
    }
    ranges->count = kept;
}
