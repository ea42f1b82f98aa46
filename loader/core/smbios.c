/* SPDX-License-Identifier: BSD-2-Clause */
#include "smbios.h"

#include "log.h"
#include "memory.h"

#define TABLE_AT_MOST (1ULL << 20) /* bytes */

#define INTERMEDIATE 16 /* where the second half of a 32-bit entry point begins */

struct smbios {
    const struct physical_memory *memory;
    struct table_ranges *ranges;
};

static bool refuse(const char *what, uint64_t address, const char *why)
{
    log_warning("%s at 0x%llx: %s", what, (unsigned long long)address, why);
    return false;
}

static bool begins_with(struct bytes bytes, size_t offset, const char *anchor, size_t size)
{
    return bytes.size >= offset + size && memcmp(bytes.data + offset, anchor, size) == 0;
}

/* The entry point's fields for its structure table: an address of `width` bytes, and a length of `length_width`. */
struct table_fields {
    uint64_t address, length;
    size_t width, length_width;
};

static bool take_table(const struct smbios *smbios, const char *what, uint64_t address, struct bytes entry,
                       const struct table_fields *fields)
{
    struct bytes table;
    uint64_t base, size;

    if (!bytes_number(entry, fields->address, fields->width, &base) ||
        !bytes_number(entry, fields->length, fields->length_width, &size) || base == 0 || size == 0 ||
        size > TABLE_AT_MOST || !physical_read(smbios->memory, base, size, &table))
        return refuse(what, address, "its table cannot be read");
    table_ranges_add(smbios->ranges, address, entry.size);
    table_ranges_add(smbios->ranges, base, table.size);
    return true;
}

/* "_SM3_", checksum, length at 6; the table's greatest size (4) at 12, its address (8) at 16. */
static bool take_64(const struct smbios *smbios, uint64_t address, uint8_t *entry_copy)
{
    static const char what[] = "SMBIOS 3";
    static const struct table_fields fields = {16, 12, 8, 4};
    struct bytes entry;

    if (!physical_read(smbios->memory, address, SMBIOS3_SIZE, &entry) || !begins_with(entry, 0, "_SM3_", 5) ||
        entry.data[6] != SMBIOS3_SIZE)
        return refuse(what, address, "there is none to read");
    if (bytes_sum(entry) != 0)
        return refuse(what, address, "wrong checksum");
    if (!take_table(smbios, what, address, entry, &fields))
        return false;
    memcpy(entry_copy, entry.data, SMBIOS3_SIZE);
    return true;
}

/* "_SM_", checksum, length at 5; then at 16 "_DMI_", checksum of this half, the table's length (2) at 22, its address
 * (4) at 24. The length may be one too small: version 2.1 of the specification had it wrong. */
static bool take_32(const struct smbios *smbios, uint64_t address, uint8_t *entry_copy)
{
    static const char what[] = "SMBIOS 2";
    static const struct table_fields fields = {24, 22, 4, 2};
    struct bytes entry, half;

    if (!physical_read(smbios->memory, address, SMBIOS2_SIZE, &entry) || !begins_with(entry, 0, "_SM_", 4) ||
        !begins_with(entry, INTERMEDIATE, "_DMI_", 5) ||
        (entry.data[5] != SMBIOS2_SIZE && entry.data[5] != SMBIOS2_SIZE - 1))
        return refuse(what, address, "there is none to read");
    half = (struct bytes){entry.data + INTERMEDIATE, SMBIOS2_SIZE - INTERMEDIATE};
    if (bytes_sum((struct bytes){entry.data, entry.data[5]}) != 0 || bytes_sum(half) != 0)
        return refuse(what, address, "wrong checksum");
    if (!take_table(smbios, what, address, entry, &fields))
        return false;
    memcpy(entry_copy, entry.data, SMBIOS2_SIZE);
    return true;
}

void smbios_find(const struct firmware_pointers *pointers, const struct physical_memory *memory,
                 struct firmware_tables *tables, struct table_ranges *ranges)
{
    const struct smbios smbios = {memory, ranges};

    if (pointers->smbios3 != 0)
        tables->has_smbios3 = take_64(&smbios, pointers->smbios3, tables->smbios3);
    if (pointers->smbios2 != 0)
        tables->has_smbios2 = take_32(&smbios, pointers->smbios2, tables->smbios2);
}
