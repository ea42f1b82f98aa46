/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every register as the loader left it; entry.S knows the order. Those of the exception level that the kernel was
 * entered at have no _ELx in their names. What a processor or a level does not have is 0.
 */
#ifndef BATON_TESTS_ENTRY_STATE_H
#define BATON_TESTS_ENTRY_STATE_H

#include <stddef.h>
#include <stdint.h>

struct entry_state {
    uint64_t x[31];
    uint64_t sp;
    uint64_t nzcv, daif, spsel, current_el, pan, uao;
    uint64_t fpcr, fpsr;
    uint64_t tpidr_el0, tpidrro_el0, mdscr;
    uint64_t hcr; /* EL2's, also when it was entered without VHE; as the next ones */
    uint64_t timer_hypervisor, timer_hypervisor_virtual;
    uint64_t timer_physical, timer_virtual;
    uint64_t sctlr, tcr, mair, ttbr0, ttbr1;
    uint64_t cpacr; /* without VHE EL2's CPTR */
    uint64_t vbar, tpidr, contextidr, cntkctl;
};
_Static_assert(offsetof(struct entry_state, sp) == 31 * 8, "entry.S");
_Static_assert(offsetof(struct entry_state, hcr) == 43 * 8, "entry.S");
_Static_assert(offsetof(struct entry_state, sctlr) == 48 * 8, "entry.S");
_Static_assert(sizeof(struct entry_state) == 58 * 8, "entry.S");

#endif
