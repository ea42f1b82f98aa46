/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "checked.h"
#include "csr.h"
#include "elf.h"
#include "memory.h"
#include "pe.h"
#include "resident.h"
#include "table_list.h"

#define ENTRIES       512
#define ROOT_ENTRY    (1ULL << 39)                                                /* bytes, of four levels */
#define IDENTITY_LEAF (1ULL << 0 | 1ULL << 1 | 1ULL << 2 | 1ULL << 3 | 3ULL << 6) /* valid RWX, accessed, dirty */
#define PAGE_TO_ENTRY 2                                                           /* an entry has address >> 2 */

/*
 * Whether there is Sv48: a satp with a mode that there is not is not written at all (privileged architecture, 4.1.11).
 * Where there is, the tables that are tried with it map all of the lower half identically, as firmware does, in leaves
 * of 512 GiB.
 */
static bool has_sv48(void)
{
    _Alignas(PAGE_SIZE) uint64_t root[ENTRIES] = {0};
    uint64_t satp = (uint64_t)SATP_SV48 << SATP_MODE_SHIFT | (uintptr_t)root / PAGE_SIZE;

    if (read_satp() >> SATP_MODE_SHIFT >= SATP_SV48) /* no hart has more levels without those below */
        return true;
    for (size_t i = 0; i < ENTRIES / 2; i++)
        root[i] = i * ROOT_ENTRY >> PAGE_TO_ENTRY | IDENTITY_LEAF;
    return try_satp(satp) == satp;
}

/* The resident code, in whole pages. */
static uint64_t code_size(void)
{
    return align_down((uint64_t)(resident_end - resident_start) + PAGE_SIZE - 1, PAGE_SIZE);
}

void machine_describe(struct machine_facts *ret_machine)
{
    *ret_machine = (struct machine_facts){
        .elf_machine = ELF_MACHINE_RISCV,
        .pe_machine = PE_MACHINE_RISCV64,
        .name = "riscv64",
        .shell = "/shellriscv64.efi",
        .paging_format = &paging_riscv64,
        .svpbmt_format = &paging_riscv64_svpbmt,
        .paging_levels = has_sv48() ? 4 : 3,
        .gigabyte_pages = true,
        .serial = MACHINE_SERIAL_SBI,
        .trampoline_code = code_size(),
        .trampoline_data = RESIDENT_DATA,
    };
}

uint64_t machine_counter(void)
{
    return read_time();
}

/* There is no other clock that is always there. */
uint64_t machine_measure_counter(void)
{
    return 0;
}

/* mhartid is for machine mode. */
bool machine_boot_cpu(uint64_t *ret_id)
{
    (void)ret_id;
    return false;
}

/* Zkr's seed is for machine mode, unless that says otherwise, which nothing tells. */
bool machine_random(uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    return false;
}

uint64_t machine_stack_pointer(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

size_t machine_live_tables(struct machine_range *ranges, size_t capacity, bool only_root)
{
    struct table_list list = {ranges, capacity, 0};
    const uint64_t satp = read_satp(), mode = satp >> SATP_MODE_SHIFT;

    if (mode >= SATP_SV39) /* else there are none: addresses are physical */
        table_list_add(&list, &paging_riscv64, only_root ? 1 : (unsigned)mode - SATP_MODE_LEVELS,
                       (satp & SATP_PAGE_MASK) * PAGE_SIZE, TABLE_LIST_ENTRIES);
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

/* The kernel finds the interrupt controllers as they are; the hart listens to none. */
void machine_quiet(const struct machine_controllers *controllers)
{
    (void)controllers;
    disable_interrupts();
}

/* Caches are coherent. */
void machine_clean(const void *memory, size_t size)
{
    (void)memory;
    (void)size;
}

void machine_jump(uint64_t trampoline, const struct machine_entry *entry)
{
    if (entry->baton)
        gasp_inform(&tables_of((uint8_t *)(uintptr_t)trampoline)->gasp, entry);
    forget_instructions(); /* the trampoline was written, and the kernel */
    enter_code(trampoline, entry);
    machine_halt();
}

void machine_halt(void)
{
    halt();
}
