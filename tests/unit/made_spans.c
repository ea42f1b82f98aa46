/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_spans.h"

#include <assert.h>
#include <string.h>

#define PAGE 4096ULL

void spans_add(struct spans *spans, uint64_t base, uint64_t end, uint32_t type, uint64_t attributes)
{
    assert(spans->count < SPANS_MAX && base < end);
    assert(spans->count == 0 || spans->span[spans->count - 1].end <= base);
    spans->span[spans->count++] = (struct span){base, end, type, attributes};
}

/* Gives a part of span `index` another type. */
static void carve(struct spans *spans, size_t index, uint64_t base, uint64_t end, uint32_t type)
{
    struct span whole = spans->span[index];
    const struct span parts[] = {{whole.base, base, whole.type, whole.attributes},
                                 {base, end, type, whole.attributes},
                                 {end, whole.end, whole.type, whole.attributes}};
    size_t behind = spans->count - index - 1;
    size_t count = 0;

    assert(spans->count + 2 <= SPANS_MAX);
    memmove(&spans->span[index + 3], &spans->span[index + 1], behind * sizeof(whole));
    for (size_t i = 0; i < 3; i++) {
        if (parts[i].base < parts[i].end)
            spans->span[index + count++] = parts[i];
    }
    memmove(&spans->span[index + count], &spans->span[index + 3], behind * sizeof(whole));
    spans->count += count - 1;
}

static bool is_free(const struct span *span)
{
    return span->type == EFI_TYPE_CONVENTIONAL && !(span->attributes & EFI_ATTRIBUTE_SPECIFIC_PURPOSE);
}

bool spans_take(struct spans *spans, struct chance *chance, uint64_t size, uint64_t alignment, uint64_t limit,
                uint32_t type, uint64_t *ret_base)
{
    size_t start = spans->count > 0 ? (size_t)chance_below(chance, spans->count) : 0;

    for (size_t i = 0; i < spans->count; i++) {
        size_t index = (start + i) % spans->count;
        const struct span *span = &spans->span[index];
        uint64_t base = ((span->base > 0 ? span->base : PAGE) + alignment - 1) & ~(alignment - 1);
        uint64_t end = span->end < limit ? span->end : limit;

        if (!is_free(span) || base >= end || end - base < size)
            continue;
        base += alignment * chance_below(chance, (end - base - size) / alignment + 1);
        carve(spans, index, base, base + size, type);
        *ret_base = base;
        return true;
    }
    return false;
}

bool spans_take_exactly(struct spans *spans, uint64_t base, uint64_t size, uint32_t type)
{
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = &spans->span[i];

        if (is_free(span) && base >= span->base && base < span->end && size <= span->end - base) {
            carve(spans, i, base, base + size, type);
            return true;
        }
    }
    return false;
}

struct made_map spans_report(const struct spans *spans, size_t descriptor_size)
{
    struct made_map map = made_map_start(spans->count > 0 ? spans->count : 1, descriptor_size);

    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = &spans->span[spans->count % 7 == 0 ? i : i * 7 % spans->count];

        made_map_add(&map, span->type, span->base, (span->end - span->base) / PAGE, span->attributes);
    }
    return map;
}
