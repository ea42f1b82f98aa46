/* SPDX-License-Identifier: BSD-2-Clause */
/* What the processor knows of an exception, and how it is stopped (gasp.h). */
#ifndef BATON_GASP_FRAME_H
#define BATON_GASP_FRAME_H

#include <stdint.h>

#include "registers.h"

#define GASP_LINK 0ULL /* from the frame pointer to the caller's, behind which is the return address */

#define GASP_FP 29
#define GASP_LR 30

/* The stack as gasp_entry.S leaves it. */
struct gasp_frame {
    uint64_t registers[31]; /* x0 to x30 */
    uint64_t sp, elr, spsr, esr, far;
    uint64_t vector; /* which of the 16 */
    uint64_t reserved;
};

_Static_assert(sizeof(struct gasp_frame) == 304, "gasp_entry.S");

static inline uint64_t gasp_instruction(const struct gasp_frame *frame)
{
    return frame->elr;
}

static inline uint64_t gasp_frame_pointer(const struct gasp_frame *frame)
{
    return frame->registers[GASP_FP];
}

/* The direct map reaches no further: it is half of either half of the address space. */
static inline uint64_t gasp_physical_end(const struct gasp_frame *frame)
{
    (void)frame;
    return 1ULL << 47;
}

/* The address that could not be used, of most exceptions. */
static inline uint64_t gasp_address(const struct gasp_frame *frame)
{
    return frame->far;
}

#endif
