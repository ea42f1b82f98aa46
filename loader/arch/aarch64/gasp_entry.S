/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the processor comes in when something goes wrong before the kernel has vectors (resident.h). No register is
 * free, and sp may be the very thing that is wrong: x30 and sp wait in thread registers, which are the kernel's only
 * when it has threads.
 */
        .section .text.gasp_entry, "ax", %progbits
        .globl gasp_vectors, gasp_stack_top, gasp_copy
        .hidden gasp_vectors, gasp_stack_top, gasp_copy, gasp_handle

        .set FRAME, 304
        .set FRAME_SP, 31 * 8
        .set FRAME_ELR, 32 * 8
        .set FRAME_SPSR, 33 * 8
        .set FRAME_ESR, 34 * 8
        .set FRAME_FAR, 35 * 8
        .set FRAME_VECTOR, 36 * 8
        .set HCR_E2H, 34

        /* All exceptions have one stack, so the one that is reported is no more on it when another one comes:
         * gasp_handle copies it first. The handler itself runs below this frame. */
        .balign 2048
gasp_vectors:
        .set number, 0
        .rept 16
        .balign 128
        msr     tpidrro_el0, x30
        mov     x30, sp
        msr     tpidr_el0, x30
        ldr     x30, gasp_stack_top
        mov     sp, x30
        sub     sp, sp, #FRAME
        stp     x0, x1, [sp]
        mov     x0, #number
        b       enter
        .set number, number + 1
        .endr

        .balign 8
gasp_stack_top:                         /* machine_prepare writes it, into the copy */
        .quad   0

enter:  str     x0, [sp, #FRAME_VECTOR]
        stp     x2, x3, [sp, #2 * 8]
        bl      is_el2
        cbnz    x0, 1f
        mrs     x0, elr_el1
        mrs     x1, spsr_el1
        mrs     x2, esr_el1
        mrs     x3, far_el1
        b       2f
1:      mrs     x0, elr_el2
        mrs     x1, spsr_el2
        mrs     x2, esr_el2
        mrs     x3, far_el2
2:      stp     x0, x1, [sp, #FRAME_ELR]
        stp     x2, x3, [sp, #FRAME_ESR]
        adr     x1, reading
        cmp     x0, x1
        b.eq    unreadable
        stp     x4, x5, [sp, #4 * 8]
        stp     x6, x7, [sp, #6 * 8]
        stp     x8, x9, [sp, #8 * 8]
        stp     x10, x11, [sp, #10 * 8]
        stp     x12, x13, [sp, #12 * 8]
        stp     x14, x15, [sp, #14 * 8]
        stp     x16, x17, [sp, #16 * 8]
        stp     x18, x19, [sp, #18 * 8]
        stp     x20, x21, [sp, #20 * 8]
        stp     x22, x23, [sp, #22 * 8]
        stp     x24, x25, [sp, #24 * 8]
        stp     x26, x27, [sp, #26 * 8]
        stp     x28, x29, [sp, #28 * 8]
        mrs     x0, tpidrro_el0
        mrs     x1, tpidr_el0
        stp     x0, x1, [sp, #30 * 8]
        mov     x29, xzr
        mov     x0, sp
        bl      gasp_handle

/* x0: whether EL2's registers are called so, which they are not with VHE. Spoils x1. */
is_el2: mrs     x0, currentel
        ubfx    x0, x0, #3, #1
        cbz     x0, 1f
        mrs     x1, hcr_el2
        ubfx    x1, x1, #HCR_E2H, #1
        eor     x0, x0, x1
1:      ret

unreadable:
        bl      is_el2
        adr     x1, read
        cbnz    x0, 1f
        msr     elr_el1, x1
        b       2f
1:      msr     elr_el2, x1
2:      ldp     x2, x3, [sp, #2 * 8]
        ldp     x0, x1, [sp]
        mrs     x30, tpidr_el0
        mov     sp, x30
        mrs     x30, tpidrro_el0
        eret

/* bool gasp_copy(void *to, uint64_t from, size_t size) */
gasp_copy:
        mov     x3, x0
        mov     w0, #1
        cbz     x2, read
        mov     w0, wzr
reading:
        ldrb    w4, [x1]
        add     x1, x1, #1
        strb    w4, [x3], #1
        subs    x2, x2, #1
        b.ne    reading
        mov     w0, #1
read:   ret
        .section .note.GNU-stack, "", %progbits
