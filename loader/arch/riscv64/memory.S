/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memcpy and its relatives, as the compiler expects them: eight bytes at a time where the addresses let them. In
 * assembly, since of loops in C that copy and fill the compiler makes calls of these.
 */
        .text
        .globl memcpy, memmove, memset, memcmp, __ctzdi2
        .hidden memcpy, memmove, memset, memcmp, __ctzdi2

        .set BLOCK, 64

        .section .text.memmove, "ax", @progbits
memmove:
memcpy:
        sub     t0, a0, a1
        mv      a3, a0                  /* a0 is the result; a3 is where the next byte goes */
        bltu    t0, a2, backwards       /* does the destination begin inside the source? */
        xor     t0, a0, a1
        andi    t0, t0, 7
        bnez    t0, bytes               /* never aligned both at a time */
        li      t1, 16
        bltu    a2, t1, bytes
0:      andi    t0, a3, 7               /* up to where both are */
        beqz    t0, 1f
        lbu     t1, 0(a1)
        sb      t1, 0(a3)
        addi    a1, a1, 1
        addi    a3, a3, 1
        addi    a2, a2, -1
        j       0b
1:      li      t6, BLOCK
        bltu    a2, t6, 3f
2:      ld      t0, 0(a1)
        ld      t1, 8(a1)
        ld      t2, 16(a1)
        ld      t3, 24(a1)
        ld      t4, 32(a1)
        ld      t5, 40(a1)
        ld      a4, 48(a1)
        ld      a5, 56(a1)
        sd      t0, 0(a3)
        sd      t1, 8(a3)
        sd      t2, 16(a3)
        sd      t3, 24(a3)
        sd      t4, 32(a3)
        sd      t5, 40(a3)
        sd      a4, 48(a3)
        sd      a5, 56(a3)
        addi    a1, a1, BLOCK
        addi    a3, a3, BLOCK
        addi    a2, a2, -BLOCK
        bgeu    a2, t6, 2b
3:      li      t6, 8
        bltu    a2, t6, bytes
4:      ld      t0, 0(a1)
        sd      t0, 0(a3)
        addi    a1, a1, 8
        addi    a3, a3, 8
        addi    a2, a2, -8
        bgeu    a2, t6, 4b

bytes:
        beqz    a2, 6f
        add     t0, a1, a2
5:      lbu     t1, 0(a1)
        sb      t1, 0(a3)
        addi    a1, a1, 1
        addi    a3, a3, 1
        bne     a1, t0, 5b
6:      ret

backwards:                              /* from the end */
        add     a1, a1, a2
        add     a3, a3, a2
        xor     t0, a1, a3
        andi    t0, t0, 7
        bnez    t0, 4f
        li      t6, 16
        bltu    a2, t6, 4f
1:      andi    t0, a3, 7
        beqz    t0, 2f
        addi    a1, a1, -1
        addi    a3, a3, -1
        addi    a2, a2, -1
        lbu     t1, 0(a1)
        sb      t1, 0(a3)
        j       1b
2:      li      t6, 8
3:      bltu    a2, t6, 4f
        addi    a1, a1, -8
        addi    a3, a3, -8
        addi    a2, a2, -8
        ld      t0, 0(a1)
        sd      t0, 0(a3)
        j       3b
4:      beqz    a2, 6f
5:      addi    a1, a1, -1
        addi    a3, a3, -1
        addi    a2, a2, -1
        lbu     t1, 0(a1)
        sb      t1, 0(a3)
        bnez    a2, 5b
6:      ret

        .section .text.memset, "ax", @progbits
memset:
        mv      a3, a0
        li      t1, 16
        bltu    a2, t1, 5f
        andi    a1, a1, 0xff            /* eight copies of the byte */
        slli    t0, a1, 8
        or      a1, a1, t0
        slli    t0, a1, 16
        or      a1, a1, t0
        slli    t0, a1, 32
        or      a1, a1, t0
0:      andi    t0, a3, 7
        beqz    t0, 1f
        sb      a1, 0(a3)
        addi    a3, a3, 1
        addi    a2, a2, -1
        j       0b
1:      li      t6, BLOCK
        bltu    a2, t6, 3f
2:      sd      a1, 0(a3)
        sd      a1, 8(a3)
        sd      a1, 16(a3)
        sd      a1, 24(a3)
        sd      a1, 32(a3)
        sd      a1, 40(a3)
        sd      a1, 48(a3)
        sd      a1, 56(a3)
        addi    a3, a3, BLOCK
        addi    a2, a2, -BLOCK
        bgeu    a2, t6, 2b
3:      li      t6, 8
        bltu    a2, t6, 5f
4:      sd      a1, 0(a3)
        addi    a3, a3, 8
        addi    a2, a2, -8
        bgeu    a2, t6, 4b
5:      beqz    a2, 7f
        add     t0, a3, a2
6:      sb      a1, 0(a3)
        addi    a3, a3, 1
        bne     a3, t0, 6b
7:      ret

        .section .text.memcmp, "ax", @progbits
memcmp:
        or      t0, a0, a1
        andi    t0, t0, 7
        bnez    t0, 2f
        li      t6, 8
1:      bltu    a2, t6, 2f
        ld      t0, 0(a0)
        ld      t1, 0(a1)
        bne     t0, t1, 2f              /* the first byte that differs is one of these */
        addi    a0, a0, 8
        addi    a1, a1, 8
        addi    a2, a2, -8
        j       1b
2:      beqz    a2, 4f
        add     t2, a0, a2
3:      lbu     t0, 0(a0)
        lbu     t1, 0(a1)
        bne     t0, t1, 5f
        addi    a0, a0, 1
        addi    a1, a1, 1
        bne     a0, t2, 3b
4:      li      a0, 0
        ret
5:      sub     a0, t0, t1
        ret

        /* The number of zeros below the lowest bit that is set: what gcc makes of __builtin_ctzll. */
        .section .text.__ctzdi2, "ax", @progbits
__ctzdi2:
        neg     t0, a0
        and     t0, t0, a0              /* that bit alone */
        li      a0, 0
        li      t1, 32                  /* is it above the lower half of what is left? */
0:      srl     t2, t0, t1
        beqz    t2, 1f
        mv      t0, t2
        add     a0, a0, t1
1:      srli    t1, t1, 1
        bnez    t1, 0b
        ret
        .section .note.GNU-stack, "", @progbits
