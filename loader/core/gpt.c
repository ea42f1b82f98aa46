/* SPDX-License-Identifier: BSD-2-Clause */
#include "gpt.h"

#include "checked.h"
#include "memory.h"

/* The header, table 5-5. */
#define SIGNATURE     0x5452415020494645ULL /* "EFI PART" */
#define TABLE_BLOCK   72
#define ENTRY_COUNT   80
#define ENTRY_SIZE    84
#define ENTRY_MINIMUM 128U

/* An entry, table 5-6: its type, and its own GUID behind it. */
#define GUID_SIZE 16

bool gpt_find(struct bytes header, uint32_t number, struct gpt_place *ret_place)
{
    uint64_t signature, table, count, size, offset, block;

    if (!bytes_number(header, 0, 8, &signature) || signature != SIGNATURE ||
        !bytes_number(header, TABLE_BLOCK, 8, &table) || !bytes_number(header, ENTRY_COUNT, 4, &count) ||
        !bytes_number(header, ENTRY_SIZE, 4, &size))
        return false;
    /* Entries are 128 bytes times a power of two, as blocks are, so none goes across two blocks. */
    if (number == 0 || number > count || size < ENTRY_MINIMUM || !is_power_of_two(size) || size > header.size)
        return false;
    offset = (number - 1) * size;
    if (!checked_add(table, offset / header.size, &block))
        return false;
    *ret_place = (struct gpt_place){block, (uint32_t)(offset % header.size)};
    return true;
}

bool gpt_read_type(struct bytes block, uint32_t offset, const uint8_t guid[16], uint8_t ret_type[GPT_TYPE_SIZE])
{
    struct bytes entry;

    if (!bytes_slice(block, offset, GPT_TYPE_SIZE + GUID_SIZE, &entry) ||
        memcmp(entry.data + GPT_TYPE_SIZE, guid, GUID_SIZE) != 0)
        return false;
    memcpy(ret_type, entry.data, GPT_TYPE_SIZE);
    return true;
}
