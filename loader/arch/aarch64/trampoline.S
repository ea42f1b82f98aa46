/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last code of the loader: from the firmware's address space and processor state into the kernel's. It is copied
 * to memory that both address spaces map at its physical address, so it must not depend on where it lies (resident.h).
 *
 * It switches with the MMU off: MAIR and TCR must not change under live tables (DDI 0487, D8.16). What it reads and runs
 * then was cleaned to memory (machine_clean), and all data is in registers.
 *
 *     at EL1                               to EL1: own registers
 *     at EL2, kernel wants EL1             EL1's registers from EL2, which stays behind with its MMU off
 *     at EL2, kernel wants EL2, with VHE   HCR_EL2.E2H: EL1's names mean EL2's registers, so it is as at EL1
 *     at EL2, kernel wants EL2, no VHE     EL2's own registers; one half of addresses
 *
 * x0: struct machine_entry.
 */
        .set ENTRY_ROOT, 0
        .set ENTRY_ENTRY, 8
        .set ENTRY_STACK_TOP, 16
        .set ENTRY_ARGUMENT, 24
        .set ENTRY_AT_EL2, 48

        .set MAIR_VALUE, 0x0444ff       /* 0: Normal write-back, 1: Normal non-cacheable, 2: Device-nGnRE */
        .set TCR_LOW, 0x3510            /* T0SZ 16; walks write-back, inner shareable; 4 KiB */
        .set TCR_HIGH, 0xb510           /* the same of T1SZ, in the upper 16 bits */
        .set TCR_EL2_HIGH, 0x8080       /* RES1 */
        .set SCTLR_OFF, 0x30d00800      /* RES1 */
        .set SCTLR_ON, 0x30d0190d       /* and M C SA I SED */
        .set SCTLR_EL2_OFF, 0x30c50830  /* RES1 */
        .set SCTLR_EL2_ON, 0x30c5183d   /* and M C SA I */
        .set HCR_RW, 1 << 31            /* EL1 is AArch64 */
        .set HCR_FEATURES, (1 << 56) | (1 << 41) | (1 << 40) /* pointer authentication and memory tags are not trapped */
        .set HCR_HOST, (1 << 34) | (1 << 27) /* E2H TGE */
        .set CPACR_FPEN, 3 << 20
        .set CPACR_ZEN, 3 << 16
        .set CPTR_EL2_OPEN, 0x32ff      /* RES1, nothing trapped but SME */
        .set ZCR_LONGEST, 0x1ff         /* all vector lengths that there are */
        /* EnAS0 EnALS EnASR, MSCEn, TCR2En, SCTLR2En: 64-byte stores, memory copies and newer registers */
        .set HCRX_OPEN, 0xc807
        /* Fine-grained traps that are off when their bits are 1. */
        .set HFGRTR_NOT, 0xfff4         /* bits 63 to 52, 50 */
        .set HFGITR_NOT, 0x0f80         /* bits 59 to 55 */
        .set HDFGRTR_NOT, 0x7800        /* bits 62 to 59 */
        .set HDFGWTR_NOT, 0x7000        /* bits 62 to 60 */
        .set CLASS_CALL, 0x16           /* ESR's exception class of HVC */
        .set SYNDROME_UNDEFINED, 1 << 25 /* class 0, of an instruction of four bytes */
        .set CNTHCTL_OPEN, 3            /* EL1 may use the counter and the timer */
        .set PSTATE_EL1, 0x3c5          /* D A I F, EL1 with its own stack pointer */
        .set PSTATE_EL2, 0x3c9

        .macro value register, low, high=0, higher=0
        movz    \register, #(\low) & 0xffff
        movk    \register, #((\low) >> 16) & 0xffff, lsl #16
        movk    \register, #((\low) >> 32) & 0xffff, lsl #32
        movk    \register, #((\low) >> 48) & 0xffff, lsl #48
        .endm

        .section .text.trampoline, "ax", %progbits
        .globl trampoline
        .hidden trampoline, gasp_vectors

