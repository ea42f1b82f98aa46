/* SPDX-License-Identifier: BSD-2-Clause */
#include "firmware_tables.h"

#include "acpi.h"
#include "checked.h"
#include "device_tree.h"
#include "log.h"
#include "smbios.h"

#define BIOS_AREA     0xe0000ULL
#define BIOS_AREA_END 0x100000ULL
#define DEVICES_START (1ULL << 20)
#define DEVICES_END   (1ULL << 32) /* the PC has its interrupt controllers and timers below; firmware maps no more */
#define PASSES        64           /* over the map, to find what a range consists of: two where the map is in order */

static void find_device_tree(uint64_t address, const struct physical_memory *memory, struct firmware_tables *tables,
                             struct table_ranges *ranges)
{
    struct bytes bytes;
    uint64_t size;

    if (address == 0)
        return;
    if (!physical_read(memory, address, DEVICE_TREE_HEADER, &bytes) || !device_tree_check(bytes, &size) ||
        !physical_read(memory, address, size, &bytes)) {
        log_warning("device tree at 0x%llx: there is none to read", (unsigned long long)address);
        return;
    }
    tables->device_tree = address;
    tables->device_tree_size = size;
    table_ranges_add(ranges, address, size);
}

void firmware_tables_find(const struct firmware_pointers *pointers, const struct physical_memory *memory,
                          struct firmware_tables *ret_tables)
{
    struct table_ranges ranges = {.range = ret_tables->ranges, .capacity = FIRMWARE_TABLE_RANGES};

    *ret_tables = (struct firmware_tables){0};
    acpi_find(pointers, memory, ret_tables, &ranges);
    smbios_find(pointers, memory, ret_tables, &ranges);
    find_device_tree(pointers->device_tree, memory, ret_tables, &ranges);
    ret_tables->range_count = ranges.count;
    if (ranges.left_out > 0)
        log_warning("%zu firmware tables have no place in the memory map", ranges.left_out);
}

static bool is_device_type(uint32_t type)
{
    return type == EFI_TYPE_MMIO || type == EFI_TYPE_MMIO_PORTS || type == EFI_TYPE_RESERVED;
}

/* Below `end`, that is. */
static bool can_be_device(const struct efi_map *map, uint64_t address, uint64_t end)
{
    size_t count = efi_map_count(map);

    if (address < DEVICES_START || address >= end || address % 4 != 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        const struct efi_descriptor *descriptor = efi_map_at(map, i);
        uint64_t base, behind;

        if (efi_descriptor_range(descriptor, &base, &behind) && address >= base && address < behind &&
            !is_device_type(descriptor->type))
            return false;
    }
    return true;
}

void firmware_tables_check_devices(struct firmware_tables *tables, const struct efi_map *map)
{
    size_t kept = 0;

    for (size_t i = 0; i < tables->io_apic_count; i++) {
        if (can_be_device(map, tables->io_apic[i], DEVICES_END))
            tables->io_apic[kept++] = tables->io_apic[i];
        else
            log_warning("ACPI: there cannot be an I/O APIC at 0x%llx", (unsigned long long)tables->io_apic[i]);
    }
    tables->io_apic_count = kept;
    if (tables->hpet != 0 && !can_be_device(map, tables->hpet, DEVICES_END)) {
        log_warning("ACPI: there cannot be an HPET at 0x%llx", (unsigned long long)tables->hpet);
        tables->hpet = 0;
    }
    if (tables->serial.kind != 0 && !can_be_device(map, tables->serial.physical, UINT64_MAX)) {
        log_warning("ACPI: there cannot be a serial port at 0x%llx", (unsigned long long)tables->serial.physical);
        tables->serial = (struct serial_port){0};
    }
}

static bool may_hold_tables(uint32_t type)
{
    return type != EFI_TYPE_UNUSABLE && type != EFI_TYPE_MMIO && type != EFI_TYPE_MMIO_PORTS &&
           type != EFI_TYPE_PERSISTENT && type != EFI_TYPE_UNACCEPTED;
}

/* What of a range is still to be found in the map. */
struct rest {
    uint64_t base, end;
};

static void take_off(struct rest *rest, uint64_t base, uint64_t end)
{
    if (base <= rest->base)
        rest->base = max_u64(rest->base, end);
    else if (end >= rest->end)
        rest->end = min_u64(rest->end, base);
}

/* One pass: takes off what descriptors cover at either end. False when one of them may not be read. */
static bool pass_over(const struct efi_map *map, struct rest *rest, const struct rest *whole)
{
    size_t count = efi_map_count(map);

    take_off(rest, BIOS_AREA, BIOS_AREA_END);
    for (size_t i = 0; i < count; i++) {
        const struct efi_descriptor *descriptor = efi_map_at(map, i);
        uint64_t base, end;

        if (!efi_descriptor_range(descriptor, &base, &end))
            continue;
        if (!may_hold_tables(descriptor->type) && base < whole->end && end > whole->base)
            return false;
        if (may_hold_tables(descriptor->type))
            take_off(rest, base, end);
    }
    return true;
}

bool firmware_tables_may_read(const struct efi_map *map, uint64_t address, uint64_t size)
{
    struct rest whole = {.base = address}, rest;

    if (address < PAGE_SIZE || size == 0 || !checked_add(address, size, &whole.end))
        return false;
    rest = whole;
    for (unsigned pass = 0; pass < PASSES; pass++) {
        struct rest before = rest;

        if (!pass_over(map, &rest, &whole))
            return false;
        if (rest.base >= rest.end)
            return true;
        if (rest.base == before.base && rest.end == before.end)
            return false;
    }
    return false;
}

static bool is_within(const struct readable_memory *readable, uint64_t address, uint64_t size)
{
    return size > 0 && address >= readable->base && address < readable->end && size <= readable->end - address;
}

/* Remembers what may be read around the address: the descriptor that it is in, up to those that may not be read. */
static void look_around(struct readable_memory *readable, uint64_t address)
{
    size_t count = efi_map_count(readable->map);
    uint64_t from = PAGE_SIZE, to = UINT64_MAX;

    readable->base = readable->end = 0;
    for (size_t i = 0; i < count; i++) {
        const struct efi_descriptor *descriptor = efi_map_at(readable->map, i);
        bool may = may_hold_tables(descriptor->type);
        uint64_t base, end;

        if (!efi_descriptor_range(descriptor, &base, &end))
            continue;
        if (may && address >= base && address < end) {
            readable->base = base;
            readable->end = end;
        } else if (!may && end <= address) {
            from = max_u64(from, end);
        } else if (!may) {
            to = min_u64(to, base);
        }
    }
    readable->base = max_u64(readable->base, from);
    readable->end = min_u64(readable->end, to);
}

bool readable_memory_has(struct readable_memory *readable, uint64_t address, uint64_t size)
{
    if (!is_within(readable, address, size))
        look_around(readable, address);
    return is_within(readable, address, size) || firmware_tables_may_read(readable->map, address, size);
}
