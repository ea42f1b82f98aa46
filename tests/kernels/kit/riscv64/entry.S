/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry: writes down every register exactly as the loader left it, then goes on in C on the same stack. The order
 * is that of struct entry_state.
 */
        .set SSTATUS_FS, 3 << 13

        .macro keep number, register
        csrr    t1, \register
        sd      t1, \number * 8(t0)
        .endm

        .section .text.entry, "ax", @progbits
        .globl  kernel_entry
        .hidden kernel_entry
        .type   kernel_entry, @function
kernel_entry:
        sd      t0, -8(sp)                      /* no register is free yet */
        lla     t0, entry_state
        sd      ra, 1 * 8(t0)
        sd      sp, 2 * 8(t0)
        sd      gp, 3 * 8(t0)
        sd      tp, 4 * 8(t0)
        sd      t1, 6 * 8(t0)
        sd      t2, 7 * 8(t0)
        sd      s0, 8 * 8(t0)
        sd      s1, 9 * 8(t0)
        sd      a0, 10 * 8(t0)
        sd      a1, 11 * 8(t0)
        sd      a2, 12 * 8(t0)
        sd      a3, 13 * 8(t0)
        sd      a4, 14 * 8(t0)
        sd      a5, 15 * 8(t0)
        sd      a6, 16 * 8(t0)
        sd      a7, 17 * 8(t0)
        sd      s2, 18 * 8(t0)
        sd      s3, 19 * 8(t0)
        sd      s4, 20 * 8(t0)
        sd      s5, 21 * 8(t0)
        sd      s6, 22 * 8(t0)
        sd      s7, 23 * 8(t0)
        sd      s8, 24 * 8(t0)
        sd      s9, 25 * 8(t0)
        sd      s10, 26 * 8(t0)
        sd      s11, 27 * 8(t0)
        sd      t3, 28 * 8(t0)
        sd      t4, 29 * 8(t0)
        sd      t5, 30 * 8(t0)
        sd      t6, 31 * 8(t0)
        ld      t1, -8(sp)
        sd      t1, 5 * 8(t0)
        keep    32, satp
        keep    33, sstatus
        keep    34, sie
        keep    35, stvec
        keep    36, sscratch
        keep    37, scounteren
        keep    38, sepc
        sd      zero, 39 * 8(t0)
        csrr    t1, sstatus
        li      t2, SSTATUS_FS
        and     t1, t1, t2
        beqz    t1, 1f                          /* no floating point */
        keep    39, fcsr

/* As if this entry were C: the argument in a0, the stack as it was, no caller to return to. */
1:      li      ra, 0
        li      s0, 0
        tail    kernel_main
        .size   kernel_entry, . - kernel_entry

/* Not .bss: report looks at .bss before anything has written to it. */
        .data
        .balign 16
        .globl  entry_state
        .hidden entry_state
        .type   entry_state, @object
entry_state:
        .fill   40 * 8, 1, 0x5a
        .size   entry_state, 40 * 8
        .section .note.GNU-stack, "", @progbits
