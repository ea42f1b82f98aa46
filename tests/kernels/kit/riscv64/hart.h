/* SPDX-License-Identifier: BSD-2-Clause */
/* Registers of a hart in supervisor mode, and calls to what runs below it. */
#ifndef BATON_TESTS_HART_H
#define BATON_TESTS_HART_H

#include "kit.h"

#define READ_CSR(name)                                                                                                 \
    __extension__({                                                                                                    \
        uint64_t read_value;                                                                                           \
        __asm__ volatile("csrr %0, " #name : "=r"(read_value));                                                        \
        read_value;                                                                                                    \
    })
#define WRITE_CSR(name, value) __asm__ volatile("csrw " #name ", %0" : : "r"((uint64_t)(value)) : "memory")

#define SATP_MODE_SHIFT  60
#define SATP_MODE_LEVELS 5 /* so much more than the number of levels a mode is: Sv39 is 8 */
#define SATP_PAGE_MASK   ((1ULL << 44) - 1)

/* Of the tables that were in force on entry. */
static inline unsigned hart_levels(void)
{
    return (unsigned)(entry_state.satp >> SATP_MODE_SHIFT) - SATP_MODE_LEVELS;
}

/* What was written to page tables counts from here on. */
static inline void tlb_flush(void)
{
    __asm__ volatile("sfence.vma" : : : "memory");
}

static inline uint64_t counter_read(void)
{
    uint64_t value;

    __asm__ volatile("rdtime %0" : "=r"(value));
    return value;
}

/* The Supervisor Binary Interface; false: it says that it cannot. */
static inline bool sbi_call(uint64_t extension, uint64_t function, uint64_t argument, uint64_t *ret_value)
{
    register uint64_t a0 __asm__("a0") = argument;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    *ret_value = a1;
    return a0 == 0;
}

#endif
