/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor and the interrupt controllers before the loader quiets them, and again when the kernel has come back.
 * The controllers are where QEMU has them.
 */
#include "chaos.h"

#include "memory.h"

#define IO_APIC        0xfec00000ULL
#define IO_APIC_INPUTS 24
#define LOCAL_APIC     0xfee00000ULL
#define LOCAL_TIMER    0x320
#define LOCAL_COUNT    0x380
#define HPET           0xfed00000ULL
#define HPET_TIMERS    3
#define TIMER_TICK     11932 /* of the 8254: 10 ms, as EDK2 has it */
#define MSR_EFER       0xc0000080U
#define MSR_PAT        0x277U

/* chaos_return.S has the offsets. */
struct saved {
    struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
        uint8_t padding[6];
    } gdt, idt;
    uint16_t cs, ss;
    uint32_t mxcsr;
    uint64_t cr0, cr3, cr4, efer, pat;
};
_Static_assert(offsetof(struct saved, cs) == 0x20 && offsetof(struct saved, mxcsr) == 0x24 &&
                   offsetof(struct saved, cr0) == 0x28 && offsetof(struct saved, pat) == 0x48,
               "chaos_return.S");

extern const uint8_t chaos_return[];
extern struct saved chaos_saved;
_Noreturn void EFIAPI chaos_returned(uint64_t verdict);

struct saved chaos_saved;
static struct chaos_way_back *way_back;
static struct {
    uint8_t first_mask, second_mask;
    uint32_t inputs[IO_APIC_INPUTS], local_timer, local_count, hpet, hpet_timers[HPET_TIMERS];
} devices;

static uint64_t read_msr(uint32_t number)
{
    uint32_t low, high;

    __asm__ volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(number));
    return (uint64_t)high << 32 | low;
}

static void out8(uint16_t port, unsigned value)
{
    __asm__ volatile("outb %0, %1" : : "a"((uint8_t)value), "Nd"(port));
}

static uint8_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static volatile uint32_t *word_at(uint64_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

static volatile uint32_t *io_apic_input(uint32_t input)
{
    *word_at(IO_APIC) = 0x10 + 2 * input;
    return word_at(IO_APIC + 0x10);
}

static void save_devices(void)
{
    devices.first_mask = in8(0x21);
    devices.second_mask = in8(0xa1);
    for (uint32_t i = 0; i < IO_APIC_INPUTS; i++)
        devices.inputs[i] = *io_apic_input(i);
    devices.local_timer = *word_at(LOCAL_APIC + LOCAL_TIMER);
    devices.local_count = *word_at(LOCAL_APIC + LOCAL_COUNT);
    devices.hpet = *word_at(HPET + 0x10);
    for (unsigned i = 0; i < HPET_TIMERS; i++)
        devices.hpet_timers[i] = *word_at(HPET + 0x100 + 0x20ULL * i);
}

static void restore_devices(void)
{
    for (unsigned i = 0; i < HPET_TIMERS; i++)
        *word_at(HPET + 0x100 + 0x20ULL * i) = devices.hpet_timers[i];
    *word_at(HPET + 0x10) = devices.hpet;
    *word_at(LOCAL_APIC + LOCAL_TIMER) = devices.local_timer;
    *word_at(LOCAL_APIC + LOCAL_COUNT) = devices.local_count;
    for (uint32_t i = 0; i < IO_APIC_INPUTS; i++)
        *io_apic_input(i) = devices.inputs[i];
    out8(0x43, 0x36); /* channel 0, a square wave */
    out8(0x40, TIMER_TICK & 0xff);
    out8(0x40, TIMER_TICK >> 8);
    out8(0x21, devices.first_mask);
    out8(0xa1, devices.second_mask);
}

struct chaos_way_back *chaos_machine_start(void)
{
    EFI_PHYSICAL_ADDRESS page;

    need(boot->AllocatePages(AllocateAnyPages, EfiRuntimeServicesData, 1, &page), "no page for page tables");
    need(boot->AllocatePool(EfiRuntimeServicesData, sizeof(*way_back), (void **)&way_back),
         "no memory for the way back");
    *way_back = (struct chaos_way_back){page, 0, 0};
    return way_back;
}

void chaos_machine_lie(uint64_t check)
{
    way_back->lie = check;
}

void chaos_machine_save(bool comes_back)
{
    uint64_t *root = (uint64_t *)(uintptr_t)way_back->root;

    way_back->resume = comes_back ? (uint64_t)(uintptr_t)chaos_return : 0;
    __asm__ volatile("sgdt %0" : "=m"(chaos_saved.gdt));
    __asm__ volatile("sidt %0" : "=m"(chaos_saved.idt));
    __asm__ volatile("mov %%cs, %0" : "=r"(chaos_saved.cs));
    __asm__ volatile("mov %%ss, %0" : "=r"(chaos_saved.ss));
    __asm__ volatile("stmxcsr %0" : "=m"(chaos_saved.mxcsr));
    __asm__ volatile("mov %%cr0, %0" : "=r"(chaos_saved.cr0));
    __asm__ volatile("mov %%cr3, %0" : "=r"(chaos_saved.cr3));
    __asm__ volatile("mov %%cr4, %0" : "=r"(chaos_saved.cr4));
    chaos_saved.efer = read_msr(MSR_EFER);
    chaos_saved.pat = read_msr(MSR_PAT);
    memset(root, 0, EFI_PAGE_SIZE);
    memcpy(root, (const void *)(uintptr_t)(chaos_saved.cr3 & ~(uint64_t)(EFI_PAGE_SIZE - 1)), EFI_PAGE_SIZE / 2);
    save_devices();
}

_Noreturn void EFIAPI chaos_returned(uint64_t verdict)
{
    restore_devices();
    __asm__ volatile("sti");
    chaos_run.verdict = verdict;
    chaos_end_run(CHAOS_KERNEL);
}
