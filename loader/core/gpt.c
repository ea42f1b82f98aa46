/* SPDX-License-Identifier: BSD-2-Clause */
#include "gpt.h"

#include "checked.h"
#include "crc32.h"
#include "memory.h"

/* The header, table 5-5. */
#define SIGNATURE      0x5452415020494645ULL /* "EFI PART" */
#define HEADER_SIZE    12
#define HEADER_CRC     16
#define OWN_BLOCK      24
#define OTHER_BLOCK    32
#define TABLE_BLOCK    72
#define ENTRY_COUNT    80
#define ENTRY_SIZE     84
#define TABLE_CRC      88
#define HEADER_MINIMUM 92U
#define ENTRY_MINIMUM  128U

/* An entry, table 5-6: its type, its own GUID, and from which block to which it goes. */
#define ENTRY_FIRST 32
#define ENTRY_LAST  40

/* The header's own checksum counts as zero in it. */
static bool is_header_whole(struct bytes header, uint32_t checksum)
{
    static const uint8_t zeros[4];
    uint32_t crc = crc32_add(0, header.data, HEADER_CRC);

    crc = crc32_add(crc, zeros, sizeof(zeros));
    crc = crc32_add(crc, header.data + HEADER_CRC + sizeof(zeros), header.size - HEADER_CRC - sizeof(zeros));
    return crc == checksum;
}

bool gpt_read_header(struct bytes block, uint64_t number, struct gpt_table *ret_table)
{
    uint64_t signature, length, checksum, own, table, count, size, table_checksum;
    struct bytes header;

    if (!bytes_number(block, 0, 8, &signature) || signature != SIGNATURE ||
        !bytes_number(block, HEADER_SIZE, 4, &length) || length < HEADER_MINIMUM ||
        !bytes_slice(block, 0, length, &header))
        return false;
    if (!bytes_number(header, HEADER_CRC, 4, &checksum) || !bytes_number(header, OWN_BLOCK, 8, &own) ||
        !bytes_number(header, TABLE_BLOCK, 8, &table) || !bytes_number(header, ENTRY_COUNT, 4, &count) ||
        !bytes_number(header, ENTRY_SIZE, 4, &size) || !bytes_number(header, TABLE_CRC, 4, &table_checksum))
        return false;
    if (own != number || !is_header_whole(header, (uint32_t)checksum) || count == 0 || size < ENTRY_MINIMUM ||
        !is_power_of_two(size) || count > GPT_TABLE_MAX / size)
        return false;
    *ret_table = (struct gpt_table){table, (uint32_t)count, (uint32_t)size, (uint32_t)table_checksum};
    return true;
}

uint64_t gpt_other_header(struct bytes block)
{
    uint64_t other;

    return bytes_number(block, OTHER_BLOCK, 8, &other) ? other : 0;
}

bool gpt_is_whole(struct bytes bytes, const struct gpt_table *table)
{
    const size_t size = (size_t)table->count * table->size;

    return bytes.size >= size && crc32_add(0, bytes.data, size) == table->checksum;
}

/* Whether the entry is of that type, and of a partition that has a block. */
static bool is_of_type(struct bytes entry, const uint8_t type[GPT_GUID_SIZE])
{
    uint64_t first, last;

    return bytes_number(entry, ENTRY_FIRST, 8, &first) && bytes_number(entry, ENTRY_LAST, 8, &last) && first <= last &&
           memcmp(entry.data, type, GPT_GUID_SIZE) == 0;
}

uint32_t gpt_find_type(struct bytes bytes, const struct gpt_table *table, const uint8_t type[GPT_GUID_SIZE],
                       uint8_t ret_guid[GPT_GUID_SIZE])
{
    uint32_t found = 0;
    struct bytes entry;

    for (uint32_t i = 0; i < table->count && bytes_slice(bytes, (uint64_t)i * table->size, table->size, &entry); i++) {
        if (!is_of_type(entry, type))
            continue;
        if (found++ == 0)
            memcpy(ret_guid, entry.data + GPT_GUID_SIZE, GPT_GUID_SIZE);
    }
    return found;
}
