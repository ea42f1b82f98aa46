/* SPDX-License-Identifier: BSD-2-Clause */
/* A processor of which nothing is there but its registers: what loader/arch/ARCH/machine.c does with it is noted. */
#ifndef BATON_MADE_INSTRUCTIONS_H
#define BATON_MADE_INSTRUCTIONS_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum made_act_kind {
    MADE_CLEAN,   /* the line at `number` */
    MADE_BARRIER, /* for data */
    MADE_FORGET,  /* instructions */
    MADE_MASK,    /* interrupts */
    MADE_WRITE,   /* `number` to the register `name` */
};

struct made_act {
    enum made_act_kind kind;
    const char *name;
    uint64_t number;
};

/* What was done since made_instructions_start. */
#define MADE_ACTS 65536
struct made_acts {
    struct made_act items[MADE_ACTS];
    size_t count;
};

/* Nothing was done, registers are 0, and each random number is there when it is asked for. */
void made_instructions_start(void);
const struct made_acts *made_acts(void);

/* Registers by their names. One that was not set fails the test. */
void made_register_set(const char *name, uint64_t value);
uint64_t made_register(const char *name);

void made_act(enum made_act_kind kind, const char *name, uint64_t number);

/*
 * From here on, what is in lines of `line` bytes of the memory when they are cleaned is copied to the same place behind
 * `seen`; where `line` is 0, all of it when instructions are forgotten. Both have `size` bytes, of whole lines.
 */
void made_watch(const uint8_t *memory, uint8_t *seen, size_t size, size_t line);

/* The next `count` random numbers are not there yet. */
void made_random_wait(unsigned count);
bool made_random(uint64_t *ret_number);

/* Runs `call` up to where it enters code, and says where and with what; false when it comes back instead. */
bool made_enters(void (*call)(void *context), void *context, uint64_t *ret_address, const void **ret_argument);
void made_enter(uint64_t address, const void *argument);

_Noreturn void made_halt(void);

#endif
