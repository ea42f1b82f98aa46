/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of loader/arch/riscv64/instructions.h: all of its names. */
#ifndef BATON_INSTRUCTIONS_H
#define BATON_INSTRUCTIONS_H

#include "made_instructions.h"

/* A hart's satp takes only the modes that it has. */
uint64_t made_satp_try(uint64_t satp);

#define read_satp()                   made_register("satp")
#define try_satp(satp)                made_satp_try(satp)
#define read_time()                   made_register("time")
#define disable_interrupts()          made_act(MADE_MASK, NULL, 0)
#define forget_instructions()         made_act(MADE_FORGET, NULL, 0)
#define enter_code(address, argument) made_enter(address, argument)
#define halt()                        made_halt()

#endif
