/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdarg.h>

#include "made_instructions.h"

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define REGISTERS 32

static struct {
    struct made_acts acts;
    struct {
        const char *name;
        uint64_t value;
    } registers[REGISTERS];
    size_t register_count;
    const uint8_t *watched;
    uint8_t *seen;
    size_t watched_size, line;
    unsigned wait;
    uint64_t random;
    jmp_buf way_out;
    bool can_enter;
    uint64_t address;
    const void *argument;
} state;

void made_instructions_start(void)
{
    memset(&state, 0, sizeof(state));
}

const struct made_acts *made_acts(void)
{
    return &state.acts;
}

static size_t find(const char *name)
{
    size_t i = 0;

    while (i < state.register_count && strcmp(state.registers[i].name, name) != 0)
        i++;
    return i;
}

void made_register_set(const char *name, uint64_t value)
{
    size_t i = find(name);

    if (i == REGISTERS)
        abort();
    state.registers[i].name = name;
    state.registers[i].value = value;
    state.register_count += i == state.register_count;
}

uint64_t made_register(const char *name)
{
    size_t i = find(name);

    if (i == state.register_count)
        fail_msg("%s is read", name);
    return state.registers[i].value;
}

void made_watch(const uint8_t *memory, uint8_t *seen, size_t size, size_t line)
{
    state.watched = memory;
    state.seen = seen;
    state.watched_size = size;
    state.line = line;
}

static void look(enum made_act_kind kind, uint64_t number)
{
    const uint64_t offset = number - (uintptr_t)state.watched;

    if (kind == MADE_CLEAN && state.line > 0 && offset < state.watched_size)
        memcpy(state.seen + offset, state.watched + offset, state.line);
    if (kind == MADE_FORGET && state.line == 0 && state.watched)
        memcpy(state.seen, state.watched, state.watched_size);
}

void made_act(enum made_act_kind kind, const char *name, uint64_t number)
{
    look(kind, number);
    if (state.acts.count == MADE_ACTS)
        abort();
    state.acts.items[state.acts.count++] = (struct made_act){kind, name, number};
}

void made_random_wait(unsigned count)
{
    state.wait = count;
}

bool made_random(uint64_t *ret_number)
{
    if (state.wait > 0) {
        state.wait--;
        return false;
    }
    *ret_number = ++state.random * 0x9e3779b97f4a7c15;
    return true;
}

bool made_enters(void (*call)(void *context), void *context, uint64_t *ret_address, const void **ret_argument)
{
    state.can_enter = true;
    if (setjmp(state.way_out) == 0) {
        call(context);
        state.can_enter = false;
        return false;
    }
    state.can_enter = false;
    *ret_address = state.address;
    *ret_argument = state.argument;
    return true;
}

void made_enter(uint64_t address, const void *argument)
{
    if (!state.can_enter)
        fail_msg("0x%llx is entered", (unsigned long long)address);
    state.address = address;
    state.argument = argument;
    longjmp(state.way_out, 1);
}

void made_halt(void)
{
    fail_msg("it halts");
    abort();
}
