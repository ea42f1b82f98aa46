/* SPDX-License-Identifier: BSD-2-Clause */
/* In the place of loader/arch/aarch64/instructions.h: all of its names. */
#ifndef BATON_INSTRUCTIONS_H
#define BATON_INSTRUCTIONS_H

#include "made_instructions.h"

#define READ_REGISTER(name)         made_register(#name)
#define WRITE_REGISTER(name, value) made_act(MADE_WRITE, #name, value)

#define instruction_barrier()         ((void)0)
#define read_random(ret_number)       made_random(ret_number)
#define mask_interrupts()             made_act(MADE_MASK, NULL, 0)
#define clean_line(address)           made_act(MADE_CLEAN, NULL, address)
#define data_barrier()                made_act(MADE_BARRIER, NULL, 0)
#define forget_instructions()         made_act(MADE_FORGET, NULL, 0)
#define enter_code(address, argument) made_enter(address, argument)
#define halt()                        made_halt()

#endif
