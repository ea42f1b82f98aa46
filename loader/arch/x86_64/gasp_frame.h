/* SPDX-License-Identifier: BSD-2-Clause */
/* What the processor knows of an exception, and how it is stopped (gasp.h). */
#ifndef BATON_GASP_FRAME_H
#define BATON_GASP_FRAME_H

#include <stdint.h>

#include "io.h"

#define GASP_LINK 0 /* from the frame pointer to the caller's, behind which is the return address */

/* The stack as gasp_entry.S leaves it. */
struct gasp_frame {
    uint64_t cr0, cr2, cr3, cr4;
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

_Static_assert(sizeof(struct gasp_frame) == 208, "gasp_entry.S");

static inline uint64_t gasp_instruction(const struct gasp_frame *frame)
{
    return frame->rip;
}

static inline uint64_t gasp_frame_pointer(const struct gasp_frame *frame)
{
    return frame->rbp;
}

/* The direct map reaches no further. */
static inline uint64_t gasp_physical_end(const struct gasp_frame *frame)
{
    (void)frame;
    return 1ULL << 46;
}

/* The last address that could not be used, if any. */
static inline uint64_t gasp_address(const struct gasp_frame *frame)
{
    return frame->cr2;
}

#endif
