/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ACPI tables that lead to each other in any way, most with right checksums. Only memory that can be read is in the
 * ranges, and with an RSDP all that it leads to (its pages, those of the roots). The RSDP's copy has right checksums
 * and one of two sizes. Devices are there once each, and only ones that a table with a right checksum names.
 */
#include <string.h>

#include "acpi.h"
#include "fuzz.h"
#include "put.h"
#include "tables.h"

#define BLOCKS 12

static const char signatures[][5] = {"XSDT", "RSDT", "FACP", "APIC", "HPET", "FACS", "DSDT", "SSDT"};

/* Signature, length, then what that kind of table has: addresses, or structures. */
static void write_table(struct input *input, uint8_t *at, size_t size, uint64_t how)
{
    const char *signature = signatures[how & 7];
    size_t place = 36, step = (how & 7) == 0 ? 8 : 4;

    memcpy(at, signature, 4);
    put_number(at + 4, 4, how & 0x40 ? input_number(input, 3) : size);
    switch (how & 7) {
    case 2:
        for (; place + 4 <= size && place < 44; place += 4)
            put_number(at + place, 4, tables_address(input));
        for (place = 132; place + 8 <= size && place < 148; place += 8)
            put_number(at + place, 8, tables_address(input));
        break;
    case 3:
        for (place = 44; place + 12 <= size && input->size > 0; place += at[place + 1] < 2 ? 12 : at[place + 1]) {
            at[place] = input_flag(input) ? 1 : (uint8_t)input_number(input, 1);
            at[place + 1] = input_flag(input) ? 12 : (uint8_t)input_number(input, 1);
            put_number(at + place + 4, 4, input_number(input, 2));
        }
        break;
    case 4:
        if (size >= 52) {
            at[40] = (uint8_t)(input_number(input, 1) & 1);
            put_number(at + 44, 8, input_wide(input));
        }
        break;
    default:
        for (; place + step <= size && input->size > 0; place += step)
            put_number(at + place, step, tables_address(input));
        break;
    }
    if (!(how & 0x80))
        made_seal(at, size, 9);
}

static void write_rsdp(struct input *input, uint8_t *at, size_t size)
{
    uint64_t how = input_number(input, 1), length = how & 8 ? input_number(input, 2) : how & 16 ? size : 36;

    memcpy(at, "RSD PTR ", 8);
    at[15] = how & 1 ? 0 : (uint8_t)(how >> 1 & 3);
    put_number(at + 16, 4, tables_address(input));
    if (size >= 36) {
        put_number(at + 20, 4, length);
        put_number(at + 24, 8, tables_address(input));
    }
    if (!(how & 64))
        made_seal(at, 20, 8);
    if (!(how & 32) && length >= 36 && length <= size)
        made_seal(at, length, 32);
}

static struct made_memory *make_memory(struct input *input)
{
    struct made_memory *memory = fuzz_room(sizeof(*memory));
    size_t count = 2 + (size_t)input_below(input, BLOCKS - 1);

    *memory = (struct made_memory){.count = 0};
    for (size_t i = 0; i < count; i++) {
        uint64_t how = input_number(input, 1), base = TABLES_BASE + i * 0x10000;
        size_t size =
            i < 2 ? 20 + (size_t)input_number(input, 1) : (how & 0x20 ? 36 : 148) + (size_t)input_number(input, 1);
        uint8_t *block = made_memory_add(memory, base, size);

        if (i < 2)
            write_rsdp(input, block, size);
        else if (how != 0xff)
            write_table(input, block, size, how);
        else
            memset(block, (int)input_number(input, 1), size);
    }
    return memory;
}

/* Whether there is a table of this kind with a right checksum, wherever it begins. */
static bool has_sound(const struct made_memory *memory, const char *signature)
{
    for (size_t i = 0; i < memory->count; i++) {
        struct bytes block = {memory->blocks[i].bytes, memory->blocks[i].size}, table;
        uint64_t length = 0;

        for (size_t at = 0; at + 36 <= block.size; at++) {
            if (memcmp(block.data + at, signature, 4) == 0 && bytes_number(block, at + 4, 4, &length) && length >= 36 &&
                bytes_slice(block, at, length, &table) && bytes_sum(table) == 0)
                return true;
        }
    }
    return false;
}

static void check_devices(const struct made_memory *memory, const struct firmware_tables *tables)
{
    CHECK(tables->io_apic_count <= FIRMWARE_IO_APICS);
    for (size_t i = 0; i < tables->io_apic_count; i++) {
        CHECK(tables->io_apic[i] != 0 && tables->io_apic[i] <= UINT32_MAX);
        for (size_t k = 0; k < i; k++)
            CHECK(tables->io_apic[k] != tables->io_apic[i]);
    }
    CHECK(tables->hpet == 0 || has_sound(memory, "HPET"));
    CHECK(tables->io_apic_count == 0 || has_sound(memory, "APIC"));
}

static void check_rsdp(const struct made_memory *memory, const struct firmware_tables *tables,
                       const struct table_ranges *ranges)
{
    struct bytes copy = {tables->rsdp, tables->rsdp_size};
    uint64_t xsdt = 0, rsdt = 0;

    if (!tables->has_rsdp) {
        CHECK(tables->rsdp_size == 0 && tables->io_apic_count == 0 && tables->hpet == 0);
        return;
    }
    CHECK(memcmp(copy.data, "RSD PTR ", 8) == 0 && bytes_sum((struct bytes){copy.data, 20}) == 0);
    CHECK(copy.size == (copy.data[15] < 2 ? 20 : 36) && bytes_sum(copy) == 0);
    CHECK(copy.size == 20 || (copy.data[20] == 36 && copy.data[21] == 0));
    CHECK(tables_has(memory, tables->rsdp_address, copy.size));
    CHECK(made_is_in(ranges->range, ranges->count, tables->rsdp_address, copy.size));
    (void)!bytes_number(copy, 24, 8, &xsdt);
    (void)!bytes_number(copy, 16, 4, &rsdt);
    CHECK((xsdt != 0 && made_is_in(ranges->range, ranges->count, xsdt, 36)) ||
          (rsdt != 0 && made_is_in(ranges->range, ranges->count, rsdt, 36)));
}

void fuzz(struct input *input)
{
    struct firmware_pointers pointers = {.acpi20 = tables_address(input), .acpi10 = tables_address(input)};
    struct table_range range[FIRMWARE_TABLE_RANGES];
    struct table_ranges ranges = {.range = range, .capacity = 1 + (size_t)input_below(input, FIRMWARE_TABLE_RANGES)};
    struct made_memory *memory = make_memory(input);
    struct physical_memory view = made_memory_view(memory);
    struct firmware_tables tables = {0};

    acpi_find(&pointers, &view, &tables, &ranges);
    CHECK(ranges.count <= ranges.capacity);
    tables_check_ranges(memory, range, ranges.count);
    check_devices(memory, &tables);
    if (ranges.left_out == 0)
        check_rsdp(memory, &tables, &ranges);
    made_memory_end(memory);
}
