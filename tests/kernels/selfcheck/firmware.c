/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's tables as ranges of physical memory. */
#include "selfcheck.h"

#include "memory.h"

#define TABLE_COUNT   104 /* offsets in EFI_SYSTEM_TABLE */
#define TABLE_ENTRIES 112
#define ENTRY_SIZE    24

bool firmware_readable(const struct subject *subject, uint64_t physical, uint64_t size)
{
    if (size == 0 || physical + size < physical)
        return false;
    for (uint64_t page = ROUND_DOWN(physical); page < physical + size; page += PAGE)
        if (!faults_can_read(direct(subject->baton, page)))
            return false;
    return true;
}

void firmware_add(struct firmware_ranges *ranges, const char *name, uint64_t physical, uint64_t size, bool summed)
{
    for (unsigned i = 0; i < ranges->count; i++)
        if (ranges->range[i].physical == physical && ranges->range[i].size == size)
            return;
    if (ranges->count < MAX_FIRMWARE_RANGES)
        ranges->range[ranges->count++] = (struct firmware_range){name, physical, size, summed};
}

uint64_t configuration_table(const struct subject *subject, const uint8_t *guid)
{
    const uint8_t *table = subject->baton->efi_system_table;
    uint64_t count, entries, value;

    if (!table || !firmware_readable(subject, physical_of(subject, table), TABLE_ENTRIES + 8))
        return 0;
    memcpy(&count, table + TABLE_COUNT, sizeof(count));
    memcpy(&entries, table + TABLE_ENTRIES, sizeof(entries));
    if (!firmware_readable(subject, entries, count * ENTRY_SIZE))
        return 0;
    for (uint64_t i = 0; i < count; i++) {
        const uint8_t *entry = (const uint8_t *)direct(subject->baton, entries) + i * ENTRY_SIZE;

        if (bytes_equal(entry, guid, 16)) {
            memcpy(&value, entry + 16, sizeof(value));
            return value;
        }
    }
    return 0;
}
