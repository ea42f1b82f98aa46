/* SPDX-License-Identifier: BSD-2-Clause */
/* Every register as the loader left it; entry.S knows the order. What a hart does not have is 0. */
#ifndef BATON_TESTS_ENTRY_STATE_H
#define BATON_TESTS_ENTRY_STATE_H

#include <stddef.h>
#include <stdint.h>

struct entry_state {
    uint64_t x[32]; /* the first one is not written to */
    uint64_t satp, sstatus, sie, stvec, sscratch, scounteren, sepc;
    uint64_t fcsr;
};
_Static_assert(offsetof(struct entry_state, satp) == 32 * 8, "entry.S");
_Static_assert(sizeof(struct entry_state) == 40 * 8, "entry.S");

#endif
