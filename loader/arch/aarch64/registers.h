/* SPDX-License-Identifier: BSD-2-Clause */
/* What registers of the processor's say. */
#ifndef BATON_REGISTERS_H
#define BATON_REGISTERS_H

#include "instructions.h"

static inline unsigned exception_level(void)
{
    return (unsigned)(READ_REGISTER(CurrentEL) >> 2 & 3);
}

/* Four bits of an identification register. */
static inline unsigned id_field(uint64_t value, unsigned shift)
{
    return (unsigned)(value >> shift & 0xf);
}

#endif
