/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMBIOS entry points, most with right checksums, as firmware_tables_find sees them. One counts exactly when anchor,
 * length and checksums are right and its structure table can be read; then its pages and the table's are in the ranges.
 */
#include <string.h>

#include "fuzz.h"
#include "put.h"
#include "tables.h"

static void write_2(struct input *input, uint8_t *at)
{
    uint64_t how = input_number(input, 1);

    memcpy(at, "_SM_", 4);
    at[5] = how & 1 ? 31 : how & 2 ? 30 : (uint8_t)input_number(input, 1);
    memcpy(at + 16, "_DMI_", 5);
    put_number(at + 22, 2, input_number(input, 2));
    put_number(at + 24, 4, tables_address(input));
    at[30] = (uint8_t)how;
    if (!(how & 4) && at[5] > 16)
        made_seal(at + 16, 15, 5);
    if (!(how & 8))
        made_seal(at, at[5] <= 31 ? at[5] : 31, 4);
    if (how & 16)
        at[input_below(input, 31)] ^= (uint8_t)input_number(input, 1);
}

static void write_3(struct input *input, uint8_t *at)
{
    uint64_t how = input_number(input, 1);

    memcpy(at, "_SM3_", 5);
    at[6] = how & 1 ? 24 : (uint8_t)input_number(input, 1);
    put_number(at + 12, 4, how & 2 ? input_number(input, 4) : input_number(input, 2));
    put_number(at + 16, 8, tables_address(input));
    if (!(how & 4))
        made_seal(at, 24, 5);
    if (how & 8)
        at[input_below(input, 24)] ^= (uint8_t)input_number(input, 1);
}

static uint64_t number_at(const uint8_t *at, size_t width)
{
    uint64_t number = 0;

    (void)!bytes_number((struct bytes){at, width}, 0, width, &number);
    return number;
}

static bool is_sound_2(const struct made_memory *memory, const uint8_t *at)
{
    uint64_t size = number_at(at + 22, 2), table = number_at(at + 24, 4);

    return memcmp(at, "_SM_", 4) == 0 && memcmp(at + 16, "_DMI_", 5) == 0 && (at[5] == 30 || at[5] == 31) &&
           bytes_sum((struct bytes){at, at[5]}) == 0 && bytes_sum((struct bytes){at + 16, 15}) == 0 && size > 0 &&
           table != 0 && tables_has(memory, table, size);
}

static bool is_sound_3(const struct made_memory *memory, const uint8_t *at)
{
    uint64_t size = number_at(at + 12, 4), table = number_at(at + 16, 8);

    return memcmp(at, "_SM3_", 5) == 0 && at[6] == 24 && bytes_sum((struct bytes){at, 24}) == 0 && size > 0 &&
           size <= 1 << 20 && table != 0 && tables_has(memory, table, size);
}

void fuzz(struct input *input)
{
    const struct firmware_pointers pointers = {.smbios2 = TABLES_BASE, .smbios3 = TABLES_BASE + 0x10000};
    struct made_memory memory = {.count = 0};
    struct physical_memory view = made_memory_view(&memory);
    struct firmware_tables tables;
    bool sound_2 = false, sound_3 = false, has_2 = input_flag(input), has_3 = input_flag(input);
    uint8_t *entry_2 = has_2 ? made_memory_add(&memory, pointers.smbios2, 31) : NULL;
    uint8_t *entry_3 = has_3 ? made_memory_add(&memory, pointers.smbios3, 24) : NULL;

    for (uint64_t i = 2, count = 2 + input_below(input, 4); i < count; i++)
        (void)made_memory_add(&memory, TABLES_BASE + i * 0x10000, 1 + (size_t)input_number(input, 2));
    if (entry_2) {
        write_2(input, entry_2);
        sound_2 = is_sound_2(&memory, entry_2);
    }
    if (entry_3) {
        write_3(input, entry_3);
        sound_3 = is_sound_3(&memory, entry_3);
    }
    firmware_tables_find(&pointers, &view, &tables);
    tables_check_ranges(&memory, tables.ranges, tables.range_count);
    CHECK(tables.has_smbios2 == sound_2 && tables.has_smbios3 == sound_3);
    if (sound_2) {
        CHECK(memcmp(tables.smbios2, entry_2, 31) == 0);
        CHECK(made_is_in(tables.ranges, tables.range_count, pointers.smbios2, 31));
        CHECK(made_is_in(tables.ranges, tables.range_count, number_at(entry_2 + 24, 4), number_at(entry_2 + 22, 2)));
    }
    if (sound_3) {
        CHECK(memcmp(tables.smbios3, entry_3, 24) == 0);
        CHECK(made_is_in(tables.ranges, tables.range_count, number_at(entry_3 + 16, 8), number_at(entry_3 + 12, 4)));
    }
    made_memory_end(&memory);
}
