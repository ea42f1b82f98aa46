/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last code of the loader: from the firmware's address space and processor state into the kernel's. It is copied
 * to memory that both address spaces map at its physical address, so it must not depend on where it lies (resident.h).
 *
 * a0: struct machine_entry. The firmware's tables, if any, are still in use, so everything is taken from it first.
 */
        .section .text.trampoline, "ax", @progbits
        .globl trampoline
        .hidden trampoline

        .set ENTRY_ROOT, 0
        .set ENTRY_ENTRY, 8
        .set ENTRY_STACK_TOP, 16
        .set ENTRY_ARGUMENT, 24
        .set ENTRY_LEVELS, 40

        .set SATP_MODE, 5               /* less than the number of levels: Sv39 is 8, Sv48 9, Sv57 10 */
        .set SSTATUS_SIE, 1 << 1
        .set SSTATUS_ALL, 0xc6762       /* SIE SPIE UBE SPP VS FS SUM MXR */
        .set SSTATUS_FS, 3 << 13
        .set SSTATUS_FS_INITIAL, 1 << 13
        .set SSTATUS_SPP, 1 << 8        /* what sret goes to: supervisor mode */

trampoline:
        csrci   sstatus, SSTATUS_SIE
        csrw    sie, zero
        ld      t0, ENTRY_ROOT(a0)
        ld      t1, ENTRY_ENTRY(a0)
        ld      sp, ENTRY_STACK_TOP(a0)
        ld      t2, ENTRY_LEVELS(a0)
        ld      a0, ENTRY_ARGUMENT(a0)

        addi    t2, t2, SATP_MODE
        slli    t2, t2, 60
        srli    t0, t0, 12
        or      t0, t0, t2
        csrw    satp, t0
        sfence.vma

        /* Only the kernel's address space from here on. Until the kernel has handlers of its own, the last-gasp handler
         * gets all exceptions. */
        lla     t0, gasp_entry
        csrw    stvec, t0
        csrw    sscratch, zero
        csrw    scounteren, zero
        li      t0, SSTATUS_ALL
        csrc    sstatus, t0
        li      t0, SSTATUS_FS          /* writing fcsr needs floating point on, and makes it dirty */
        csrs    sstatus, t0
        csrr    t2, sstatus
        and     t2, t2, t0
        beqz    t2, 1f                  /* there is none */
        csrw    fcsr, zero
        csrc    sstatus, t0
        li      t0, SSTATUS_FS_INITIAL
        csrs    sstatus, t0

        /* By sret, which needs no register for where it goes: all are 0 but sp and a0. */
1:      csrw    sepc, t1
        li      t0, SSTATUS_SPP
        csrs    sstatus, t0
        li      ra, 0
        li      gp, 0
        li      tp, 0
        li      t0, 0
        li      t1, 0
        li      t2, 0
        li      s0, 0
        li      s1, 0
        li      a1, 0
        li      a2, 0
        li      a3, 0
        li      a4, 0
        li      a5, 0
        li      a6, 0
        li      a7, 0
        li      s2, 0
        li      s3, 0
        li      s4, 0
        li      s5, 0
        li      s6, 0
        li      s7, 0
        li      s8, 0
        li      s9, 0
        li      s10, 0
        li      s11, 0
        li      t3, 0
        li      t4, 0
        li      t5, 0
        li      t6, 0
        sret
        .section .note.GNU-stack, "", @progbits
