/* SPDX-License-Identifier: BSD-2-Clause */
/* The bench's kernel for Baton: notes the counter first thing, then says what it was given. */
#include <baton/baton.h>

#include "say.h"

#define KINDS 32

void kernel(const struct baton *baton);

static void say_stages(const struct baton *baton)
{
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings) {
        say("kernel: stage=");
        say(timing->name);
        say_line(" ", timing->counter);
    }
}

/* Bytes of each kind in the memory map. */
static void say_memory(const struct baton *baton)
{
    static uint64_t bytes[KINDS];

    BATON_FOR_EACH (struct baton_memory, entry, &baton->memory_map) {
        if (entry->kind < KINDS)
            bytes[entry->kind] += entry->size;
    }
    for (unsigned kind = 0; kind < KINDS; kind++) {
        say("kernel: memory=");
        say_number(kind);
        say_line(" ", bytes[kind]);
    }
}

void kernel(const struct baton *baton)
{
    uint64_t now = counter();

    if (baton->magic != BATON_MAGIC)
        leave(EXIT_FAILED);
    say_line("kernel: counter=", now);
    BATON_FOR_EACH (struct baton_module, module, &baton->modules) {
        say_module(module->address, module->size);
    }
    say_stages(baton);
    say_memory(baton);
    leave(EXIT_OK);
}
