/* SPDX-License-Identifier: BSD-2-Clause */
/* What the hart knows of an exception, and how it is stopped (gasp.h). */
#ifndef BATON_GASP_FRAME_H
#define BATON_GASP_FRAME_H

#include <stdint.h>

#include "csr.h"

#define GASP_LINK (0ULL - 16) /* from the frame pointer to the caller's, behind which is the return address */

/* Places among the registers, of which x0 is none. */
#define GASP_RA 0
#define GASP_S0 7

/* The stack as gasp_entry.S leaves it. */
struct gasp_frame {
    uint64_t registers[31]; /* x1 to x31 */
    uint64_t sepc, scause, stval, sstatus, satp;
};

_Static_assert(sizeof(struct gasp_frame) == 288, "gasp_entry.S");

static inline uint64_t gasp_instruction(const struct gasp_frame *frame)
{
    return frame->sepc;
}

static inline uint64_t gasp_frame_pointer(const struct gasp_frame *frame)
{
    return frame->registers[GASP_S0];
}

/* Of the tables, as Baton made them; five that the kernel made cover as much as four. */
static inline unsigned gasp_levels(const struct gasp_frame *frame)
{
    return (unsigned)(frame->satp >> SATP_MODE_SHIFT) - SATP_MODE_LEVELS;
}

/* The direct map reaches no further: it is half of either half of the address space. */
static inline uint64_t gasp_physical_end(const struct gasp_frame *frame)
{
    return 1ULL << (gasp_levels(frame) > 3 ? 46 : 37);
}

/* The address that could not be used, of most exceptions. */
static inline uint64_t gasp_address(const struct gasp_frame *frame)
{
    return frame->stval;
}

#endif
