/* SPDX-License-Identifier: BSD-2-Clause */
#include "maps_layout.h"

#include "checked.h"

/* 170,000 descriptors, which no machine has. The whole room is then some 25 MiB, so the page tables that are counted to
 * spare (address_space.c) are enough when it is enlarged while the firmware is left. */
#define RAW_SIZE_MAX (8ULL << 20)

bool maps_layout_make(uint64_t raw_size, size_t descriptor_size, size_t placed, struct maps_layout *ret_layout)
{
    struct maps_layout layout;
    uint64_t entries_size, scratch_size;

    if (raw_size > RAW_SIZE_MAX || placed > RAW_SIZE_MAX || descriptor_size < EFI_DESCRIPTOR_MINIMUM)
        return false;
    layout.raw_size = align_down(raw_size + PAGE_SIZE - 1, PAGE_SIZE);
    layout.intervals = memory_map_intervals((size_t)layout.raw_size / descriptor_size, placed);
    entries_size = memory_map_entries(layout.intervals) * sizeof(struct baton_memory);
    scratch_size = layout.intervals * (sizeof(struct memory_interval) + sizeof(uint32_t));
    layout.entries = layout.raw_size;
    layout.labelled = align_down(layout.entries + entries_size + PAGE_SIZE - 1, PAGE_SIZE);
    layout.scratch = layout.labelled;
    layout.size = align_down(layout.scratch + scratch_size + PAGE_SIZE - 1, PAGE_SIZE);
    *ret_layout = layout;
    return true;
}

struct memory_map_room maps_layout_room(const struct maps_layout *layout, uint8_t *memory)
{
    uint8_t *interval = memory + layout->scratch;

    return (struct memory_map_room){
        .intervals = layout->intervals,
        .interval = (struct memory_interval *)(void *)interval,
        .heap = (uint32_t *)(void *)(interval + layout->intervals * sizeof(struct memory_interval)),
        .entry = (struct baton_memory *)(void *)(memory + layout->entries),
    };
}
