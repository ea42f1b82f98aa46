/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the hart comes in when something goes wrong before the kernel has handlers (resident.h): stvec, in direct mode.
 * No register is free, and sp may be the very thing that is wrong: it waits in sscratch, which is the kernel's only when
 * the kernel has handlers.
 */
        .section .text.gasp_entry, "ax", @progbits
        .globl gasp_entry, gasp_stack_top, gasp_copy
        .hidden gasp_entry, gasp_stack_top, gasp_copy, gasp_handle

        .set FRAME, 288
        .set FRAME_SP, 1 * 8
        .set FRAME_T0, 4 * 8
        .set FRAME_T1, 5 * 8
        .set FRAME_SEPC, 31 * 8
        .set FRAME_SCAUSE, 32 * 8
        .set FRAME_STVAL, 33 * 8
        .set FRAME_SSTATUS, 34 * 8
        .set FRAME_SATP, 35 * 8

        .balign 8
gasp_stack_top:                         /* machine_prepare writes it, into the copy */
        .quad   0

        /* All exceptions have one stack, so the one that is reported is no more on it when another one comes:
         * gasp_handle copies it first. The handler itself runs below this frame. */
gasp_entry:
        csrw    sscratch, sp
0:      auipc   sp, %pcrel_hi(gasp_stack_top)
        ld      sp, %pcrel_lo(0b)(sp)
        addi    sp, sp, -FRAME
        sd      t0, FRAME_T0(sp)
        sd      t1, FRAME_T1(sp)
        csrr    t0, sepc
        lla     t1, reading
        beq     t0, t1, unreadable
        sd      t0, FRAME_SEPC(sp)
        csrr    t0, sscratch
        sd      t0, FRAME_SP(sp)
        csrr    t0, scause
        sd      t0, FRAME_SCAUSE(sp)
        csrr    t0, stval
        sd      t0, FRAME_STVAL(sp)
        csrr    t0, sstatus
        sd      t0, FRAME_SSTATUS(sp)
        csrr    t0, satp
        sd      t0, FRAME_SATP(sp)
        sd      ra, 0 * 8(sp)
        sd      gp, 2 * 8(sp)
        sd      tp, 3 * 8(sp)
        sd      t2, 6 * 8(sp)
        sd      s0, 7 * 8(sp)
        sd      s1, 8 * 8(sp)
        sd      a0, 9 * 8(sp)
        sd      a1, 10 * 8(sp)
        sd      a2, 11 * 8(sp)
        sd      a3, 12 * 8(sp)
        sd      a4, 13 * 8(sp)
        sd      a5, 14 * 8(sp)
        sd      a6, 15 * 8(sp)
        sd      a7, 16 * 8(sp)
        sd      s2, 17 * 8(sp)
        sd      s3, 18 * 8(sp)
        sd      s4, 19 * 8(sp)
        sd      s5, 20 * 8(sp)
        sd      s6, 21 * 8(sp)
        sd      s7, 22 * 8(sp)
        sd      s8, 23 * 8(sp)
        sd      s9, 24 * 8(sp)
        sd      s10, 25 * 8(sp)
        sd      s11, 26 * 8(sp)
        sd      t3, 27 * 8(sp)
        sd      t4, 28 * 8(sp)
        sd      t5, 29 * 8(sp)
        sd      t6, 30 * 8(sp)
        li      s0, 0
        mv      a0, sp
        call    gasp_handle

unreadable:
        lla     t0, read
        csrw    sepc, t0
        ld      t0, FRAME_T0(sp)
        ld      t1, FRAME_T1(sp)
        csrr    sp, sscratch
        sret

/* bool gasp_copy(void *to, uint64_t from, size_t size) */
gasp_copy:
        mv      a3, a0
        add     a2, a2, a1
        li      a0, 1
        beq     a1, a2, 1f
        li      a0, 0
reading:
        lbu     a4, 0(a1)
        sb      a4, 0(a3)
        addi    a1, a1, 1
        addi    a3, a3, 1
        bne     a1, a2, reading
        li      a0, 1
1:
read:   ret
        .section .note.GNU-stack, "", @progbits
