/* SPDX-License-Identifier: BSD-2-Clause */
/* gather: what firmware left in memory for an operating system. It is read anew with each memory map, which says what
 * may be read at all. */
#include "boot.h"
#include "configuration_tables.h"
#include "device_tree.h"
#include "efi_map.h"
#include "log.h"
#include "phys.h"

static const void *read_physical(void *context, uint64_t address, uint64_t size)
{
    const struct efi_map *map = context;

    return firmware_tables_may_read(map, address, size) ? phys_to_ptr(address) : NULL;
}

static enum status gather_device_tree(struct boot *boot, struct error *error)
{
    struct facts *facts = &boot->facts;
    const struct firmware_tables *tables = &facts->tables;
    size_t capacity = device_tree_most_reservations(tables->device_tree_size);
    void *room = NULL;
    enum status status;

    facts->device_tree = (struct bytes){0};
    facts->reservation_count = 0;
    if (tables->device_tree == 0)
        return STATUS_OK;
    status = ledger_pool(&boot->ledger, capacity * sizeof(facts->reservations[0]), &room, error);
    if (status != STATUS_OK)
        return status;
    facts->device_tree = (struct bytes){phys_to_ptr(tables->device_tree), (size_t)tables->device_tree_size};
    facts->reservations = room;
    facts->reservation_count = device_tree_reservations(facts->device_tree, facts->reservations, capacity);
    return STATUS_OK;
}

/* Whether the kernel can read the memory at `address`, and nobody will use it for something else. */
static bool is_kept(const struct efi_map *map, uint64_t address)
{
    for (size_t i = 0; i < efi_map_count(map); i++) {
        struct efi_descriptor descriptor = efi_map_read(map, i);
        uint64_t base, end;

        if (!efi_descriptor_range(&descriptor, &base, &end) || address < base || address >= end)
            continue;
        if (!(descriptor.attributes & EFI_ATTRIBUTE_WRITE_BACK))
            return false;
        return descriptor.type == EFI_TYPE_RUNTIME_DATA || descriptor.type == EFI_TYPE_RUNTIME_CODE ||
               descriptor.type == EFI_TYPE_ACPI_RECLAIM || descriptor.type == EFI_TYPE_ACPI_NVS;
    }
    return false;
}

enum status gather_tables(struct boot *boot, struct error *error)
{
    struct facts *facts = &boot->facts;
    struct physical_memory memory = {read_physical, &facts->efi_map};
    struct firmware_pointers pointers;

    configuration_tables_find(&boot->firmware, &pointers);
    firmware_tables_find(&pointers, &memory, &facts->tables);
    firmware_tables_check_devices(&facts->tables, &facts->efi_map);
    facts->system_table = ptr_to_phys(boot->firmware.system);
    if (!is_kept(&facts->efi_map, facts->system_table)) {
        log_info("the EFI system table is in memory that does not last; the kernel does not get it");
        facts->system_table = 0;
    }
    return gather_device_tree(boot, error);
}
