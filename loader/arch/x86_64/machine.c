/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "checked.h"
#include "elf.h"
#include "io.h"
#include "memory.h"
#include "pe.h"
#include "resident.h"
#include "table_list.h"

#define CR4_LA57           (1ULL << 12)
#define ADDRESS_MASK       0x000ffffffffff000ULL
#define EXTENDED_LEAF      0x80000001U
#define EXTENDED_NX        (1U << 20)
#define EXTENDED_GIGABYTE  (1U << 26)
#define HYPERVISOR_LEAVES  0x40000000U
#define HYPERVISOR_TIMING  0x40000010U
#define FEATURE_HYPERVISOR (1U << 31)
#define SEV_LEAF           0x8000001fU
#define SEV_SUPPORTED      (1U << 1)
#define MSR_SEV_STATUS     0xc0010131U
#define SEV_ACTIVE         1U
#define TDX_LEAF           0x21U
#define FEATURE_RDRAND     (1U << 30)
#define RANDOM_TRIES       10 /* in a row that may fail (Intel SDM volume 1, 7.3.17.1) */

/* Places in a task state segment, in 32-bit words (Intel SDM volume 3, 7.7). */
#define IST1   9
#define IO_MAP 25

static unsigned paging_levels(void)
{
    return (read_cr4() & CR4_LA57) ? 5 : 4;
}

static uint32_t extended_features(void)
{
    return cpuid(0x80000000U, 0).a >= EXTENDED_LEAF ? cpuid(EXTENDED_LEAF, 0).d : 0;
}

/* A guest with AMD SEV or Intel TDX. */
static bool is_confidential(void)
{
    struct cpuid_result tdx;

    if (!(cpuid(1, 0).c & FEATURE_HYPERVISOR))
        return false;
    if (cpuid(0x80000000U, 0).a >= SEV_LEAF && (cpuid(SEV_LEAF, 0).a & SEV_SUPPORTED))
        return (read_msr(MSR_SEV_STATUS) & SEV_ACTIVE) != 0;
    if (cpuid(0, 0).a < TDX_LEAF)
        return false;
    tdx = cpuid(TDX_LEAF, 0);
    return tdx.b == 0x65746e49 && tdx.d == 0x5844546c && tdx.c == 0x20202020; /* "IntelTDX    " */
}

