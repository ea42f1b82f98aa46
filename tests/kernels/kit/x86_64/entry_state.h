/* SPDX-License-Identifier: BSD-2-Clause */
/* Every register as the loader left it; entry.S knows the offsets. */
#ifndef BATON_TESTS_ENTRY_STATE_H
#define BATON_TESTS_ENTRY_STATE_H

#include <stddef.h>
#include <stdint.h>

struct __attribute__((packed)) table_register {
    uint16_t limit;
    uint64_t base;
};

struct entry_state {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t return_address; /* the 8 bytes that rsp points to */
    uint64_t rflags;
    uint64_t cr0, cr2, cr3, cr4, cr8;
    uint64_t efer, pat;
    struct table_register gdtr;
    uint8_t padding1[6];
    struct table_register idtr;
    uint8_t padding2[6];
    uint16_t cs, ss, ds, es, fs, gs, tr, ldtr;
    uint32_t mxcsr;
    uint16_t fpu_control, fpu_status;
};
_Static_assert(offsetof(struct entry_state, gdtr) == 0xc8, "entry.S");
_Static_assert(offsetof(struct entry_state, idtr) == 0xd8, "entry.S");
_Static_assert(offsetof(struct entry_state, mxcsr) == 0xf8, "entry.S");
_Static_assert(sizeof(struct entry_state) == 0x100, "entry.S");

#endif
