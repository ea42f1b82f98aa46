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
static bool can_be_device(const struct memory_intervals *memory, uint64_t address, uint64_t end)
{
    const struct memory_interval *interval = memory->interval;

    if (address < DEVICES_START || address >= end || address % 4 != 0)
        return false;
    for (size_t i = memory_intervals_from(memory, address); i < memory->count && interval[i].base <= address; i++) {
        if (interval[i].end > address && !is_device_type(interval[i].efi_type))
            return false;
    }
    return true;
}

void firmware_tables_check_devices(struct firmware_tables *tables, const struct memory_intervals *memory)
{
    size_t kept = 0;

    for (size_t i = 0; i < tables->io_apic_count; i++) {
        if (can_be_device(memory, tables->io_apic[i], DEVICES_END))
            tables->io_apic[kept++] = tables->io_apic[i];
        else
            log_warning("ACPI: there cannot be an I/O APIC at 0x%llx", (unsigned long long)tables->io_apic[i]);
    }
    tables->io_apic_count = kept;
    if (tables->hpet != 0 && !can_be_device(memory, tables->hpet, DEVICES_END)) {
        log_warning("ACPI: there cannot be an HPET at 0x%llx", (unsigned long long)tables->hpet);
        tables->hpet = 0;
    }
    if (tables->serial.kind != 0 && !can_be_device(memory, tables->serial.physical, UINT64_MAX)) {
        log_warning("ACPI: there cannot be a serial port at 0x%llx", (unsigned long long)tables->serial.physical);
        tables->serial = (struct serial_port){0};
    }
}

static bool may_hold_tables(uint32_t type)
{
    return type != EFI_TYPE_UNUSABLE && type != EFI_TYPE_MMIO && type != EFI_TYPE_MMIO_PORTS &&
           type != EFI_TYPE_PERSISTENT && type != EFI_TYPE_UNACCEPTED;
}

/* Where the BIOS area ends, for an address in it. */
static uint64_t skip_bios_area(uint64_t address)
{
    return address >= BIOS_AREA && address < BIOS_AREA_END ? BIOS_AREA_END : address;
}

bool firmware_tables_may_read(const struct memory_intervals *memory, uint64_t address, uint64_t size)
{
    const struct memory_interval *interval = memory->interval;
    uint64_t end, known = skip_bios_area(address); /* from the address to here all may be read */

    if (address < PAGE_SIZE || size == 0 || !checked_add(address, size, &end))
        return false;
    for (size_t i = memory_intervals_from(memory, address); i < memory->count && interval[i].base < end; i++) {
        if (interval[i].end <= address)
            continue;
        if (!may_hold_tables(interval[i].efi_type))
            return false;
        if (interval[i].base <= known)
            known = skip_bios_area(max_u64(known, interval[i].end));
    }
    return known >= end;
}
