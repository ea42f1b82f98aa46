/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions that C has no words for. The unit tests have others in the place of all of them (made_aarch64.h). */
#ifndef BATON_INSTRUCTIONS_H
#define BATON_INSTRUCTIONS_H

#include <stdbool.h>
#include <stdint.h>

#define READ_REGISTER(name)                                                                                            \
    __extension__({                                                                                                    \
        uint64_t read_value;                                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(read_value));                                                         \
        read_value;                                                                                                    \
    })
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)))

/* What is read behind it is not read before it. */
static inline void instruction_barrier(void)
{
    __asm__ volatile("isb");
}

/* RNDR, of a processor that has it. It says by the Z flag that it has no number just now (DDI 0487, D17.2). */
static inline bool read_random(uint64_t *ret_number)
{
    bool ready;

    __asm__ volatile("mrs %0, s3_3_c2_c4_0; cset %w1, ne" : "=r"(*ret_number), "=r"(ready) : : "cc");
    return ready;
}

static inline void mask_interrupts(void)
{
    __asm__ volatile("msr daifset, #0xf");
}

/* Cleans the line of the data cache that has this address, to the point of coherency (DDI 0487, D7.5). */
static inline void clean_line(uint64_t address)
{
    __asm__ volatile("dc cvac, %0" : : "r"(address) : "memory");
}

/* All that was cleaned before it has reached memory. */
static inline void data_barrier(void)
{
    __asm__ volatile("dsb sy" : : : "memory");
}

/* What is executed behind it is fetched anew. */
static inline void forget_instructions(void)
{
    __asm__ volatile("ic iallu; dsb sy; isb" : : : "memory");
}

/* Calls code at an address, which does not come back. */
static inline void enter_code(uint64_t address, const void *argument)
{
    ((void (*)(const void *))(uintptr_t)address)(argument);
}

_Noreturn static inline void halt(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf; wfi");
}

#endif
