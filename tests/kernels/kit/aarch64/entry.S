/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry: writes down every register exactly as the loader left it, then goes on in C on the same stack. The order
 * is that of struct entry_state.
 */
        .macro keep register
        mrs     x1, \register
        str     x1, [x0], #8
        .endm
        .macro keep_zero
        str     xzr, [x0], #8
        .endm

        .section .text.entry, "ax", %progbits
        .globl  kernel_entry
        .type   kernel_entry, %function
kernel_entry:
        stp     x0, x1, [sp, #-16]!             /* no register is free yet */
        adrp    x0, entry_state
        add     x0, x0, :lo12:entry_state
        stp     x2, x3, [x0, #2 * 8]
        ldp     x2, x3, [sp], #16
        stp     x2, x3, [x0]
        stp     x4, x5, [x0, #4 * 8]
        stp     x6, x7, [x0, #6 * 8]
        stp     x8, x9, [x0, #8 * 8]
        stp     x10, x11, [x0, #10 * 8]
        stp     x12, x13, [x0, #12 * 8]
        stp     x14, x15, [x0, #14 * 8]
        stp     x16, x17, [x0, #16 * 8]
        stp     x18, x19, [x0, #18 * 8]
        stp     x20, x21, [x0, #20 * 8]
        stp     x22, x23, [x0, #22 * 8]
        stp     x24, x25, [x0, #24 * 8]
        stp     x26, x27, [x0, #26 * 8]
        stp     x28, x29, [x0, #28 * 8]
        mov     x1, sp
        stp     x30, x1, [x0, #30 * 8]
        add     x0, x0, #32 * 8
        keep    nzcv
        keep    daif
        keep    spsel
        keep    currentel
        mov     x3, x1                          /* CurrentEL */
        mrs     x2, id_aa64mmfr1_el1
        ubfx    x2, x2, #20, #4                 /* PAN */
        mov     x1, xzr
        cbz     x2, 1f
        mrs     x1, s3_0_c4_c2_3
1:      str     x1, [x0], #8
        mrs     x2, s3_0_c0_c7_2                /* ID_AA64MMFR2_EL1 */
        ubfx    x2, x2, #4, #4                  /* UAO */
        mov     x1, xzr
        cbz     x2, 2f
        mrs     x1, s3_0_c4_c2_4
2:      str     x1, [x0], #8
        keep    fpcr
        keep    fpsr
        keep    tpidr_el0
        keep    tpidrro_el0
        keep    mdscr_el1
        tbz     x3, #3, el1
        keep    hcr_el2
        tbnz    x1, #34, host                   /* E2H */
        keep    cnthp_ctl_el2
        keep_zero
        keep    cntp_ctl_el0
        keep    cntv_ctl_el0
        keep    sctlr_el2
        keep    tcr_el2
        keep    mair_el2
        keep    ttbr0_el2
        keep_zero
        keep    cptr_el2
        keep    vbar_el2
        keep    tpidr_el2
        keep_zero
        keep    cntkctl_el1
        b       done

/* The names of EL1 mean EL2's registers here; EL1's own timers have names of their own. */
host:   keep    s3_4_c14_c2_1                   /* CNTHP_CTL_EL2 */
        keep    s3_4_c14_c3_1                   /* CNTHV_CTL_EL2 */
        keep    s3_5_c14_c2_1                   /* CNTP_CTL_EL02 */
        keep    s3_5_c14_c3_1                   /* CNTV_CTL_EL02 */
        b       own

el1:    keep_zero
        keep_zero
        keep_zero
        keep    cntp_ctl_el0
        keep    cntv_ctl_el0
own:    keep    sctlr_el1
        keep    tcr_el1
        keep    mair_el1
        keep    ttbr0_el1
        keep    ttbr1_el1
        keep    cpacr_el1
        keep    vbar_el1
        keep    tpidr_el1
        keep    contextidr_el1
        keep    cntkctl_el1

/* As if this entry were C: the argument in x0, the stack as it was, no caller to return to. */
done:   adrp    x0, entry_state
        ldr     x0, [x0, :lo12:entry_state]
        mov     x29, xzr
        mov     x30, xzr
        b       kernel_main
        .size   kernel_entry, . - kernel_entry

/* Not .bss: report looks at .bss before anything has written to it. */
        .data
        .balign 16
        .globl  entry_state
        .hidden entry_state
        .type   entry_state, %object
entry_state:
        .fill   58 * 8, 1, 0x5a
        .size   entry_state, 58 * 8
        .section .note.GNU-stack, "", %progbits
