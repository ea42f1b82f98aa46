/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_runs.h"

#include "paging.h"

/* What the address space does with memory of a kind. Cached aliases of devices must not exist. */
#define HOLD      1U /* the direct map has it: where the firmware lists it as cached, */
#define HOLD_ANY  2U /* or anyway */
#define READ_ONLY 4U
#define FREE      8U /* the kernel can do without */

static unsigned treatment_of(const struct baton_memory *entry)
{
    static const uint8_t treatments[] = {
        [BATON_MEMORY_USABLE] = HOLD | FREE,
        [BATON_MEMORY_BOOT_SERVICES] = HOLD | FREE,
        [BATON_MEMORY_LOADER] = HOLD | FREE,
        [BATON_MEMORY_SPECIFIC_PURPOSE] = HOLD | FREE,
        [BATON_MEMORY_WITHHELD] = HOLD | FREE, /* until now: runs are the same in either pass */
        [BATON_MEMORY_ACPI_RECLAIMABLE] = HOLD,
        [BATON_MEMORY_ACPI_NVS] = HOLD,
        [BATON_MEMORY_RUNTIME_DATA] = HOLD,
        [BATON_MEMORY_RUNTIME_CODE] = HOLD | READ_ONLY,
        [BATON_MEMORY_FIRMWARE_TABLES] = HOLD | HOLD_ANY | READ_ONLY,
    };
    unsigned treatment = entry->kind < sizeof(treatments) ? treatments[entry->kind] : 0;

    if (!(treatment & HOLD_ANY) && !(entry->efi_attributes & EFI_ATTRIBUTE_WRITE_BACK))
        treatment &= ~HOLD;
    return treatment;
}

struct memory_run memory_run_find(const struct baton_memory *entries, size_t count)
{
    const unsigned alike = HOLD | READ_ONLY, first = treatment_of(entries);
    uint64_t end = entries->base + entries->size;
    unsigned common = first;
    size_t length = 1;

    while ((first & HOLD) && length < count && entries[length].base == end) {
        unsigned treatment = treatment_of(&entries[length]);

        if ((treatment ^ first) & alike)
            break;
        common &= treatment;
        end += entries[length++].size;
    }
    return (struct memory_run){.count = length,
                               .base = entries->base,
                               .size = end - entries->base,
                               .held = first & HOLD,
                               .free = common & FREE,
                               .permissions = first & READ_ONLY ? PERMIT_READ : PERMIT_WRITE};
}