uint64_t machine_counter(void)
{
    uint32_t low, high;

    __asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

/* From CPUID 0x15 or 0x40000010. */
static uint64_t counter_frequency(void)
{
    uint32_t leaves = cpuid(0, 0).a;

    if (leaves >= 0x15) { /* Intel SDM volume 2, CPUID: crystal frequency times a ratio */
        struct cpuid_result tsc = cpuid(0x15, 0);

        if (tsc.a != 0 && tsc.b != 0 && tsc.c != 0)
            return (uint64_t)tsc.c * tsc.b / tsc.a;
    }
    if (cpuid(1, 0).c & FEATURE_HYPERVISOR && cpuid(HYPERVISOR_LEAVES, 0).a >= HYPERVISOR_TIMING)
        return (uint64_t)cpuid(HYPERVISOR_TIMING, 0).a * 1000;
    return 0;
}

/* The resident code, in whole pages. */
static uint64_t code_size(void)
{
    return align_down((uint64_t)(resident_end - resident_start) + PAGE_SIZE - 1, PAGE_SIZE);
}

void machine_describe(struct machine_facts *ret_machine)
{
    *ret_machine = (struct machine_facts){
        .elf_machine = ELF_MACHINE_X86_64,
        .pe_machine = PE_MACHINE_X64,
        .name = "x64",
        .shell = "/shellx64.efi",
        .lacks_no_execute = !(extended_features() & EXTENDED_NX), /* all have it; some firmware setups switch it off */
        .is_confidential = is_confidential(),
        .paging_format = &paging_x86_64,
        .paging_levels = paging_levels(),
        .gigabyte_pages = (extended_features() & EXTENDED_GIGABYTE) != 0,
        .counter_frequency = counter_frequency(),
        .trampoline_code = code_size(),
        .trampoline_data = RESIDENT_DATA,
    };
}

uint64_t machine_stack_pointer(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

size_t machine_live_tables(struct machine_range *ranges, size_t capacity, bool only_root)
{
    struct table_list list = {ranges, capacity, 0};

    table_list_add(&list, &paging_x86_64, only_root ? 1 : paging_levels(), read_cr3() & ADDRESS_MASK,
                   TABLE_LIST_ENTRIES);
    return list.count;
}

bool machine_boot_cpu(uint64_t *ret_id)
{
    static const uint8_t topology_leaves[] = {0x1f, 0x0b}; /* EDX is the x2APIC id, when EBX is not 0 */
    uint32_t leaves = cpuid(0, 0).a;

    for (unsigned i = 0; i < sizeof(topology_leaves); i++) {
        struct cpuid_result topology = cpuid(topology_leaves[i], 0);

        if (leaves >= topology_leaves[i] && topology.b != 0) {
            *ret_id = topology.d;
            return true;
        }
    }
    *ret_id = cpuid(1, 0).b >> 24;
    return true;
}

static bool random_number(uint64_t *ret_number)
{
    for (unsigned tries = 0; tries < RANDOM_TRIES; tries++) {
        if (rdrand(ret_number))
            return true;
    }
    return false;
}

bool machine_random(uint8_t *bytes, size_t size)
{
    uint64_t before = UINT64_MAX; /* what one AMD processor's RDRAND says for ever after a sleep, and calls a success */

    if (!(cpuid(1, 0).c & FEATURE_RDRAND))
        return false;
    for (size_t done = 0; done < size; done += sizeof(uint64_t)) {
        uint64_t number = 0;

        if (!random_number(&number) || number == UINT64_MAX || number == before)
            return false;
        memcpy(bytes + done, &number, (size_t)min_u64(size - done, sizeof(number)));
        before = number;
    }
    return true;
}

/* Flat descriptors with the accessed bit set, so that loading them writes nothing (Intel SDM volume 3, 3.4.5); the task
 * state segment's (7.2.3) has two places, and becomes busy when it is loaded. */
static void make_gdt(uint64_t gdt[5], uint64_t task)
{
    gdt[1] = 0x00af9b000000ffffULL; /* selector 0x08: 64-bit code */
    gdt[2] = 0x00cf93000000ffffULL; /* 0x10: data */
    gdt[3] = (sizeof(((struct resident_tables *)0)->task) - 1) | (task & 0xffffff) << 16 | 0x89ULL << 40 |
             (task >> 24 & 0xff) << 56;
    gdt[4] = task >> 32;
}

/* Interrupt gates to the handler, all with stack IST1. */
static void make_idt(struct resident_gate *idt, uint64_t entries)
{
    for (unsigned i = 0; i < RESIDENT_VECTORS; i++) {
        uint64_t entry = entries + GASP_ENTRY_SIZE * (uint64_t)i;

        idt[i] = (struct resident_gate){.offset_low = (uint16_t)entry,
                                        .selector = 0x08,
                                        .attributes = 0x8e01,
                                        .offset_middle = (uint16_t)(entry >> 16),
                                        .offset_high = (uint32_t)(entry >> 32)};
    }
}

static struct resident_tables *tables_of(uint8_t *memory)
{
    return (struct resident_tables *)(void *)(memory + code_size() + RESIDENT_STACK);
}

void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry)
{
    const uint64_t tables_address = entry->data + RESIDENT_STACK;
    struct resident_tables *tables = tables_of(memory);

    memset(memory, 0, (size_t)(code_size() + RESIDENT_DATA));
    memcpy(memory, resident_start, (size_t)(resident_end - resident_start));
    make_gdt(tables->gdt, tables_address + offsetof(struct resident_tables, task));
    tables->task[IST1] = (uint32_t)tables_address;
    tables->task[IST1 + 1] = (uint32_t)(tables_address >> 32);
    tables->task[IO_MAP] = (uint32_t)sizeof(tables->task) << 16; /* behind its end: there is none */
    make_idt(tables->idt, physical + (uint64_t)(gasp_entries - resident_start));
}

/* Caches are coherent, and a jump into new page tables forgets what was fetched (Intel SDM volume 3, 11.6). */
void machine_clean(const void *memory, size_t size)
{
    (void)memory;
    (void)size;
}

void machine_jump(uint64_t trampoline, const struct machine_entry *entry)
{
    void (*enter)(const struct machine_entry *entry) = (void (*)(const struct machine_entry *))(uintptr_t)trampoline;

    if (entry->baton)
        gasp_inform(&tables_of((uint8_t *)(uintptr_t)trampoline)->gasp, entry);
    enter(entry);
    machine_halt();
}

void machine_halt(void)
{
    halt();
}