trampoline:
        msr     daifset, #0xf
        ldp     x19, x20, [x0, #ENTRY_ROOT]             /* root, entry */
        ldp     x21, x22, [x0, #ENTRY_STACK_TOP]        /* stack, argument */
        ldr     x23, [x0, #ENTRY_AT_EL2]
        adr     x24, gasp_vectors
        mrs     x25, id_aa64mmfr0_el1                   /* the physical addresses that there are, 48 bits at the most */
        and     x25, x25, #0xf
        cmp     x25, #5
        mov     x1, #5
        csel    x25, x1, x25, hi
        mrs     x26, id_aa64pfr0_el1
        dsb     sy
        mrs     x1, currentel
        tbnz    x1, #3, at_el2

        value   x1, SCTLR_OFF
        msr     sctlr_el1, x1
        isb
/* This level's own registers, by the names of EL1. */
own_el1:
        bl      set_el1
        tlbi    vmalle1
        bl      settle
        value   x1, SCTLR_ON
        msr     sctlr_el1, x1
        isb
        msr     spsel, #1
        mov     sp, x21
        mov     x1, #PSTATE_EL1
        mrs     x2, currentel
        and     x2, x2, #8                              /* EL2 */
        lsr     x2, x2, #1
        add     x1, x1, x2
        msr     spsr_el1, x1
        msr     elr_el1, x20
        b       enter

at_el2:
        value   x1, SCTLR_EL2_OFF
        msr     sctlr_el2, x1
        isb
        msr     cntvoff_el2, xzr
        msr     hstr_el2, xzr
        msr     vttbr_el2, xzr
        mrs     x1, midr_el1
        msr     vpidr_el2, x1
        mrs     x1, mpidr_el1
        msr     vmpidr_el2, x1
        bl      open_traps
        cbnz    x23, stay_at_el2

        /* To EL1. EL2 is left with its MMU off, and answers calls with "not supported". */
        value   x1, HCR_RW | HCR_FEATURES
        msr     hcr_el2, x1
        mov     x1, #CPTR_EL2_OPEN
        msr     cptr_el2, x1
        mov     x1, #CNTHCTL_OPEN
        msr     cnthctl_el2, x1
        adr     x1, vectors_el2
        msr     vbar_el2, x1
        isb
        bl      open_sve_el2
        bl      set_el1
        tlbi    alle1
        tlbi    alle2
        bl      settle
        value   x1, SCTLR_ON
        msr     sctlr_el1, x1
        msr     sp_el1, x21
        mov     x1, #PSTATE_EL1
        msr     spsr_el2, x1
        msr     elr_el2, x20
        b       enter

stay_at_el2:
        mrs     x1, id_aa64mmfr1_el1
        tst     x1, #0xf00                              /* VH */
        b.eq    alone_at_el2
        value   x1, HCR_RW | HCR_FEATURES | HCR_HOST
        msr     hcr_el2, x1
        isb
        b       own_el1

alone_at_el2:
        value   x1, HCR_RW | HCR_FEATURES
        msr     hcr_el2, x1
        mov     x1, #CPTR_EL2_OPEN
        msr     cptr_el2, x1
        mov     x1, #CNTHCTL_OPEN
        msr     cnthctl_el2, x1
        isb
        bl      open_sve_el2
        value   x1, MAIR_VALUE
        msr     mair_el2, x1
        value   x1, (TCR_EL2_HIGH << 16) | TCR_LOW
        orr     x1, x1, x25, lsl #16
        msr     tcr_el2, x1
        msr     ttbr0_el2, x19
        msr     vbar_el2, x24
        msr     tpidr_el2, xzr
        bl      clear_common
        tlbi    alle2
        bl      settle
        value   x1, SCTLR_EL2_ON
        msr     sctlr_el2, x1
        isb
        msr     spsel, #1
        mov     sp, x21
        mov     x1, #PSTATE_EL2
        msr     spsr_el2, x1
        msr     elr_el2, x20

enter:
        mov     x0, x22
        mov     x1, xzr
        mov     x2, xzr
        mov     x3, xzr
        mov     x4, xzr
        mov     x5, xzr
        mov     x6, xzr
        mov     x7, xzr
        mov     x8, xzr
        mov     x9, xzr
        mov     x10, xzr
        mov     x11, xzr
        mov     x12, xzr
        mov     x13, xzr
        mov     x14, xzr
        mov     x15, xzr
        mov     x16, xzr
        mov     x17, xzr
        mov     x18, xzr
        mov     x19, xzr
        mov     x20, xzr
        mov     x21, xzr
        mov     x22, xzr
        mov     x23, xzr
        mov     x24, xzr
        mov     x25, xzr
        mov     x26, xzr
        mov     x27, xzr
        mov     x28, xzr
        mov     x29, xzr
        mov     x30, xzr
        eret

/* What the kernel's level runs with, but for SCTLR. */
set_el1:
        value   x1, MAIR_VALUE
        msr     mair_el1, x1
        value   x1, (TCR_HIGH << 16) | TCR_LOW
        orr     x1, x1, x25, lsl #32
        msr     tcr_el1, x1
        msr     ttbr0_el1, x19
        add     x1, x19, #4096                          /* the upper half's root is behind the lower one's */
        msr     ttbr1_el1, x1
        msr     vbar_el1, x24
        mov     x1, #CPACR_FPEN
        ubfx    x2, x26, #32, #4                        /* SVE */
        cbz     x2, 1f
        orr     x1, x1, #CPACR_ZEN
1:      msr     cpacr_el1, x1
        isb
        cbz     x2, 2f
        mov     x1, #ZCR_LONGEST
        msr     s3_0_c1_c2_0, x1                        /* ZCR_EL1 */
2:      msr     contextidr_el1, xzr
        msr     tpidr_el1, xzr

/* What has the same name on every level; by now nothing here traps. */
clear_common:
        msr     cntkctl_el1, xzr
        msr     tpidr_el0, xzr
        msr     tpidrro_el0, xzr
        msr     mdscr_el1, xzr
        isb
        msr     fpcr, xzr
        msr     fpsr, xzr
        ret

/* The TLB forgets before it; here the caches for instructions do. */
settle:
        dsb     sy
        ic      iallu
        dsb     sy
        isb
        ret

open_sve_el2:
        ubfx    x1, x26, #32, #4
        cbz     x1, 1f
        mov     x1, #ZCR_LONGEST
        msr     s3_4_c1_c2_0, x1                        /* ZCR_EL2 */
1:      ret

/* What may be there and would trap EL1: the performance counters, GICv3's registers, fine-grained traps. A bit for what
 * the processor does not have is reserved, and does nothing. */
open_traps:
        mrs     x1, id_aa64dfr0_el1
        sbfx    x2, x1, #8, #4                          /* PMUVer; 0xf is somebody else's */
        mov     x3, xzr
        cmp     x2, #1
        b.lt    1f
        mrs     x3, pmcr_el0
        ubfx    x3, x3, #11, #5                         /* all counters are EL1's */
1:      msr     mdcr_el2, x3
        ubfx    x2, x26, #24, #4                        /* GIC */
        cbz     x2, 2f
        mrs     x2, s3_4_c12_c9_5                       /* ICC_SRE_EL2 */
        orr     x2, x2, #1                              /* SRE */
        orr     x2, x2, #8                              /* Enable */
        msr     s3_4_c12_c9_5, x2
        isb
        mrs     x2, s3_4_c12_c9_5
        tbz     x2, #0, 2f
        msr     s3_4_c12_c11_0, xzr                     /* ICH_HCR_EL2 */
2:      mrs     x2, id_aa64mmfr0_el1
        ubfx    x2, x2, #56, #4                         /* FGT */
        cbz     x2, 3f
        movz    x2, #HFGRTR_NOT, lsl #48
        msr     s3_4_c1_c1_4, x2                        /* HFGRTR_EL2 */
        msr     s3_4_c1_c1_5, x2                        /* HFGWTR_EL2 */
        movz    x2, #HFGITR_NOT, lsl #48
        msr     s3_4_c1_c1_6, x2                        /* HFGITR_EL2 */
        movz    x2, #HDFGRTR_NOT, lsl #48
        msr     s3_4_c3_c1_4, x2                        /* HDFGRTR_EL2 */
        movz    x2, #HDFGWTR_NOT, lsl #48
        msr     s3_4_c3_c1_5, x2                        /* HDFGWTR_EL2 */
3:      mrs     x2, id_aa64mmfr1_el1
        ubfx    x2, x2, #40, #4                         /* HCX */
        cbz     x2, 4f
        movz    x2, #HCRX_OPEN
        msr     s3_4_c1_c2_2, x2                        /* HCRX_EL2 */
4:      ret

/*
 * EL2, once the kernel is at EL1: a call gets SMCCC's "not supported". Whatever else was trapped here the processor has
 * in part only, and the kernel gets it as an undefined instruction: it, or the last-gasp handler, can say so. All else
 * stops. EL2's own translation is off, so TTBR0_EL2 can hold what has no place.
 */
        .balign 2048
vectors_el2:
        .rept 8
        .balign 128
        b       .
        .endr
        .balign 128
        msr     tpidr_el2, x0                           /* synchronous, from EL1 or EL0 */
        mrs     x0, esr_el2
        lsr     x0, x0, #26
        cmp     x0, #CLASS_CALL
        b.ne    1f
        mov     x0, #-1
        eret
1:      msr     ttbr0_el2, x1
        mrs     x0, elr_el2
        msr     elr_el1, x0
        mrs     x1, spsr_el2
        msr     spsr_el1, x1
        mov     x0, #SYNDROME_UNDEFINED
        msr     esr_el1, x0
        mov     x0, #0x400                              /* where EL1 has its vectors: for EL0 here, */
        tbz     x1, #2, 2f
        ubfiz   x0, x1, #9, #1                          /* for itself at 0, or with its own stack pointer 0x200 */
2:      mrs     x1, vbar_el1
        add     x0, x0, x1
        msr     elr_el2, x0
        mov     x0, #PSTATE_EL1
        msr     spsr_el2, x0
        mrs     x1, ttbr0_el2
        mrs     x0, tpidr_el2
        eret
        .rept 7
        .balign 128
        b       .
        .endr

        .section .note.GNU-stack, "", %progbits
