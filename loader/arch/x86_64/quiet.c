/* SPDX-License-Identifier: BSD-2-Clause */
/* machine_quiet: the PC's interrupt controllers and timers. Their registers are identity-mapped by the firmware. */
#include "io.h"
#include "machine.h"

#define FIRST_8259_MASK  0x21
#define SECOND_8259_MASK 0xa1
#define TIMER_8254_MODE  0x43
#define TIMER_8254_STOP  0x30 /* channel 0, mode 0, and no count: it waits for one */

#define IO_APIC_SELECT  0x00
#define IO_APIC_WINDOW  0x10
#define IO_APIC_VERSION 1
#define IO_APIC_ENTRY   0x10 /* two registers each */
#define IO_APIC_MASKED  (1U << 16)

#define FEATURE_APIC      (1U << 9)
#define MSR_APIC_BASE     0x1b
#define APIC_X2           (1ULL << 10)
#define APIC_ENABLED      (1ULL << 11)
#define APIC_ADDRESS      0x000ffffffffff000ULL
#define APIC_TIMER        0x320
#define APIC_TIMER_COUNT  0x380
#define APIC_TIMER_MASKED (1U << 16)
#define APIC_TIMER_MODE   (3U << 17) /* 0: one shot */
#define MSR_X2APIC        0x800      /* one for each 16 bytes of registers */

#define HPET_CAPABILITIES  0x00
#define HPET_CONFIGURATION 0x10
#define HPET_RUN           3U /* the counter, and the replacement of the 8254 */
#define HPET_TIMER         0x100
#define HPET_TIMER_STEP    0x20
#define HPET_TIMER_INT     (1U << 2)

static volatile uint32_t *word_at(uint64_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

/* 82093AA I/O APIC, 3.0. All ones: nobody is there. */
static void mask_io_apic(uint64_t address)
{
    volatile uint32_t *select = word_at(address + IO_APIC_SELECT), *window = word_at(address + IO_APIC_WINDOW);
    uint32_t version;

    *select = IO_APIC_VERSION;
    version = *window;
    for (uint32_t i = 0; version != UINT32_MAX && i <= (version >> 16 & 0xff); i++) {
        *select = IO_APIC_ENTRY + 2 * i;
        *window |= IO_APIC_MASKED;
    }
}

/* Intel SDM volume 3, 10.5.4 and 10.12.1. */
static void stop_local_timer(void)
{
    uint64_t base;

    if (!(cpuid(1, 0).d & FEATURE_APIC))
        return;
    base = read_msr(MSR_APIC_BASE);
    if (!(base & APIC_ENABLED))
        return;
    if (base & APIC_X2) {
        uint64_t timer = read_msr(MSR_X2APIC + APIC_TIMER / 16);

        write_msr(MSR_X2APIC + APIC_TIMER / 16, (timer & ~(uint64_t)APIC_TIMER_MODE) | APIC_TIMER_MASKED);
        write_msr(MSR_X2APIC + APIC_TIMER_COUNT / 16, 0);
    } else {
        volatile uint32_t *timer = word_at((base & APIC_ADDRESS) + APIC_TIMER);

        *timer = (*timer & ~APIC_TIMER_MODE) | APIC_TIMER_MASKED;
        *word_at((base & APIC_ADDRESS) + APIC_TIMER_COUNT) = 0;
    }
}

/* IA-PC HPET 1.0a, 2.3. */
static void stop_hpet(uint64_t address)
{
    uint32_t capabilities = *word_at(address + HPET_CAPABILITIES);

    if (capabilities == UINT32_MAX)
        return;
    *word_at(address + HPET_CONFIGURATION) &= ~HPET_RUN;
    for (uint32_t i = 0; i <= (capabilities >> 8 & 0x1f); i++)
        *word_at(address + HPET_TIMER + (uint64_t)i * HPET_TIMER_STEP) &= ~HPET_TIMER_INT;
}

void machine_quiet(const struct machine_controllers *controllers)
{
    __asm__ volatile("cli");
    io_write8(FIRST_8259_MASK, 0xff);
    io_write8(SECOND_8259_MASK, 0xff);
    io_write8(TIMER_8254_MODE, TIMER_8254_STOP);
    for (size_t i = 0; i < controllers->io_apic_count; i++)
        mask_io_apic(controllers->io_apic[i]);
    stop_local_timer();
    if (controllers->hpet != 0)
        stop_hpet(controllers->hpet);
}
