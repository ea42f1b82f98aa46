/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers, and those of the exception level that the kernel runs at. */
#ifndef BATON_TESTS_LEVEL_H
#define BATON_TESTS_LEVEL_H

#include "kit.h"

#define READ_REGISTER(name)                                                                                            \
    __extension__({                                                                                                    \
        uint64_t read_value;                                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(read_value));                                                         \
        read_value;                                                                                                    \
    })
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((uint64_t)(value)) : "memory")

#define HCR_E2H (1ULL << 34)

static inline bool is_at_el2(void)
{
    return entry_state.current_el == 2 << 2;
}

/* Without VHE: EL2 has registers of its own, and one half of addresses. */
static inline bool is_alone_at_el2(void)
{
    return is_at_el2() && !(entry_state.hcr & HCR_E2H);
}

/* Four bits of an identification register. */
static inline unsigned id_field(uint64_t value, unsigned shift)
{
    return (unsigned)(value >> shift & 0xf);
}

/* What was written to page tables counts from here on. */
static inline void tlb_flush(void)
{
    __asm__ volatile("dsb ish" : : : "memory");
    if (is_alone_at_el2())
        __asm__ volatile("tlbi alle2" : : : "memory");
    else
        __asm__ volatile("tlbi vmalle1" : : : "memory");
    __asm__ volatile("dsb ish\n\tisb" : : : "memory");
}

static inline uint64_t counter_read(void)
{
    __asm__ volatile("isb");
    return READ_REGISTER(cntvct_el0);
}

#endif
