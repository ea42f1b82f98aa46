/* SPDX-License-Identifier: BSD-2-Clause */
/* The processor, in place of loader/arch: what machine.h asks of it is the setup's, and the jump is noted. */
#include <string.h>

#include "elf.h"
#include "fake.h"
#include "fake_memory.h"
#include "machine.h"
#include "pe.h"
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

#define AARCH64                                                                                                        \
    .elf_machine = ELF_MACHINE_AARCH64, .pe_machine = PE_MACHINE_AA64, .name = "aa64", .shell = "/shellaa64.efi",      \
    .paging_format = &paging_aarch64, .paging_levels = 4, .serial = MACHINE_SERIAL_TABLES
#define RISCV64                                                                                                        \
    .elf_machine = ELF_MACHINE_RISCV, .pe_machine = PE_MACHINE_RISCV64, .name = "riscv64",                             \
    .shell = "/shellriscv64.efi", .serial = MACHINE_SERIAL_SBI, .paging_format = &paging_riscv64,                      \
    .svpbmt_format = &paging_riscv64_svpbmt

static const struct machine_facts processors[FAKE_PROCESSOR_COUNT] = {
    [FAKE_X86_64] = {.elf_machine = ELF_MACHINE_X86_64,
                     .pe_machine = PE_MACHINE_X64,
                     .name = "x64",
                     .shell = "/shellx64.efi",
                     .paging_format = &paging_x86_64,
                     .paging_levels = 4},
    [FAKE_AARCH64] = {AARCH64},
    [FAKE_AARCH64_EL2] = {AARCH64, .has_el2 = true},
    [FAKE_AARCH64_VHE] = {AARCH64, .has_el2 = true, .has_vhe = true},
    [FAKE_AARCH64_HOST] = {AARCH64, .has_el2 = true, .has_vhe = true, .has_only_el2 = true},
    [FAKE_RISCV64_SV39] = {RISCV64, .paging_levels = 3},
    [FAKE_RISCV64_SV48] = {RISCV64, .paging_levels = 4},
};

bool fake_is_aarch64(void)
{
    return processors[fake_setup()->processor].elf_machine == ELF_MACHINE_AARCH64;
}

bool fake_is_riscv64(void)
{
    return processors[fake_setup()->processor].elf_machine == ELF_MACHINE_RISCV;
}

unsigned fake_paging_levels(void)
{
    return fake_setup()->levels != 0 ? fake_setup()->levels : processors[fake_setup()->processor].paging_levels;
}

void machine_describe(struct machine_facts *ret_machine)
{
    const struct fake_setup *setup = fake_setup();

    *ret_machine = processors[setup->processor];
    ret_machine->lacks_no_execute = setup->no_execute_broken;
    ret_machine->is_confidential = setup->confidential || fake_has(FAKE_QUIRK_CONFIDENTIAL);
    ret_machine->paging_levels = fake_paging_levels();
    ret_machine->gigabyte_pages = !setup->small_pages;
    ret_machine->counter_frequency = setup->frequency_unknown ? 0 : FAKE_FREQUENCY;
    ret_machine->trampoline_code = FAKE_TRAMPOLINE_CODE;
    ret_machine->trampoline_data = FAKE_TRAMPOLINE_DATA;
}

uint64_t machine_counter(void)
{
    fake_clock_advance(fake_phase() == FAKE_LEAVING ? PATIENT_STEP : STEP);
    return fake_clock_nanoseconds();
}

uint64_t machine_measure_counter(void)
{
    return fake_setup()->has_timer ? FAKE_FREQUENCY : 0;
}

bool machine_boot_cpu(uint64_t *ret_id)
{
    if (!fake_setup()->cpu_unknown)
        *ret_id = FAKE_BOOT_CPU;
    return !fake_setup()->cpu_unknown;
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

size_t machine_live_tables(struct machine_range *ranges, size_t capacity, bool only_root)
{
    if (capacity == 0)
        return 0;
    ranges[0] = (struct machine_range){state.taken[1].base, only_root ? FAKE_PAGE : state.taken[1].size};
    return 1;
}

void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry)
{
    const size_t size = FAKE_TRAMPOLINE_CODE + FAKE_TRAMPOLINE_DATA;

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
