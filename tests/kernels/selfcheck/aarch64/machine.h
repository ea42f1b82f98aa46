/* SPDX-License-Identifier: BSD-2-Clause */
/* What selfcheck has to know of aarch64. */
#ifndef BATON_TESTS_MACHINE_H
#define BATON_TESTS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

#include "level.h"

#pragma GCC visibility push(hidden)

#define MACHINE_HALF_BITS 48   /* of addresses */
#define MACHINE_RELATIVE  1027 /* R_AARCH64_RELATIVE */
#define MACHINE_LACKS     BATON_FEATURE_FIVE_LEVELS
#define MACHINE_SERIAL    SERIAL_SPCR
#define MACHINE_MEMORY    (1024 * MEBI) /* where QEMU's virt machine has its memory */
#define MACHINE_CHECKS    &registers_checks, &leaf_checks, &levels_checks
#define MACHINE_LIES      &lies_entry, &lies_machine

extern const struct check_list registers_checks, leaf_checks, levels_checks;
extern const struct lie_list lies_entry, lies_machine;

/* Only for lies: what is turned in what the machine answers. */
struct machine_state {
    uint64_t wrong_answer; /* to a call to EL2 */
    uint64_t wrong_count;  /* of the virtual counter */
    bool wrong_access;     /* one of them is none that there is */
    bool wrong_number;     /* of floating point's */
};

/* ---- page table entries: what a lie turns, and leaves of the kernel's own ---- */
#define ENTRY_PRESENT       (1ULL << 0)
#define ENTRY_WRITE         (1ULL << 7) /* differs between what can be written and what cannot */
#define ENTRY_EXECUTE       entry_execute()
#define ENTRY_CACHE_BITS    (1ULL << 2)
#define ENTRY_ACCESSED      (1ULL << 10)
#define ENTRY_DIRTY         0ULL /* there is none */
#define ENTRY_GLOBAL        (1ULL << 11)
#define ENTRY_USER_LEAF     (1ULL << 6) /* what is set in a leaf, and in the tables above, to give it to user mode */
#define ENTRY_USER_TABLE    0ULL
#define ENTRY_OF(physical)  (physical)
#define ENTRY_SMALL(large)  ((large) | 1ULL << 1) /* a leaf of 4 KiB that says what a larger one does */
#define ENTRY_NEW_TABLE     3ULL
#define ENTRY_NEW_LEAF      entry_new_leaf(0, true)
#define ENTRY_NEW_READ_ONLY entry_new_leaf(0, false)
#define ENTRY_NEW_DEVICE    entry_new_leaf(2, true)

uint64_t entry_execute(void);
uint64_t entry_new_leaf(uint64_t index, bool writable);

/* ---- spill.c ---- */
/* Spills SIMD registers to aligned places on the stack; false when the numbers come out wrong. */
bool simd_spill(uint64_t one);

#pragma GCC visibility pop

#endif
