/* SPDX-License-Identifier: BSD-2-Clause */
#include "cover.h"

#include "checked.h"

/* Where two ranges overlap, the stricter kind wins: a higher rank. What the loader placed is above all. */
static const uint8_t ranks[] = {
    [BATON_MEMORY_USABLE] = 1,
    [BATON_MEMORY_BOOT_SERVICES] = 2,
    [BATON_MEMORY_LOADER] = 3,
    [BATON_MEMORY_TRAMPOLINE] = 31,
    [BATON_MEMORY_PAGE_TABLES] = 32,
    [BATON_MEMORY_BATON] = 33,
    [BATON_MEMORY_STACK] = 34,
    [BATON_MEMORY_KERNEL] = 35,
    [BATON_MEMORY_MODULE] = 36,
    [BATON_MEMORY_ACPI_RECLAIMABLE] = 5,
    [BATON_MEMORY_ACPI_NVS] = 8,
    [BATON_MEMORY_FIRMWARE_TABLES] = 29,
    [BATON_MEMORY_RUNTIME_CODE] = 7,
    [BATON_MEMORY_RUNTIME_DATA] = 6,
    [BATON_MEMORY_SPECIFIC_PURPOSE] = 4,
    [BATON_MEMORY_PERSISTENT] = 9,
    [BATON_MEMORY_UNACCEPTED] = 10,
    [BATON_MEMORY_FRAMEBUFFER] = 30,
    [BATON_MEMORY_MMIO] = 11,
    [BATON_MEMORY_RESERVED] = 12,
    [BATON_MEMORY_UNUSABLE] = 13,
    [BATON_MEMORY_WITHHELD] = 14,
};

static uint32_t rank_of(uint32_t kind)
{
    return kind < sizeof(ranks) ? ranks[kind] : 0;
}

/* The numbers are a binary heap. */
static bool wins(const struct cover *cover, size_t a, size_t b)
{
    const struct memory_interval *left = &cover->interval[cover->number[a]];
    const struct memory_interval *right = &cover->interval[cover->number[b]];

    if (left->kind != right->kind)
        return rank_of(left->kind) > rank_of(right->kind);
    return left->sequence < right->sequence;
}

static void swap(struct cover *cover, size_t a, size_t b)
{
    uint32_t number = cover->number[a];

    cover->number[a] = cover->number[b];
    cover->number[b] = number;
}

static void push(struct cover *cover, uint32_t number)
{
    size_t node = cover->count++;

    cover->number[node] = number;
    for (; node > 0 && wins(cover, node, (node - 1) / 2); node = (node - 1) / 2)
        swap(cover, node, (node - 1) / 2);
}

static void pop(struct cover *cover)
{
    size_t node = 0;

    cover->number[0] = cover->number[--cover->count];
    for (;;) {
        size_t child = 2 * node + 1;

        if (child >= cover->count)
            return;
        if (child + 1 < cover->count && wins(cover, child + 1, child))
            child++;
        if (!wins(cover, child, node))
            return;
        swap(cover, node, child);
        node = child;
    }
}

void cover_leave(struct cover *cover, uint64_t position)
{
    while (cover->count > 0 && cover->interval[cover->number[0]].end <= position)
        pop(cover);
}

const struct memory_interval *cover_winner(struct cover *cover, uint64_t position)
{
    cover_leave(cover, position);
    while (cover->next < cover->end && cover->interval[cover->next].base <= position)
        push(cover, (uint32_t)cover->next++);
    return cover->count > 0 ? &cover->interval[cover->number[0]] : NULL;
}

uint64_t cover_change(const struct cover *cover, const struct memory_interval *winner)
{
    uint64_t change = cover->next < cover->end ? cover->interval[cover->next].base : UINT64_MAX;

    return winner ? min_u64(change, winner->end) : change;
}
