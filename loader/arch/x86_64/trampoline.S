/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last code of the loader: from the firmware's address space and processor state into the kernel's. It is copied
 * to memory that both address spaces map at its physical address, so it must not depend on where it lies (resident.h).
 *
 * rdi: struct machine_entry. The firmware's tables are still in use, so everything is taken from it first.
 */
        .intel_syntax noprefix
        .section .text.trampoline, "ax", @progbits
        .globl trampoline
        .hidden trampoline

        .set ENTRY_ROOT, 0
        .set ENTRY_ENTRY, 8
        .set ENTRY_STACK_TOP, 16
        .set ENTRY_ARGUMENT, 24
        .set ENTRY_DATA, 32

        .set TABLES, 8192               /* in the data: behind the handler's stack (resident.h) */
        .set TABLES_GDT, 0
        .set TABLES_IDT, 144
        .set GDT_LIMIT, 5 * 8 - 1
        .set IDT_LIMIT, 32 * 16 - 1
        .set SELECTOR_CODE, 0x08
        .set SELECTOR_DATA, 0x10
        .set SELECTOR_TASK, 0x18

        .set MSR_EFER, 0xc0000080
        .set EFER_VALUE, 0xd00          /* LME LMA NXE */
        .set MSR_PAT, 0x277
        .set PAT_LOW, 0x00070406        /* entries 0-3: WB WT UC- UC */
        .set PAT_HIGH, 0x00000105       /* entries 4-7: WP WC UC UC */
        .set CR0_VALUE, 0x80010033      /* PE MP ET NE WP PG */
        .set CR0_CACHE_DISABLE, 1 << 30
        .set CR4_VALUE, 0x660           /* PAE MCE OSFXSR OSXMMEXCPT */
        .set CR4_PGE, 0x80
        .set CR4_LA57, 0x1000
        .set DR7_VALUE, 0x400           /* no breakpoints */
        .set MXCSR_VALUE, 0x1f80

trampoline:
        cli
        cld
        mov     r8, [rdi + ENTRY_ROOT]
        mov     r9, [rdi + ENTRY_ENTRY]
        mov     r10, [rdi + ENTRY_STACK_TOP]
        mov     r11, [rdi + ENTRY_DATA]
        mov     rdi, [rdi + ENTRY_ARGUMENT]

        /* The new tables have no-execute bits, which are reserved bits until EFER.NXE is set. */
        mov     ecx, MSR_EFER
        mov     eax, EFER_VALUE
        xor     edx, edx
        wrmsr

        /* Not global pages: this write, and the one of CR3, empty the TLB. LA57 cannot change in long mode. */
        mov     rsi, cr4
        and     esi, CR4_LA57
        or      esi, CR4_VALUE
        mov     cr4, rsi

        /* Caches off while the PAT changes (Intel SDM volume 3, 11.12.4 and 11.11.8). */
        mov     eax, CR0_VALUE | CR0_CACHE_DISABLE
        mov     cr0, rax
        wbinvd
        mov     cr3, r8
        mov     ecx, MSR_PAT
        mov     eax, PAT_LOW
        mov     edx, PAT_HIGH
        wrmsr
        wbinvd
        mov     cr3, r8
        mov     eax, CR0_VALUE
        mov     cr0, rax
        or      esi, CR4_PGE
        mov     cr4, rsi

        /* Only the kernel's address space from here on. */
        mov     rsp, r10
        lea     rax, [r11 + TABLES + TABLES_GDT]
        push    rax
        sub     rsp, 2
        mov     word ptr [rsp], GDT_LIMIT
        lgdt    [rsp]
        mov     rsp, r10
        push    SELECTOR_CODE
        lea     rax, [rip + 1f]
        push    rax
        retfq
1:      mov     eax, SELECTOR_DATA
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     gs, eax
        mov     ss, eax
        xor     eax, eax
        lldt    ax
        mov     cr8, rax
        mov     ecx, DR7_VALUE
        mov     dr7, rcx

        /* Until the kernel has handlers of its own, the last-gasp handler gets all exceptions. */
        mov     eax, SELECTOR_TASK
        ltr     ax
        lea     rax, [r11 + TABLES + TABLES_IDT]
        push    rax
        sub     rsp, 2
        mov     word ptr [rsp], IDT_LIMIT
        lidt    [rsp]

        fninit
        push    MXCSR_VALUE
        ldmxcsr [rsp]

        /* As after a call: a return address (0) on a stack that was 16-aligned before; all registers 0 but rdi. */
        mov     rsp, r10
        xor     eax, eax
        push    rax
        push    r9
        xor     ecx, ecx
        xor     edx, edx
        xor     ebx, ebx
        xor     ebp, ebp
        xor     esi, esi
        xor     r8d, r8d
        xor     r9d, r9d
        xor     r10d, r10d
        xor     r11d, r11d
        xor     r12d, r12d
        xor     r13d, r13d
        xor     r14d, r14d
        xor     r15d, r15d
        push    2
        popfq                           /* RFLAGS is 2, and nothing below changes it */
        ret
        .section .note.GNU-stack, "", @progbits
