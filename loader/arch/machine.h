/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader knows of the processor: its state on entry, its counter, and the way into the kernel. Each machine
 * has a folder with an answer to all of this. */
#ifndef BATON_MACHINE_H
#define BATON_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <baton/baton.h>

#include "facts.h"
#include "status.h"

struct machine_range {
    uint64_t base; /* physical, page-aligned */
    uint64_t size; /* bytes */
};

/* What the processor is and can do. `counter_frequency` is in Hz when the processor or the hypervisor says it, else 0.
 */
void machine_describe(struct machine_facts *ret_machine);

/* The counter that is read for timings. */
uint64_t machine_counter(void);

/* Its frequency in Hz, by another clock of the machine's than the firmware's, in some milliseconds; 0 when there is
 * none that runs. */
uint64_t machine_measure_counter(void);

/* Which processor this is: its APIC id, MPIDR or hart id. False: it does not know itself. */
MUST_CHECK bool machine_boot_cpu(uint64_t *ret_id);

/* Fills `bytes` from the processor's random number generator. false when there is none, or it does not work. */
MUST_CHECK bool machine_random(uint8_t *bytes, size_t size);

/* The stack pointer of the caller, about. */
uint64_t machine_stack_pointer(void);

/*
 * The pages that hold the live page tables, neighbours merged, at most `capacity` ranges; when there are more, the
 * last range covers all that are left. Or only the root's. Returns how many. Firmware maps memory identically, so
 * tables can be read. Where all the physical addresses there may be are mapped by 2 MiB, reading all is millions of
 * instructions.
 */
size_t machine_live_tables(struct machine_range *ranges, size_t capacity, bool only_root);

/* Where the kernel is entered, and with what. All addresses but `root` and `baton` are the kernel's. */
struct machine_entry {
    uint64_t root; /* physical address of the page tables' root */
    uint64_t entry;
    uint64_t stack_top; /* 16-aligned */
    uint64_t argument;
    uint64_t data;             /* the trampoline's data pages */
    uint64_t levels;           /* of the page tables */
    uint64_t at_el2;           /* not 0: aarch64 stays at EL2 */
    const struct baton *baton; /* the loader's view of the argument; NULL: it is no baton */
};

/*
 * Writes code and data into the trampoline's `memory`, of as many bytes as machine_describe said: the way into the
 * kernel, and the last-gasp handler. Of the entry only `data` is needed yet.
 */
void machine_prepare(uint8_t *memory, uint64_t physical, const struct machine_entry *entry);

/* Devices that can interrupt, as the firmware's tables list them; physical addresses. */
struct machine_controllers {
    const uint64_t *io_apic; /* the caller's */
    size_t io_apic_count;
    uint64_t hpet; /* 0: none */
};

/* Stops the sources of interrupts that the processor has by itself and those of `controllers`, so that none waits for
 * the moment when the kernel enables them. After the firmware was left. */
void machine_quiet(const struct machine_controllers *controllers);

/* Whoever looks at these bytes next may do so with other caching than they were written with, or fetch instructions
 * from there: cleans the data caches to memory, where that matters. What was fetched before, machine_jump has
 * forgotten. */
void machine_clean(const void *memory, size_t size);

/* Enters the kernel by the trampoline, whose physical address this is and which machine_prepare wrote. Interrupts are
 * off, the baton is complete. The state on entry is in docs/protocol.md. */
_Noreturn void machine_jump(uint64_t trampoline, const struct machine_entry *entry);

/* Stops for good. */
_Noreturn void machine_halt(void);

#endif
