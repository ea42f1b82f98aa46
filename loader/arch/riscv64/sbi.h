/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware below the firmware: calls of the Supervisor Binary Interface (SBI 2.0). */
#ifndef BATON_SBI_H
#define BATON_SBI_H

#include <stdint.h>

#define SBI_BASE               0x10       /* chapter 4 */
#define SBI_PROBE              3          /* whether there is an extension: not 0 */
#define SBI_CONSOLE            0x4442434e /* chapter 12 */
#define SBI_CONSOLE_WRITE_BYTE 2
#define SBI_LEGACY_PUT         0x01 /* 5.2: without a function */

struct sbi_result {
    int64_t error; /* 0: none */
    int64_t value;
};

/* Registers a0 to a5 are arguments, a6 and a7 say what is called (chapter 3). */
static inline struct sbi_result sbi_call(uint64_t extension, uint64_t function, uint64_t argument)
{
    register uint64_t a0 __asm__("a0") = argument;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a6 __asm__("a6") = function;
    register uint64_t a7 __asm__("a7") = extension;

    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
    return (struct sbi_result){(int64_t)a0, (int64_t)a1};
}

#endif
