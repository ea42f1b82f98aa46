/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in numbers; what compilers call by themselves. */
        .globl  memcpy, memset, memory_fill
        .hidden memcpy, memset, memory_fill

        .text
memcpy: mov     x3, x0
1:      subs    x2, x2, #8
        b.lo    2f
        ldr     x4, [x1], #8
        str     x4, [x3], #8
        b       1b
2:      adds    x2, x2, #8
        b.eq    4f
3:      ldrb    w4, [x1], #1
        strb    w4, [x3], #1
        subs    x2, x2, #1
        b.ne    3b
4:      ret

memset: mov     x3, x0
1:      cbz     x2, 2f
        strb    w1, [x3], #1
        sub     x2, x2, #1
        b       1b
2:      ret

/* void memory_fill(uint64_t *words, uint64_t word, uint64_t size) */
memory_fill:
        lsr     x2, x2, #3
1:      cbz     x2, 2f
        str     x1, [x0], #8
        sub     x2, x2, #1
        b       1b
2:      ret
        .section .note.GNU-stack, "", %progbits
