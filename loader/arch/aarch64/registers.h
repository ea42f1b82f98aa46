/* SPDX-License-Identifier: BSD-2-Clause */
/* Single instructions that C has no words for. */
#ifndef BATON_REGISTERS_H
#define BATON_REGISTERS_H

#include <stdint.h>

#define READ_REGISTER(name)                                                                                            \
    __extension__({                                                                                                    \
        uint64_t read_value;                                                                                           \
        __asm__ volatile("mrs %0, " #name : "=r"(read_value));                                                         \
        read_value;                                                                                                    \
    })
#define WRITE_REGISTER(name, value) __asm__ volatile("msr " #name ", %0" : : "r"((uint64_t)(value)))

static inline unsigned exception_level(void)
{
    return (unsigned)(READ_REGISTER(CurrentEL) >> 2 & 3);
}

/* Four bits of an identification register. */
static inline unsigned id_field(uint64_t value, unsigned shift)
{
    return (unsigned)(value >> shift & 0xf);
}

_Noreturn static inline void halt(void)
{
    for (;;)
        __asm__ volatile("msr daifset, #0xf; wfi");
}

#endif
