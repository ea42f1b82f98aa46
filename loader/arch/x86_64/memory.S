/* SPDX-License-Identifier: BSD-2-Clause */
/* memory.h's functions, with the string instructions: on current processors nothing small is faster. By words, since not
 * all of them, and no emulator, take many bytes at once. */
        .intel_syntax noprefix
        .text
        .globl memcpy, memmove, memset, memcmp
        .hidden memcpy, memmove, memset, memcmp

        .section .text.memmove, "ax", @progbits
memmove:
memcpy:
        mov     rax, rdi
        mov     rcx, rdx
        mov     rdx, rdi
        sub     rdx, rsi
        cmp     rdx, rcx                /* does the destination begin inside the source? */
        jb      1f
        mov     edx, ecx
        shr     rcx, 3
        rep movsq
        mov     ecx, edx
        and     ecx, 7
        rep movsb
        ret
1:      lea     rdi, [rdi + rcx - 1]    /* then from the end */
        lea     rsi, [rsi + rcx - 1]
        std
        rep movsb
        cld
        ret

        .section .text.memset, "ax", @progbits
memset:
        mov     r8, rdi
        movzx   eax, sil
        movabs  rcx, 0x0101010101010101
        imul    rax, rcx
        mov     rcx, rdx
        shr     rcx, 3
        rep stosq
        mov     ecx, edx
        and     ecx, 7
        rep stosb
        mov     rax, r8
        ret

        .section .text.memcmp, "ax", @progbits
memcmp:
        mov     rcx, rdx
        xor     eax, eax
        test    rcx, rcx
        je      1f
        repe cmpsb
        movzx   eax, byte ptr [rdi - 1]
        movzx   edx, byte ptr [rsi - 1]
        sub     eax, edx
1:      ret
        .section .note.GNU-stack, "", @progbits
