/* SPDX-License-Identifier: BSD-2-Clause */
#include "machine.h"

#include "checked.h"
#include "io.h"
#include "memory.h"

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

/* Offsets in the trampoline's data; trampoline.S has the same. */
#define DATA_GDT 0

extern const uint8_t machine_trampoline_start[], machine_trampoline_end[];

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

void machine_prepare(uint8_t *memory)
{
    /* Flat descriptors with the accessed bit set, so that loading them writes nothing. Selector 0x08 is code and 0x10
     * data (Intel SDM volume 3, 3.4.5). */
    static const uint64_t gdt[] = {0, 0x00af9b000000ffffULL, 0x00cf93000000ffffULL};

    memset(memory, 0, MACHINE_TRAMPOLINE_CODE + MACHINE_TRAMPOLINE_DATA);
    memcpy(memory, machine_trampoline_start, (size_t)(machine_trampoline_end - machine_trampoline_start));
    memcpy(memory + MACHINE_TRAMPOLINE_CODE + DATA_GDT, gdt, sizeof(gdt));
}

/* Both interrupt controllers of the PC, so that nothing waits for the moment when the kernel enables interrupts. */
static void mask_interrupts(void)
{
    io_write8(0x21, 0xff);
    io_write8(0xa1, 0xff);
}

void machine_jump(uint64_t trampoline, const struct machine_entry *entry)
{
    void (*enter)(const struct machine_entry *entry) = (void (*)(const struct machine_entry *))(uintptr_t)trampoline;

    __asm__ volatile("cli");
    mask_interrupts();
    enter(entry);
    machine_halt();
}

void machine_halt(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}
