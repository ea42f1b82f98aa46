/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupt sources as a careless firmware leaves them: running and not masked. At the PC's usual addresses, which QEMU
 * has them at; OVMF itself leaves all of them quiet, so a loader that forgot them would not be seen.
 */
#include "inject.h"

#define IO_APIC        0xfec00000ULL
#define IO_APIC_INPUTS 24
#define LOCAL_APIC     0xfee00000ULL
#define HPET           0xfed00000ULL
#define HPET_TIMERS    3

static volatile uint32_t *word_at(uint64_t address)
{
    return (volatile uint32_t *)(uintptr_t)address;
}

static void io_apic_write(uint32_t number, uint32_t value)
{
    *word_at(IO_APIC) = number;
    *word_at(IO_APIC + 0x10) = value;
}

static void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

void devices_start(void)
{
    if (!settings.devices)
        return;
    __asm__ volatile("cli"); /* boot services have ended, so nobody wants interrupts */
    for (uint32_t input = 0; input < IO_APIC_INPUTS; input++) {
        io_apic_write(0x11 + 2 * input, 0);
        io_apic_write(0x10 + 2 * input, 0x40 + input); /* edge, not masked */
    }
    *word_at(LOCAL_APIC + 0x3e0) = 3;               /* the counter goes at a sixteenth of the bus */
    *word_at(LOCAL_APIC + 0x320) = 1U << 17 | 0x60; /* periodic, not masked */
    *word_at(LOCAL_APIC + 0x380) = 1U << 24;
    for (uint64_t timer = 0; timer < HPET_TIMERS; timer++)
        *word_at(HPET + 0x100 + 0x20 * timer) |= 1U << 2; /* interrupts */
    *word_at(HPET + 0x10) |= 3;                           /* run, in place of the 8254 */
    out8(0x21, 0);
    out8(0xa1, 0);
    say("devices io-apic=%#x timer=%#x hpet=%#x", *word_at(IO_APIC + 0x10), *word_at(LOCAL_APIC + 0x320),
        *word_at(HPET + 0x10));
}
