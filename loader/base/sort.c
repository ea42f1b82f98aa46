/* SPDX-License-Identifier: BSD-2-Clause */
#include "sort.h"

#include <stdint.h>

struct heap {
    uint8_t *elements;
    size_t size;
    int (*compare)(const void *a, const void *b);
};

static void swap(const struct heap *heap, size_t a, size_t b)
{
    uint8_t *left = heap->elements + a * heap->size;
    uint8_t *right = heap->elements + b * heap->size;

    for (size_t i = 0; i < heap->size; i++) {
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

void sort(void *elements, size_t count, size_t size, int (*compare_elements)(const void *a, const void *b))
{
    struct heap heap = {elements, size, compare_elements};

    for (size_t node = count / 2; node-- > 0;)
        sink(&heap, node, count);
    for (size_t end = count; end-- > 1;) {
        swap(&heap, 0, end);
        sink(&heap, 0, end);
    }
}
