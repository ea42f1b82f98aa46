/* SPDX-License-Identifier: BSD-2-Clause */
/* What selfcheck has to know of riscv64. */
#ifndef BATON_TESTS_MACHINE_H
#define BATON_TESTS_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include <baton/baton.h>

#include "hart.h"

#pragma GCC visibility push(hidden)

#define MACHINE_HALF_BITS (12 + 9 * hart_levels() - 1) /* of addresses */
#define MACHINE_RELATIVE  3                            /* R_RISCV_RELATIVE */
#define MACHINE_LACKS     (BATON_FEATURE_EL2 | BATON_FEATURE_FIVE_LEVELS)
#define MACHINE_SERIAL    SERIAL_SBI
#define MACHINE_MEMORY    (2048 * MEBI) /* where QEMU's virt machine has its memory */
#define MACHINE_CHECKS    &registers_checks, &leaf_checks
#define MACHINE_LIES      &lies_entry, &lies_machine

extern const struct check_list registers_checks, leaf_checks;
extern const struct lie_list lies_entry, lies_machine;

/* Only for lies. */
struct machine_state {
    bool wrong_number; /* of floating point's */
};

/* ---- page table entries: what a lie turns, and leaves of the kernel's own ---- */
#define ENTRY_PRESENT       (1ULL << 0)
#define ENTRY_WRITE         (1ULL << 2) /* differs between what can be written and what cannot */
#define ENTRY_EXECUTE       (1ULL << 3)
#define ENTRY_CACHE_BITS    (1ULL << 61)
#define ENTRY_ACCESSED      (1ULL << 6)
#define ENTRY_DIRTY         (1ULL << 7)
#define ENTRY_GLOBAL        (1ULL << 5)
#define ENTRY_USER_LEAF     (1ULL << 4) /* what is set in a leaf, and in the tables above, to give it to user mode */
#define ENTRY_USER_TABLE    0ULL
#define ENTRY_OF(physical)  ((physical) >> 2)
#define ENTRY_SMALL(large)  (large) /* a leaf of 4 KiB that says what a larger one does */
#define ENTRY_NEW_TABLE     0x01ULL
#define ENTRY_NEW_LEAF      0xc7ULL
#define ENTRY_NEW_READ_ONLY 0xc3ULL
#define ENTRY_NEW_DEVICE    0xc7ULL /* by what the hart knows of the address */

/* ---- spill.c ---- */
/* Spills floating-point registers to the stack; false when the numbers come out wrong. */
bool float_spill(uint64_t one);

#pragma GCC visibility pop

#endif
