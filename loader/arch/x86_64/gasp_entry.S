/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the processor comes in when something goes wrong before the kernel has handlers (resident.h). */
        .intel_syntax noprefix

        .set HAS_ERROR, 0x60227d00      /* vectors that push an error code: 8, 10-14, 17, 21, 29, 30 */
        .set SAVED_RIP, 24                   /* on the stack once rax is saved */

        .section .text.gasp_entry, "ax", @progbits
        .globl gasp_entries, gasp_copy
        .hidden gasp_entries, gasp_copy, gasp_handle

gasp_entries:
        .set vector, 0
        .rept 32
        .byte   0x6a, vector            /* push vector */
        .byte   0xeb, 124 - 4 * vector  /* jmp enter, right behind the last one: short, so that each has 4 bytes */
        .set vector, vector + 1
        .endr

        /* All vectors have one stack, IST1, so the exception that is reported is no more on it when another one comes:
         * gasp_handle copies it first. The handler itself runs below this frame. */
enter:  push    rax
        mov     eax, [rsp + 8]
        bt      dword ptr [rip + has_error], eax
        jc      1f
        push    [rsp]                   /* an error code of 0 where there is none */
        mov     rax, [rsp + 16]
        mov     [rsp + 8], rax
        mov     qword ptr [rsp + 16], 0
1:      lea     rax, [rip + reading]
        cmp     [rsp + SAVED_RIP], rax
        je      unreadable
        push    rbx
        push    rcx
        push    rdx
        push    rsi
        push    rdi
        push    rbp
        push    r8
        push    r9
        push    r10
        push    r11
        push    r12
        push    r13
        push    r14
        push    r15
        mov     rax, cr4
        push    rax
        mov     rax, cr3
        push    rax
        mov     rax, cr2
        push    rax
        mov     rax, cr0
        push    rax
        cld
        xor     ebp, ebp
        mov     rdi, rsp
        call    gasp_handle

unreadable:
        lea     rax, [rip + read]
        mov     [rsp + SAVED_RIP], rax
        pop     rax
        add     rsp, 16
        iretq

/* bool gasp_copy(void *to, uint64_t from, size_t size) */
gasp_copy:
        mov     rcx, rdx
        xor     eax, eax
reading:
        rep movsb
        mov     al, 1
read:   ret

        .balign 4
has_error:
        .long   HAS_ERROR
        .section .note.GNU-stack, "", @progbits
