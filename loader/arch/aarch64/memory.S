/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h's functions, 16 bytes at a time: what is copied in numbers is read by the firmware. */
        .globl memcpy, memmove, memset, memcmp
        .hidden memcpy, memmove, memset, memcmp

        .section .text.memmove, "ax", %progbits
memmove:
memcpy:
        mov     x3, x0
        sub     x4, x0, x1
        cmp     x4, x2                  /* does the destination begin inside the source? */
        b.lo    3f
1:      subs    x2, x2, #16
        b.lo    2f
        ldp     x4, x5, [x1], #16
        stp     x4, x5, [x3], #16
        b       1b
2:      adds    x2, x2, #16
        b.eq    5f
4:      ldrb    w4, [x1], #1
        strb    w4, [x3], #1
        subs    x2, x2, #1
        b.ne    4b
5:      ret
3:      cbz     x2, 5b                  /* then from the end */
        add     x1, x1, x2
        add     x3, x3, x2
6:      subs    x2, x2, #16
        b.lo    7f
        ldp     x4, x5, [x1, #-16]!
        stp     x4, x5, [x3, #-16]!
        b       6b
7:      adds    x2, x2, #16
        b.eq    5b
8:      ldrb    w4, [x1, #-1]!
        strb    w4, [x3, #-1]!
        subs    x2, x2, #1
        b.ne    8b
        ret

        .section .text.memset, "ax", %progbits
memset:
        mov     x3, x0
        and     x1, x1, #0xff
        orr     x1, x1, x1, lsl #8
        orr     x1, x1, x1, lsl #16
        orr     x1, x1, x1, lsl #32
1:      subs    x2, x2, #16
        b.lo    2f
        stp     x1, x1, [x3], #16
        b       1b
2:      adds    x2, x2, #16
        b.eq    4f
3:      strb    w1, [x3], #1
        subs    x2, x2, #1
        b.ne    3b
4:      ret

        .section .text.memcmp, "ax", %progbits
memcmp:
        cbz     x2, 2f
1:      ldrb    w3, [x0], #1
        ldrb    w4, [x1], #1
        subs    w3, w3, w4
        b.ne    3f
        subs    x2, x2, #1
        b.ne    1b
2:      mov     w0, wzr
        ret
3:      mov     w0, w3
        ret
        .section .note.GNU-stack, "", %progbits
