/* SPDX-License-Identifier: 0BSD */
#include "kinds.h"

#include <baton/baton.h>

struct kind {
    const char *name;
    uint32_t colour;
};

static const struct kind kinds[KINDS_END] = {
    [0] = {"unknown", 0xff00ff},
    [BATON_MEMORY_USABLE] = {"usable", 0x2f6b4f},
    [BATON_MEMORY_BOOT_SERVICES] = {"boot services", 0x4fa088},
    [BATON_MEMORY_LOADER] = {"loader", 0x9ad8b8},
    [BATON_MEMORY_TRAMPOLINE] = {"trampoline", 0xff8fd0},
    [BATON_MEMORY_PAGE_TABLES] = {"page tables", 0xffe066},
    [BATON_MEMORY_BATON] = {"baton", 0xf79a2e},
    [BATON_MEMORY_STACK] = {"stack", 0xe5383b},
    [BATON_MEMORY_KERNEL] = {"kernel", 0x4d8bff},
    [BATON_MEMORY_MODULE] = {"module", 0xa06cf0},
    [BATON_MEMORY_ACPI_RECLAIMABLE] = {"ACPI reclaimable", 0x5fd3f3},
    [BATON_MEMORY_ACPI_NVS] = {"ACPI NVS", 0x2090b8},
    [BATON_MEMORY_FIRMWARE_TABLES] = {"firmware tables", 0xb8f2e6},
    [BATON_MEMORY_RUNTIME_CODE] = {"runtime code", 0xd08a52},
    [BATON_MEMORY_RUNTIME_DATA] = {"runtime data", 0x9a5a2a},
    [BATON_MEMORY_SPECIFIC_PURPOSE] = {"specific purpose", 0x8f9bd8},
    [BATON_MEMORY_PERSISTENT] = {"persistent", 0xf4f1e8},
    [BATON_MEMORY_UNACCEPTED] = {"unaccepted", 0x7a7a30},
    [BATON_MEMORY_FRAMEBUFFER] = {"framebuffer", 0xf15bb5},
    [BATON_MEMORY_MMIO] = {"MMIO", 0x8a94a6},
    [BATON_MEMORY_RESERVED] = {"reserved", 0x5a6478},
    [BATON_MEMORY_UNUSABLE] = {"unusable", 0xff2020},
    [BATON_MEMORY_WITHHELD] = {"withheld", 0xb0a040},
};

bool kind_is_in(uint32_t kind, uint32_t set)
{
    return kind < KINDS_END && (set >> kind & 1) != 0;
}

const char *kind_name(uint32_t kind)
{
    return kinds[kind < KINDS_END ? kind : 0].name;
}

uint32_t kind_colour(uint32_t kind)
{
    return kinds[kind < KINDS_END ? kind : 0].colour;
}
