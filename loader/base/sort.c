/* SPDX-License-Identifier: BSD-2-Clause */
#include "sort.h"

#include <stdbool.h>
#include <stdint.h>

#define MOVES_MOST 3 /* for each element, while they are inserted: then it is not nearly sorted */

struct heap {
    uint8_t *elements;
    size_t size;
    int (*compare)(const void *a, const void *b);
};

static void swap(const struct heap *heap, size_t a, size_t b)
{
    uint8_t *left = heap->elements + a * heap->size;
    uint8_t *right = heap->elements + b * heap->size;

    size_t i = 0;

    for (; heap->size - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word, other;

        __builtin_memcpy(&word, left + i, sizeof(word));
        __builtin_memcpy(&other, right + i, sizeof(other));
        __builtin_memcpy(left + i, &other, sizeof(other));
        __builtin_memcpy(right + i, &word, sizeof(word));
    }
    for (; i < heap->size; i++) {
        uint8_t byte = left[i];

        left[i] = right[i];
        right[i] = byte;
    }
}

static int compare(const struct heap *heap, size_t a, size_t b)
{
    return heap->compare(heap->elements + a * heap->size, heap->elements + b * heap->size);
}

/* Lets the element at `node` sink until no child is larger. */
static void sink(const struct heap *heap, size_t node, size_t count)
{
    for (;;) {
        size_t child = 2 * node + 1;

        if (child >= count)
            return;
        if (child + 1 < count && compare(heap, child + 1, child) > 0)
            child++;
        if (compare(heap, node, child) >= 0)
            return;
        swap(heap, node, child);
        node = child;
    }
}

/* Each goes down to its place, which is near in what is sorted but for a few. False when that gets long. */
static bool insert_rest(const struct heap *heap, size_t sorted, size_t count)
{
    size_t moves = 0;

    for (size_t next = sorted; next < count; next++) {
        for (size_t at = next; at > 0 && compare(heap, at - 1, at) > 0; at--) {
            if (moves++ >= MOVES_MOST * count)
                return false;
            swap(heap, at - 1, at);
        }
    }
    return true;
}

void sort_rest(void *elements, size_t sorted, size_t count, size_t size,
               int (*compare_elements)(const void *a, const void *b))
{
    struct heap heap = {elements, size, compare_elements};

    if (insert_rest(&heap, sorted, count))
        return;
    for (size_t node = count / 2; node-- > 0;)
        sink(&heap, node, count);
    for (size_t end = count; end-- > 1;) {
        swap(&heap, 0, end);
        sink(&heap, 0, end);
    }
}

void sort(void *elements, size_t count, size_t size, int (*compare_elements)(const void *a, const void *b))
{
    sort_rest(elements, 0, count, size, compare_elements);
}
