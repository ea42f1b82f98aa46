/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the hart comes in when something faults, and the way back out of it. */
        .set FRAME, 36 * 8                      /* x1 to x31 in their places, then sepc, scause, stval */

        .text
/* The handler's stack waits in sscratch. */
        .balign 4
        .globl  faults_vector
        .hidden faults_vector
faults_vector:
        csrrw   sp, sscratch, sp
        addi    sp, sp, -FRAME
        sd      ra, 1 * 8(sp)
        sd      t0, 5 * 8(sp)
        sd      t1, 6 * 8(sp)
        sd      t2, 7 * 8(sp)
        sd      a0, 10 * 8(sp)
        sd      a1, 11 * 8(sp)
        sd      a2, 12 * 8(sp)
        sd      a3, 13 * 8(sp)
        sd      a4, 14 * 8(sp)
        sd      a5, 15 * 8(sp)
        sd      a6, 16 * 8(sp)
        sd      a7, 17 * 8(sp)
        sd      t3, 28 * 8(sp)
        sd      t4, 29 * 8(sp)
        sd      t5, 30 * 8(sp)
        sd      t6, 31 * 8(sp)
        csrr    t0, sscratch
        sd      t0, 2 * 8(sp)
        csrr    t0, sepc
        sd      t0, 32 * 8(sp)
        csrr    t0, scause
        sd      t0, 33 * 8(sp)
        csrr    t0, stval
        sd      t0, 34 * 8(sp)
        mv      a0, sp
        call    faults_handle
        ld      t0, 32 * 8(sp)
        csrw    sepc, t0
        ld      t0, 2 * 8(sp)
        csrw    sscratch, t0
        ld      ra, 1 * 8(sp)
        ld      t0, 5 * 8(sp)
        ld      t1, 6 * 8(sp)
        ld      t2, 7 * 8(sp)
        ld      a0, 10 * 8(sp)
        ld      a1, 11 * 8(sp)
        ld      a2, 12 * 8(sp)
        ld      a3, 13 * 8(sp)
        ld      a4, 14 * 8(sp)
        ld      a5, 15 * 8(sp)
        ld      a6, 16 * 8(sp)
        ld      a7, 17 * 8(sp)
        ld      t3, 28 * 8(sp)
        ld      t4, 29 * 8(sp)
        ld      t5, 30 * 8(sp)
        ld      t6, 31 * 8(sp)
        addi    sp, sp, FRAME
        csrrw   sp, sscratch, sp
        sret

/*
 * bool faults_attempt(void (*function)(void *), void *argument, uint64_t *ret_stack): calls the function; true when
 * faults_handle had to send it to faults_resume with the stack pointer that was stored.
 */
        .globl  faults_attempt
        .hidden faults_attempt
        .type   faults_attempt, @function
faults_attempt:
        addi    sp, sp, -14 * 8
        sd      ra, 0 * 8(sp)
        sd      s0, 1 * 8(sp)
        sd      s1, 2 * 8(sp)
        sd      s2, 3 * 8(sp)
        sd      s3, 4 * 8(sp)
        sd      s4, 5 * 8(sp)
        sd      s5, 6 * 8(sp)
        sd      s6, 7 * 8(sp)
        sd      s7, 8 * 8(sp)
        sd      s8, 9 * 8(sp)
        sd      s9, 10 * 8(sp)
        sd      s10, 11 * 8(sp)
        sd      s11, 12 * 8(sp)
        sd      sp, 0(a2)
        mv      t0, a0
        mv      a0, a1
        jalr    t0
        li      a0, 0
        j       1f
        .globl  faults_resume
        .hidden faults_resume
        .balign 4
faults_resume:
        li      a0, 1
1:      ld      ra, 0 * 8(sp)
        ld      s0, 1 * 8(sp)
        ld      s1, 2 * 8(sp)
        ld      s2, 3 * 8(sp)
        ld      s3, 4 * 8(sp)
        ld      s4, 5 * 8(sp)
        ld      s5, 6 * 8(sp)
        ld      s6, 7 * 8(sp)
        ld      s7, 8 * 8(sp)
        ld      s8, 9 * 8(sp)
        ld      s9, 10 * 8(sp)
        ld      s10, 11 * 8(sp)
        ld      s11, 12 * 8(sp)
        addi    sp, sp, 14 * 8
        ret
        .size   faults_attempt, . - faults_attempt
        .section .note.GNU-stack, "", @progbits
