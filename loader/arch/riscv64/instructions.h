/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that C has no words for. The unit tests have others in the place of all of them (made_riscv64.h). */
#ifndef BATON_INSTRUCTIONS_H
#define BATON_INSTRUCTIONS_H

#include <stdint.h>

static inline uint64_t read_satp(void)
{
    uint64_t value;

    __asm__ volatile("csrr %0, satp" : "=r"(value));
    return value;
}

/* Has satp for a moment, with interrupts off, and returns what became of it. */
static inline uint64_t try_satp(uint64_t satp)
{
    uint64_t before, old, became;

    __asm__ volatile("csrrci %0, sstatus, 2\n\t"
                     "csrrw   %1, satp, %3\n\t"
                     "sfence.vma\n\t"
                     "csrr    %2, satp\n\t"
                     "csrw    satp, %1\n\t"
                     "sfence.vma\n\t"
                     "andi    %0, %0, 2\n\t"
                     "csrs    sstatus, %0"
                     : "=&r"(before), "=&r"(old), "=&r"(became)
                     : "r"(satp)
                     : "memory");
    return became;
}

static inline uint64_t read_time(void)
{
    uint64_t value;

    __asm__ volatile("rdtime %0" : "=r"(value));
    return value;
}

/* No source of interrupts is enabled, and none would be taken. */
static inline void disable_interrupts(void)
{
    __asm__ volatile("csrci sstatus, 2\n\tcsrw sie, zero" : : : "memory");
}

/* What is executed behind it is fetched anew. */
static inline void forget_instructions(void)
{
    __asm__ volatile("fence.i" : : : "memory");
}

/* Calls code at an address, which does not come back. */
static inline void enter_code(uint64_t address, const void *argument)
{
    ((void (*)(const void *))(uintptr_t)address)(argument);
}

_Noreturn static inline void halt(void)
{
    disable_interrupts();
    for (;;)
        __asm__ volatile("wfi");
}

#endif
