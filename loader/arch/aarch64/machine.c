/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "checked.h"
#include "elf.h"
#include "memory.h"
#include "pe.h"
#include "registers.h"
#include "resident.h"
#include "table_list.h"

#define EL2            2
#define SCTLR_MMU      1U
#define TCR_SIZE       0x3f         /* T0SZ */
#define TCR_GRANULE    (3ULL << 14) /* TG0: 0 is 4 KiB */
#define TABLE_ADDRESS  0x0000fffffffff000ULL
#define MPIDR_AFFINITY 0xff00ffffffULL
#define CTR_LINE_SHIFT 16 /* DminLine: log2 of the words in a line of a data cache */
#define RANDOM_TRIES   10

#define IMPLEMENTER_APPLE 0x61

_Static_assert(offsetof(struct machine_entry, root) == 0, "trampoline.S");
_Static_assert(offsetof(struct machine_entry, entry) == 8, "trampoline.S");
_Static_assert(offsetof(struct machine_entry, stack_top) == 16, "trampoline.S");
_Static_assert(offsetof(struct machine_entry, argument) == 24, "trampoline.S");
_Static_assert(offsetof(struct machine_entry, at_el2) == 48, "trampoline.S");

static uint64_t code_size(void)
{
    return align_down((uint64_t)(resident_end - resident_start) + PAGE_SIZE - 1, PAGE_SIZE);
}

/* HCR_EL2.E2H cannot be 0: the processor says so since FEAT_E2H0 has a name, and Apple's never could. */
static bool has_only_hosts(void)
{
    return id_field(READ_REGISTER(s3_0_c0_c7_4), 24) != 0 || /* ID_AA64MMFR4_EL1, which was reserved as 0 */
           (READ_REGISTER(midr_el1) >> 24 & 0xff) == IMPLEMENTER_APPLE;
}

void machine_describe(struct machine_facts *ret_machine)
{
    *ret_machine = (struct machine_facts){
        .elf_machine = ELF_MACHINE_AARCH64,
        .pe_machine = PE_MACHINE_AA64,
        .name = "aa64",
        .shell = "/shellaa64.efi",
        .paging_format = &paging_aarch64,
        .paging_levels = 4,
        .gigabyte_pages = true,
        .serial = MACHINE_SERIAL_TABLES,
        .has_el2 = exception_level() == EL2,
        .has_vhe = id_field(READ_REGISTER(id_aa64mmfr1_el1), 8) != 0,
        .has_only_el2 = exception_level() == EL2 && has_only_hosts(),
        .counter_frequency = READ_REGISTER(cntfrq_el0),
        .trampoline_code = code_size(),
        .trampoline_data = RESIDENT_DATA,
    };
}

/* The physical counter, to which the virtual one is set before the kernel is entered from EL2; firmware at EL1 may not
 * have the physical one. */
uint64_t machine_counter(void)
{
    instruction_barrier();
    return exception_level() == EL2 ? READ_REGISTER(cntpct_el0) : READ_REGISTER(cntvct_el0);
}

/* The processor says it. */
uint64_t machine_measure_counter(void)
{
    return 0;
}

bool machine_boot_cpu(uint64_t *ret_id)
{
    *ret_id = READ_REGISTER(mpidr_el1) & MPIDR_AFFINITY;
    return true;
}

static bool random_number(uint64_t *ret_number)
{
    bool ready = false;

    for (unsigned tries = 0; tries < RANDOM_TRIES && !ready; tries++)
        ready = read_random(ret_number);
    return ready;
}

bool machine_random(uint8_t *bytes, size_t size)
{
    if (id_field(READ_REGISTER(id_aa64isar0_el1), 60) == 0)
        return false;
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        uint64_t number = 0;

        if (!random_number(&number))
            return false;
        memcpy(bytes + done, &number, (size_t)min_u64(size - done, sizeof(number)));
    }
    return true;
}

uint64_t machine_stack_pointer(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

/* Of the lower half, which the firmware's identity map is in. Tables of another granule than 4 KiB are not followed. */
size_t machine_live_tables(struct machine_range *ranges, size_t capacity, bool only_root)
{
    const bool el2 = exception_level() == EL2;
    const uint64_t sctlr = el2 ? READ_REGISTER(sctlr_el2) : READ_REGISTER(sctlr_el1);
    const uint64_t tcr = el2 ? READ_REGISTER(tcr_el2) : READ_REGISTER(tcr_el1);
    const uint64_t root = (el2 ? READ_REGISTER(ttbr0_el2) : READ_REGISTER(ttbr0_el1)) & (TABLE_ADDRESS | 0xffe);
    const unsigned bits = 64 - (unsigned)(tcr & TCR_SIZE);
    const unsigned levels = (bits - 12 + 8) / 9;
    struct table_list list = {ranges, capacity, 0};

    if (sctlr & SCTLR_MMU)
        table_list_add(&list, &paging_aarch64, only_root || (tcr & TCR_GRANULE) ? 1 : levels, root,
                       (size_t)1 << (bits - 12 - 9 * (levels - 1)));
    return list.count;
}

static struct resident_tables *tables_of(uint8_t *memory)
{
    return (struct resident_tables *)(void *)(memory + code_size() + RESIDENT_STACK);
}

void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry)
{
    const uint64_t stack_top = entry->data + RESIDENT_STACK;

    (void)physical;
    memset(memory, 0, (size_t)(code_size() + RESIDENT_DATA));
    memcpy(memory, resident_start, (size_t)(resident_end - resident_start));
    memcpy(memory + (gasp_stack_top - resident_start), &stack_top, sizeof(stack_top));
}

/* The timers of this processor. Which interrupts go where only the firmware knows, and it has left. */
void machine_quiet(const struct machine_controllers *controllers)
{
    (void)controllers;
    mask_interrupts();
    WRITE_REGISTER(cntp_ctl_el0, 0);
    WRITE_REGISTER(cntv_ctl_el0, 0);
    if (exception_level() == EL2)
        WRITE_REGISTER(cnthp_ctl_el2, 0);
}

/* An MMU that is off, or a kernel with other attributes, sees memory only. */
void machine_clean(const void *memory, size_t size)
{
    const uint64_t line = 4ULL << (READ_REGISTER(ctr_el0) >> CTR_LINE_SHIFT & 0xf);
    const uint64_t start = (uintptr_t)memory, end = start + size;

    for (uint64_t at = align_down(start, line); at < end; at += line)
        clean_line(at);
    data_barrier();
}

void machine_jump(uint64_t trampoline, const struct machine_entry *entry)
{
    uint8_t *memory = (uint8_t *)(uintptr_t)trampoline;

    if (entry->baton) {
        gasp_inform(&tables_of(memory)->gasp, entry);
        tables_of(memory)->gasp.serial.uart = entry->baton->serial;
    }
    machine_clean(memory, (size_t)(code_size() + RESIDENT_DATA));
    forget_instructions();
    enter_code(trampoline, entry);
    machine_halt();
}

void machine_halt(void)
{
    halt();
}
