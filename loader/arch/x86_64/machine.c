/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "checked.h"
#include "io.h"
#include "memory.h"
#include "resident.h"

#define CR4_LA57           (1ULL << 12)
#define ADDRESS_MASK       0x000ffffffffff000ULL
#define ENTRY_PRESENT      (1ULL << 0)
#define ENTRY_LARGE        (1ULL << 7)
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

_Static_assert(RESIDENT_STACK + PAGE_SIZE == MACHINE_TRAMPOLINE_DATA, "machine.h");

unsigned machine_paging_levels(void)
{
    return (read_cr4() & CR4_LA57) ? 5 : 4;
}

static uint32_t extended_features(void)
{
    return cpuid(0x80000000U, 0).a >= EXTENDED_LEAF ? cpuid(EXTENDED_LEAF, 0).d : 0;
}

bool machine_has_gigabyte_pages(void)
{
    return (extended_features() & EXTENDED_GIGABYTE) != 0;
}

bool machine_has_no_execute(void)
{
    return (extended_features() & EXTENDED_NX) != 0;
}

bool machine_is_confidential(void)
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

uint64_t machine_counter_frequency(void)
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

uint64_t machine_stack_pointer(void)
{
    return (uintptr_t)__builtin_frame_address(0);
}

struct table_list {
    struct machine_range *ranges;
    size_t capacity;
    size_t count;
};

static void add_table(struct table_list *list, uint64_t table)
{
    struct machine_range *last = list->count > 0 ? &list->ranges[list->count - 1] : NULL;

    for (size_t i = 0; i < list->count; i++) {
        struct machine_range *range = &list->ranges[i];

        if (table >= range->base && table - range->base < range->size)
            return;
        if (table == range->base + range->size || table + PAGE_SIZE == range->base) {
            range->base = min_u64(range->base, table);
            range->size += PAGE_SIZE;
            return;
        }
    }
    if (list->count < list->capacity) {
        list->ranges[list->count++] = (struct machine_range){table, PAGE_SIZE};
    } else if (last) { /* no room: widen the last range rather than leave a table out */
        uint64_t end = max_u64(last->base + last->size, table + PAGE_SIZE);

        last->base = min_u64(last->base, table);
        last->size = end - last->base;
    }
}

/* Bounded by its depth: at most five levels. */
static void add_tables(struct table_list *list, uint64_t table, unsigned level)
{
    const uint64_t *entries = (const uint64_t *)(uintptr_t)table;

    add_table(list, table);
    for (unsigned i = 0; level > 1 && i < 512; i++) {
        uint64_t entry = entries[i];

        if (!(entry & ENTRY_PRESENT) || (level <= 3 && (entry & ENTRY_LARGE)))
            continue;
        add_tables(list, entry & ADDRESS_MASK, level - 1);
    }
}

size_t machine_live_tables(struct machine_range *ranges, size_t capacity)
{
    struct table_list list = {ranges, capacity, 0};

    add_tables(&list, read_cr3() & ADDRESS_MASK, machine_paging_levels());
    return list.count;
}

uint64_t machine_boot_cpu(void)
{
    static const uint8_t topology_leaves[] = {0x1f, 0x0b}; /* EDX is the x2APIC id, when EBX is not 0 */
    uint32_t leaves = cpuid(0, 0).a;

    for (unsigned i = 0; i < sizeof(topology_leaves); i++) {
        struct cpuid_result topology = cpuid(topology_leaves[i], 0);

        if (leaves >= topology_leaves[i] && topology.b != 0)
            return topology.d;
    }
    return cpuid(1, 0).b >> 24;
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

uint64_t machine_trampoline_code(void)
{
    return align_down((uint64_t)(resident_end - resident_start) + PAGE_SIZE - 1, PAGE_SIZE);
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
    return (struct resident_tables *)(void *)(memory + machine_trampoline_code() + RESIDENT_STACK);
}

void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry)
{
    const uint64_t tables_address = entry->data + RESIDENT_STACK;
    struct resident_tables *tables = tables_of(memory);

    memset(memory, 0, (size_t)(machine_trampoline_code() + MACHINE_TRAMPOLINE_DATA));
    memcpy(memory, resident_start, (size_t)(resident_end - resident_start));
    make_gdt(tables->gdt, tables_address + offsetof(struct resident_tables, task));
    tables->task[IST1] = (uint32_t)tables_address;
    tables->task[IST1 + 1] = (uint32_t)(tables_address >> 32);
    tables->task[IO_MAP] = (uint32_t)sizeof(tables->task) << 16; /* behind its end: there is none */
    make_idt(tables->idt, physical + (uint64_t)(gasp_entries - resident_start));
}

/* What the last-gasp handler is to know of the hand-off. */
static void inform_gasp(struct gasp *gasp, const struct machine_entry *entry)
{
    const struct baton *baton = entry->baton;

    gasp->hand_off = entry->argument;
    gasp->baton = *baton;
    memory_wipe(gasp->baton.entropy, sizeof(gasp->baton.entropy)); /* a secret that is the kernel's alone */
    if (baton->framebuffers.count > 0) {
        uint64_t physical = (uintptr_t)baton->framebuffers.first - baton->direct_map.base;

        memcpy(&gasp->framebuffer, (const void *)(uintptr_t)physical, sizeof(gasp->framebuffer));
    }
}

void machine_jump(uint64_t trampoline, const struct machine_entry *entry)
{
    void (*enter)(const struct machine_entry *entry) = (void (*)(const struct machine_entry *))(uintptr_t)trampoline;

    if (entry->baton)
        inform_gasp(&tables_of((uint8_t *)(uintptr_t)trampoline)->gasp, entry);
    enter(entry);
    machine_halt();
}

void machine_halt(void)
{
    halt();
}
