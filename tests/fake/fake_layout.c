/* SPDX-License-Identifier: BSD-2-Clause */
/* What is where in physical memory when the loader starts. */
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fake_memory.h"

#define WB          0xfULL
#define RUNTIME     (WB | EFI_MEMORY_RUNTIME)
#define HIGH        0x100000000ULL
#define HIGH_END    0x140000000ULL
#define IMAGE       0x3c000000ULL
#define IMAGE_ABOVE 0x13f000000ULL
#define IMAGE_SIZE  0x20000ULL
#define SCREEN      0x80000000ULL
#define SCREEN_LOW  0x3b000000ULL
#define LOW         0x2000000ULL /* where kernels of the scenarios are linked low */
#define LOW_END     0x4000000ULL

/* A machine as OVMF shows it, with 2 GiB of memory. */
static const struct fake_range usual[] = {
    {0x0, 0xa0000, EfiConventionalMemory, WB},
    {0x100000, 0x800000, EfiConventionalMemory, WB},
    {0x800000, 0x808000, EfiACPIMemoryNVS, WB},
    {0x808000, 0x810000, EfiConventionalMemory, WB},
    {0x810000, 0x900000, EfiACPIMemoryNVS, WB},
    {0x900000, 0x1600000, EfiBootServicesData, WB},
    {0x1600000, IMAGE, EfiConventionalMemory, WB},
    {IMAGE, IMAGE + IMAGE_SIZE, EfiLoaderCode, WB}, /* the loader */
    {IMAGE + IMAGE_SIZE, 0x3d000000, EfiBootServicesData, WB},
    {0x3d000000, 0x3d400000, EfiBootServicesCode, WB},
    {0x3d400000, 0x3d500000, EfiRuntimeServicesData, RUNTIME},
    {0x3d500000, 0x3d600000, EfiRuntimeServicesCode, RUNTIME},
    {0x3d600000, 0x3d680000, EfiReservedMemoryType, WB},
    {0x3d680000, 0x3d6a0000, EfiACPIReclaimMemory, WB},
    {0x3d6a0000, 0x3d700000, EfiACPIMemoryNVS, WB},
    {0x3d700000, 0x3e000000, EfiBootServicesData, WB},
    {0x3e000000, 0x3e400000, EfiConventionalMemory, WB},
    {0x3e400000, 0x3e500000, EfiConventionalMemory, EFI_MEMORY_UC}, /* that cannot be cached */
    {0x3e500000, 0x3e600000, EfiConventionalMemory, WB | EFI_MEMORY_SP},
    {0x3e600000, 0x40000000, EfiBootServicesCode, WB},
    {0xffc00000, HIGH, EfiMemoryMappedIO, EFI_MEMORY_UC | EFI_MEMORY_RUNTIME},
    {HIGH, HIGH_END, EfiConventionalMemory, WB},
};

#define RANGES_AT_MOST 64

struct layout {
    struct fake_range ranges[RANGES_AT_MOST];
    size_t count;
};

static void add(struct layout *layout, uint64_t base, uint64_t end, const struct fake_range *like)
{
    if (base >= end)
        return;
    if (layout->count == RANGES_AT_MOST)
        abort();
    layout->ranges[layout->count++] = (struct fake_range){base, end, like->type, like->attributes};
}

/* Gives a part of one range another type. */
static void carve(struct layout *layout, uint64_t base, uint64_t end, uint32_t type)
{
    struct fake_range old[RANGES_AT_MOST];
    size_t count = layout->count;

    memcpy(old, layout->ranges, count * sizeof(old[0]));
    layout->count = 0;
    for (size_t i = 0; i < count; i++) {
        bool holds = base >= old[i].base && end <= old[i].end;
        struct fake_range part = {base, end, type, old[i].attributes};

        add(layout, old[i].base, holds ? base : old[i].end, &old[i]);
        if (holds) {
            add(layout, base, end, &part);
            add(layout, end, old[i].end, &old[i]);
        }
    }
}

/* As OVMF with 4 GiB and more has it. */
static void move_loader_up(struct layout *layout)
{
    carve(layout, IMAGE, IMAGE + IMAGE_SIZE, EfiBootServicesData);
    carve(layout, IMAGE_ABOVE, IMAGE_ABOVE + IMAGE_SIZE, EfiLoaderCode);
    carve(layout, IMAGE_ABOVE + IMAGE_SIZE, HIGH_END, EfiBootServicesData);
}

static void take_free_below(struct layout *layout, uint64_t end)
{
    for (size_t i = 0; i < layout->count; i++) {
        if (layout->ranges[i].type == EfiConventionalMemory && layout->ranges[i].base < end)
            layout->ranges[i].type = EfiBootServicesData;
    }
}

size_t fake_layout(struct fake_range *ret_ranges, size_t capacity)
{
    struct layout layout = {.count = 0};

    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        add(&layout, usual[i].base, usual[i].end, &usual[i]);
    if (fake_has(FAKE_QUIRK_LOW_TAKEN))
        carve(&layout, LOW, LOW_END, EfiBootServicesData);
    if (fake_has(FAKE_QUIRK_TREE_IN_BOOT_DATA) && fake_setup()->device_tree.size > 0)
        carve(&layout, FAKE_RESERVED, FAKE_RESERVED + FAKE_RESERVED_SIZE, EfiBootServicesData);
    if (fake_has(FAKE_QUIRK_SCREEN_IN_MEMORY))
        carve(&layout, SCREEN_LOW, SCREEN_LOW + FAKE_SCREEN_SIZE, EfiReservedMemoryType);
    if (fake_has(FAKE_QUIRK_LOADER_ABOVE))
        move_loader_up(&layout);
    if (fake_has(FAKE_QUIRK_HIGH_ONLY)) /* what is above is all that is left */
        take_free_below(&layout, HIGH);
    else if (fake_has(FAKE_QUIRK_BOOT_DATA_ABOVE))
        carve(&layout, HIGH, fake_has(FAKE_QUIRK_LOADER_ABOVE) ? IMAGE_ABOVE : HIGH_END, EfiBootServicesData);
    if (layout.count > capacity)
        abort();
    memcpy(ret_ranges, layout.ranges, layout.count * sizeof(layout.ranges[0]));
    return layout.count;
}

uint64_t fake_layout_image(void)
{
    return fake_has(FAKE_QUIRK_LOADER_ABOVE) ? IMAGE_ABOVE : IMAGE;
}

uint64_t fake_layout_screen(void)
{
    return fake_has(FAKE_QUIRK_SCREEN_IN_MEMORY) ? SCREEN_LOW : SCREEN;
}
