/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in numbers; what compilers call by themselves. */
        .globl  memcpy, memset, memory_fill
        .hidden memcpy, memset, memory_fill

        .text
memcpy: mv      a3, a0
        or      t0, a0, a1
        andi    t0, t0, 7
        bnez    t0, 2f
        li      t1, 8
1:      bltu    a2, t1, 2f
        ld      t0, 0(a1)
        sd      t0, 0(a3)
        addi    a1, a1, 8
        addi    a3, a3, 8
        addi    a2, a2, -8
        j       1b
2:      beqz    a2, 3f
        lbu     t0, 0(a1)
        sb      t0, 0(a3)
        addi    a1, a1, 1
        addi    a3, a3, 1
        addi    a2, a2, -1
        j       2b
3:      ret

memset: add     a2, a2, a0
        mv      a3, a0
1:      beq     a3, a2, 2f
        sb      a1, 0(a3)
        addi    a3, a3, 1
        j       1b
2:      ret

/* void memory_fill(uint64_t *words, uint64_t word, uint64_t size) */
memory_fill:
        andi    a2, a2, -8
        add     a2, a2, a0
1:      beq     a0, a2, 2f
        sd      a1, 0(a0)
        addi    a0, a0, 8
        j       1b
2:      ret
        .section .note.GNU-stack, "", @progbits
