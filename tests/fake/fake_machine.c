/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor, in place of loader/arch: what machine.h asks of it is the setup's, and the jump is noted. */
#include <string.h>

#include "fake.h"
#include "fake_memory.h"
#include "machine.h"
#include "phys.h"

#define STEP         1000ULL     /* nanoseconds that a look at the counter takes */
#define PATIENT_STEP 50000000ULL /* and when there is nothing but the counter to wait with */

/* The stack and the live page tables: in boot-services data, as OVMF has them, or in free memory, as U-Boot. */
static const struct place {
    uint64_t stack, tables;
} places[2][2] = {
    {{0x3d7f0000, 0x3d701000}, {0x10d000, 0x80000}},
    {{0x13f7f0000, 0x13f701000}, {0x13eff0000, 0x13efe0000}}, /* with LOADER_ABOVE */
};

static struct {
    struct fake_pages taken[FAKE_TAKEN];
    uint64_t prepared; /* the trampoline's physical address */
    uint64_t data;
    bool quiet;
    struct machine_controllers controllers;
    uint64_t entropy;
} state;

void fake_machine_start(void)
{
    const struct place *place = &places[fake_has(FAKE_QUIRK_LOADER_ABOVE)][fake_has(FAKE_QUIRK_FREE_STACK)];

    memset(&state, 0, sizeof(state));
    state.taken[0] = (struct fake_pages){place->stack, FAKE_PAGE};
    state.taken[1] = (struct fake_pages){place->tables, 6 * FAKE_PAGE};
}

size_t fake_machine_taken(struct fake_pages ret_pages[FAKE_TAKEN])
{
    memcpy(ret_pages, state.taken, sizeof(state.taken));
    return FAKE_TAKEN;
}

unsigned machine_paging_levels(void)
{
    return fake_setup()->levels != 0 ? fake_setup()->levels : 4;
}

bool machine_has_gigabyte_pages(void)
{
    return !fake_setup()->small_pages;
}

bool machine_has_no_execute(void)
{
    return !fake_setup()->no_execute_broken;
}

bool machine_is_confidential(void)
{
    return fake_setup()->confidential || fake_has(FAKE_QUIRK_CONFIDENTIAL);
}

uint64_t machine_counter(void)
{
    fake_clock_advance(fake_phase() == FAKE_LEAVING ? PATIENT_STEP : STEP);
    return fake_clock_nanoseconds();
}

uint64_t machine_counter_frequency(void)
{
    return fake_setup()->frequency_unknown ? 0 : FAKE_FREQUENCY;
}

uint64_t machine_boot_cpu(void)
{
    return 3;
}

bool machine_random(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(++state.entropy * 73);
    return !fake_setup()->no_processor_random;
}

uint64_t machine_stack_pointer(void)
{
    return state.taken[0].base + 0x24;
}

size_t machine_live_tables(struct machine_range *ranges, size_t capacity)
{
    if (capacity == 0)
        return 0;
    ranges[0] = (struct machine_range){state.taken[1].base, state.taken[1].size};
    return 1;
}

uint64_t machine_trampoline_code(void)
{
    return FAKE_TRAMPOLINE_CODE;
}

void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry)
{
    const size_t size = FAKE_TRAMPOLINE_CODE + MACHINE_TRAMPOLINE_DATA;

    if (ptr_to_phys(memory) != physical || !fake_memory_is_loaders(physical, size, EfiLoaderCode)) {
        fake_complain("the trampoline at 0x%llx is not the loader's, or no code", (unsigned long long)physical);
        return;
    }
    memset(memory, 0xcc, size);
    state.prepared = physical;
    state.data = entry->data;
}

void machine_quiet(const struct machine_controllers *controllers)
{
    if (fake_phase() != FAKE_LEFT)
        fake_complain("interrupt controllers were touched before the firmware was left");
    state.quiet = true;
    state.controllers = *controllers;
}

static void check_controllers(void)
{
    bool tables = fake_tables_rsdp() != 0, broken = fake_has(FAKE_QUIRK_BROKEN_TABLES);

    if (!state.quiet)
        fake_complain("the interrupt controllers were not silenced");
    if (state.controllers.io_apic_count != (tables ? 1 : 0) || (tables && state.controllers.io_apic[0] != 0xfec00000))
        fake_complain("of the I/O APICs %zu were silenced", state.controllers.io_apic_count);
    if (state.controllers.hpet != (tables && !broken ? 0xfed00000 : 0))
        fake_complain("the HPET at 0x%llx was stopped", (unsigned long long)state.controllers.hpet);
}

void fake_machine_check_jump(const struct machine_entry *entry, uint64_t trampoline)
{
    if (fake_phase() != FAKE_LEFT)
        fake_complain("the kernel was entered with boot services alive");
    if (state.prepared == 0 || trampoline != state.prepared || entry->data != state.data)
        fake_complain("the trampoline 0x%llx was not prepared so", (unsigned long long)trampoline);
    check_controllers();
}

void machine_halt(void)
{
    fake_complain("the machine was halted");
    fake_end_run(FAKE_RESET);
}
