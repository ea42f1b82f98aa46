/* SPDX-License-Identifier: BSD-2-Clause */
/* gather: what firmware left in memory for an operating system. It is read anew with each memory map, which says what
 * may be read at all. */
#include "arena.h"
#include "boot.h"
#include "configuration_tables.h"
#include "device_tree.h"
#include "device_tree_machine.h"
#include "log.h"
#include "phys.h"

static const void *read_physical(void *context, uint64_t address, uint64_t size)
{
    return firmware_tables_may_read(context, address, size) ? phys_to_ptr(address) : NULL;
}

/* Whose memory is whose, an entry's tree may not know: then the firmware's own still says it. */
static enum status gather_reservations(struct boot *boot, struct error *error)
{
    struct facts *facts = &boot->facts;
    const struct bytes entry_tree = boot->has_entry_tree ? facts->device_tree : (struct bytes){0};
    struct table_ranges reserved = {.capacity = device_tree_most_reservations(boot->firmware_tree.size) +
                                                device_tree_most_reservations(entry_tree.size)};
    void *room = NULL;
    enum status status = STATUS_OK;

    if (reserved.capacity > 0)
        status = ledger_memory(&boot->ledger, reserved.capacity * sizeof(reserved.range[0]), &room, error);
    if (status == STATUS_OK) {
        reserved.range = room;
        device_tree_reservations(boot->firmware_tree, &reserved);
        device_tree_reservations(entry_tree, &reserved);
    }
    facts->reservations = reserved.range;
    facts->reservation_count = reserved.count;
    return status;
}

static void gather_device_tree(struct boot *boot)
{
    const struct firmware_tables *tables = &boot->facts.tables;
    struct bytes listed = {0};

    if (tables->device_tree != 0)
        listed = (struct bytes){phys_to_ptr(tables->device_tree), (size_t)tables->device_tree_size};
    boot->facts.device_tree = listed;
    if (!boot->has_entry_tree)
        boot->firmware_tree = listed;
}

/* Takes what no table of ACPI's and no call has said before. */
static void take_machine(struct facts *facts, const struct device_tree_machine *told)
{
    if (facts->tables.serial.kind == 0)
        facts->tables.serial = told->serial;
    facts->tables.has_svpbmt |= told->has_svpbmt;
    if (told->has_boot_hart && !facts->has_boot_cpu) {
        facts->boot_cpu = told->boot_hart;
        facts->has_boot_cpu = true;
    }
}

/* The firmware's own tree, that is. A PC's has nothing that would be taken. One that is broken says nothing. */
static enum status gather_from_tree(struct boot *boot, struct error *error)
{
    struct facts *facts = &boot->facts;
    const size_t mark = boot->ledger.count, size = device_tree_room(boot->firmware_tree);
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
    if (device_tree_read(boot->firmware_tree, 0, &arena, &tree)) {
        device_tree_machine_read(tree.root, &told);
        take_machine(facts, &told);
    }
    ledger_undo(&boot->ledger, mark);
    return STATUS_OK;
}

/* Whether the kernel can read the memory at `address`, and nobody will use it for something else. */
static bool is_kept(const struct memory_intervals *memory, uint64_t address)
{
    const struct memory_interval *interval = memory_intervals_find(memory, address);

    return interval && (interval->attributes & EFI_ATTRIBUTE_WRITE_BACK) &&
           (interval->kind == BATON_MEMORY_RUNTIME_DATA || interval->kind == BATON_MEMORY_RUNTIME_CODE ||
            interval->kind == BATON_MEMORY_ACPI_RECLAIMABLE || interval->kind == BATON_MEMORY_ACPI_NVS);
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
    struct physical_memory memory = {read_physical, &facts->memory};
    struct firmware_pointers pointers;
    enum status status;

    configuration_tables_find(&boot->firmware, &pointers);
    firmware_tables_find(&pointers, &memory, &facts->tables);
    gather_device_tree(boot);
    status = gather_reservations(boot, error);
    if (status == STATUS_OK)
        status = gather_from_tree(boot, error);
    if (facts->tables.has_svpbmt && facts->machine.svpbmt_format)
        facts->machine.paging_format = facts->machine.svpbmt_format;
    firmware_tables_check_devices(&facts->tables, &facts->memory);
    facts->serial = serial_port(&facts->machine, &facts->tables);
    facts->system_table = ptr_to_phys(boot->firmware.system);
    if (!is_kept(&facts->memory, facts->system_table)) {
        log_info("the EFI system table is in memory that does not last; the kernel does not get it");
        facts->system_table = 0;
    }
    return status;
}
