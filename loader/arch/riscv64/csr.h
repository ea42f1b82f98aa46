/* SPDX-License-Identifier: BSD-2-Clause */
/* Single instructions that C has no words for. */
#ifndef BATON_CSR_H
#define BATON_CSR_H

#include <stdint.h>

/* satp: the paging mode above, the root's page number below (privileged architecture, 4.1.11). */
#define SATP_MODE_SHIFT  60
#define SATP_PAGE_MASK   ((1ULL << 44) - 1)
#define SATP_SV39        8U
#define SATP_SV48        9U
#define SATP_MODE_LEVELS 5U /* so much more than the number of levels a mode is */

static inline uint64_t read_satp(void)
{
    uint64_t value;

    __asm__ volatile("csrr %0, satp" : "=r"(value));
    return value;
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

_Noreturn static inline void halt(void)
{
    disable_interrupts();
    for (;;)
        __asm__ volatile("wfi");
}

#endif
