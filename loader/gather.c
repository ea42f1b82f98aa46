/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "boot_hart.h"
#include "boot_partition.h"
#include "checked.h"
#include "graphics.h"
#include "machine.h"
#include "memory.h"
#include "random.h"
#include "secure_boot.h"
#include "wall_clock.h"

#define STACK_BELOW    (128ULL * 1024) /* the stack that firmware gives an application (UEFI 2.10, 2.3.4) */
#define STACK_ABOVE    (64ULL * 1024)  /* what called us */
#define MEASURE_TIME   250ULL          /* microseconds; a few per cent is good enough for timings */
#define MEASUREMENTS   8
#define TABLES_AT_MOST (FACTS_TAKEN - 1)

static void add_taken(struct facts *facts, uint64_t base, uint64_t size, const char *owner)
{
    if (facts->taken_count < FACTS_TAKEN)
        facts->taken[facts->taken_count++] = (struct taken_range){base, size, owner};
}

/* The live page tables. Firmware that keeps the root for itself keeps them all, and gives none of them away; then it
 * need not be known where they are. */
static void gather_live_tables(struct facts *facts)
{
    struct machine_range tables[TABLES_AT_MOST];
    size_t count = machine_live_tables(tables, TABLES_AT_MOST, true);
    const struct memory_interval *root = count > 0 ? memory_intervals_find(&facts->memory, tables[0].base) : NULL;

    if (root && root->efi_type == EFI_TYPE_CONVENTIONAL)
        count = machine_live_tables(tables, TABLES_AT_MOST, false);
    for (size_t i = 0; i < count; i++)
        add_taken(facts, tables[i].base, tables[i].size, "the firmware's page tables");
}

/* The running stack and the live page tables, whatever the firmware's map calls them: U-Boot's are in memory that it
 * lists as free. */
static void gather_taken(struct facts *facts)
{
    uint64_t stack = align_down(machine_stack_pointer(), PAGE_SIZE);
    uint64_t below = min_u64(stack, STACK_BELOW);

    facts->taken_count = 0;
    add_taken(facts, stack - below, below + STACK_ABOVE, "the stack that the loader runs on");
    gather_live_tables(facts);
}

/* Measured by the firmware's clock, several times: a stall can only last too long, not too short. */
static uint64_t measure_frequency(const struct firmware *firmware)
{
    uint64_t shortest = UINT64_MAX;

    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        uint64_t start = machine_counter();

        firmware_stall(firmware, MEASURE_TIME);
        shortest = min_u64(shortest, machine_counter() - start);
    }
    return shortest * (1000000 / MEASURE_TIME);
}

static void gather_machine(struct boot *boot)
{
    struct machine_facts *machine = &boot->facts.machine;

    machine_describe(machine);
    if (machine->counter_frequency == 0)
        machine->counter_frequency = machine_measure_counter();
    if (machine->counter_frequency == 0)
        machine->counter_frequency = measure_frequency(&boot->firmware);
    boot->facts.has_boot_cpu =
        machine_boot_cpu(&boot->facts.boot_cpu) || boot_hart_find(&boot->firmware, &boot->facts.boot_cpu);
}

enum status gather_map(struct boot *boot, struct error *error)
{
    const struct efi_map *map = &boot->fetched.map;
    void *room = NULL;
    enum status status = map_fetch(&boot->ledger, &boot->fetched, error);

    if (status == STATUS_OK)
        status = ledger_memory(&boot->ledger, efi_map_count(map) * sizeof(struct memory_interval), &room, error);
    if (status != STATUS_OK)
        return status;
    boot->facts.efi_map = *map;
    memory_intervals_read(map, room, efi_map_count(map), &boot->facts.memory);
    gather_taken(&boot->facts);
    return gather_tables(boot, error);
}

void gather_random(struct boot *boot)
{
    struct random_facts *random = &boot->facts.random;
    uint8_t *bytes = (uint8_t *)random + offsetof(struct random_facts, entropy);
    const size_t size = sizeof(*random) - offsetof(struct random_facts, entropy);

    /* The firmware's first: they may come from a better source than the processor's, and a hypervisor gives them. */
    random->present = random_from_firmware(&boot->firmware, bytes, size) || machine_random(bytes, size);
    if (!random->present)
        log_info("no random numbers from the processor");
}

void gather(struct boot *boot)
{
    gather_machine(boot);
    graphics_find(&boot->firmware, &boot->facts);
    boot->facts.secure_boot = secure_boot_read(&boot->firmware);
    boot->facts.has_boot_partition = boot_partition_find(&boot->firmware, boot->facts.boot_partition);
    boot->facts.has_wall_clock = wall_clock_read(&boot->firmware, &boot->facts.wall_clock);
}
