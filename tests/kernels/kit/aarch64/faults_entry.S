/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the processor comes in when something faults, and the way back out of it. */
        .set FRAME, 22 * 8                      /* behind the registers that C does not keep */

/* 16 entries of 128 bytes, and what is behind them, for the level whose registers have these names. */
        .macro  vectors name, level
        .balign 2048
        .globl  \name
        .hidden \name
\name:
        .set    vector, 0
        .rept   16
        .balign 128
        sub     sp, sp, #FRAME + 6 * 8
        stp     x0, x1, [sp]
        mov     x0, #vector
        b       \name\()_common
        .set    vector, vector + 1
        .endr
        .balign 128
\name\()_common:
        stp     x2, x3, [sp, #2 * 8]
        stp     x4, x5, [sp, #4 * 8]
        stp     x6, x7, [sp, #6 * 8]
        stp     x8, x9, [sp, #8 * 8]
        stp     x10, x11, [sp, #10 * 8]
        stp     x12, x13, [sp, #12 * 8]
        stp     x14, x15, [sp, #14 * 8]
        stp     x16, x17, [sp, #16 * 8]
        stp     x18, x29, [sp, #18 * 8]
        str     x30, [sp, #20 * 8]
        mrs     x1, esr_\level
        mrs     x2, elr_\level
        mrs     x3, far_\level
        mrs     x4, sp_el0
        stp     x0, x1, [sp, #FRAME]
        stp     x2, x3, [sp, #FRAME + 16]
        str     x4, [sp, #FRAME + 32]
        add     x0, sp, #FRAME
        bl      faults_handle
        ldr     x0, [sp, #FRAME + 16]
        ldr     x1, [sp, #FRAME + 32]
        msr     elr_\level, x0
        msr     sp_el0, x1
        ldp     x2, x3, [sp, #2 * 8]
        ldp     x4, x5, [sp, #4 * 8]
        ldp     x6, x7, [sp, #6 * 8]
        ldp     x8, x9, [sp, #8 * 8]
        ldp     x10, x11, [sp, #10 * 8]
        ldp     x12, x13, [sp, #12 * 8]
        ldp     x14, x15, [sp, #14 * 8]
        ldp     x16, x17, [sp, #16 * 8]
        ldp     x18, x29, [sp, #18 * 8]
        ldr     x30, [sp, #20 * 8]
        ldp     x0, x1, [sp], #FRAME + 6 * 8
        eret
        .endm

        .text
        vectors faults_vectors, el1
        vectors faults_vectors_el2, el2

/* void faults_use_stack(void *top): for handlers; the rest goes on with SP_EL0. */
        .globl  faults_use_stack
        .hidden faults_use_stack
faults_use_stack:
        mov     x1, sp
        msr     spsel, #1
        mov     sp, x0
        msr     spsel, #0
        mov     sp, x1
        ret

/*
 * bool faults_attempt(void (*function)(void *), void *argument, uint64_t *ret_stack): calls the function; true when
 * faults_handle had to send it to faults_resume with the stack pointer that was stored.
 */
        .globl  faults_attempt
        .hidden faults_attempt
        .type   faults_attempt, %function
faults_attempt:
        stp     x29, x30, [sp, #-96]!
        stp     x19, x20, [sp, #16]
        stp     x21, x22, [sp, #32]
        stp     x23, x24, [sp, #48]
        stp     x25, x26, [sp, #64]
        stp     x27, x28, [sp, #80]
        mov     x3, sp
        str     x3, [x2]
        mov     x3, x0
        mov     x0, x1
        blr     x3
        mov     w0, wzr
        b       1f
        .globl  faults_resume
        .hidden faults_resume
faults_resume:
        mov     w0, #1
1:      ldp     x19, x20, [sp, #16]
        ldp     x21, x22, [sp, #32]
        ldp     x23, x24, [sp, #48]
        ldp     x25, x26, [sp, #64]
        ldp     x27, x28, [sp, #80]
        ldp     x29, x30, [sp], #96
        ret
        .size   faults_attempt, . - faults_attempt
        .section .note.GNU-stack, "", %progbits
