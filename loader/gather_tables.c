/* SPDX-License-Identifier: BSD-2-Clause */
/* gather: what firmware left in memory for an operating system. It is read anew with each memory map, which says what
 * may be read at all. */
#include "arena.h"
#include "boot.h"
#include "configuration_tables.h"
#include "device_tree.h"
#include "device_tree_machine.h"
#include "efi_map.h"
#include "log.h"
#include "phys.h"

static const void *read_physical(void *context, uint64_t address, uint64_t size)
{
    return readable_memory_has(context, address, size) ? phys_to_ptr(address) : NULL;
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
    status = ledger_memory(&boot->ledger, capacity * sizeof(facts->reservations[0]), &room, error);
    if (status != STATUS_OK)
        return status;
    facts->device_tree = (struct bytes){phys_to_ptr(tables->device_tree), (size_t)tables->device_tree_size};
    facts->reservations = room;
    facts->reservation_count = device_tree_reservations(facts->device_tree, facts->reservations, capacity);
    return STATUS_OK;
}

/* Takes what no table of ACPI's and no call has said before. */
static void take_machine(struct facts *facts, const struct device_tree_machine *told)
{
    if (facts->tables.serial.kind == 0)
        facts->tables.serial = told->serial;
    if (told->has_svpbmt && facts->machine.svpbmt_format)
        facts->machine.paging_format = facts->machine.svpbmt_format;
    if (told->has_boot_hart && !facts->has_boot_cpu) {
        facts->boot_cpu = told->boot_hart;
        facts->has_boot_cpu = true;
    }
}

/* A PC's tree has nothing that would be taken. One that is broken says nothing. */
static enum status gather_from_tree(struct boot *boot, struct error *error)
{
    struct facts *facts = &boot->facts;
    const size_t mark = boot->ledger.count, size = device_tree_room(facts->device_tree);
    struct device_tree_machine told;
    struct device_tree tree;
    struct arena arena;
    void *room = NULL;
    enum status status;

    if (size == 0 || facts->machine.serial == MACHINE_SERIAL_PORTS)
        return STATUS_OK;
    status = ledger_memory(&boot->ledger, size, &room, error);
    if (status != STATUS_OK)
        return status;
    arena = (struct arena){room, size, 0};
    if (device_tree_read(facts->device_tree, 0, &arena, &tree)) {
        device_tree_machine_read(tree.root, &told);
        take_machine(facts, &told);
    }
    ledger_undo(&boot->ledger, mark);
    return STATUS_OK;
}

/* Whether the kernel can read the memory at `address`, and nobody will use it for something else. */
static bool is_kept(const struct efi_map *map, uint64_t address)
{
    struct efi_descriptor descriptor;

    if (!efi_map_find(map, address, &descriptor) || !(descriptor.attributes & EFI_ATTRIBUTE_WRITE_BACK))
        return false;
    return descriptor.type == EFI_TYPE_RUNTIME_DATA || descriptor.type == EFI_TYPE_RUNTIME_CODE ||
           descriptor.type == EFI_TYPE_ACPI_RECLAIM || descriptor.type == EFI_TYPE_ACPI_NVS;
}

static struct serial_port serial_port(const struct machine_facts *machine, const struct firmware_tables *tables)
{
    if (machine->serial == MACHINE_SERIAL_SBI)
        return (struct serial_port){.kind = BATON_SERIAL_SBI};
    return machine->serial == MACHINE_SERIAL_TABLES ? tables->serial : (struct serial_port){0};
}

enum status gather_tables(struct boot *boot, struct error *error)
{
    struct facts *facts = &boot->facts;
    struct readable_memory readable = {.map = &facts->efi_map};
    struct physical_memory memory = {read_physical, &readable};
    struct firmware_pointers pointers;
    enum status status;

    configuration_tables_find(&boot->firmware, &pointers);
    firmware_tables_find(&pointers, &memory, &facts->tables);
    status = gather_device_tree(boot, error);
    if (status == STATUS_OK)
        status = gather_from_tree(boot, error);
    firmware_tables_check_devices(&facts->tables, &facts->efi_map);
    facts->serial = serial_port(&facts->machine, &facts->tables);
    facts->system_table = ptr_to_phys(boot->firmware.system);
    if (!is_kept(&facts->efi_map, facts->system_table)) {
        log_info("the EFI system table is in memory that does not last; the kernel does not get it");
        facts->system_table = 0;
    }
    return status;
}
