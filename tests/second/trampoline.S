/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The trampoline's code. It runs at its physical address, where both the firmware's page tables and the kernel's have
 * it; its data is elsewhere for most kernels, so it is reached by the pointer in the header, never relative to RIP.
 */
    .section .head, "ax"
    .globl _start
_start:
    jmp enter
    .balign 16
data_pointer:
    .quad 0
    .long stubs - _start
    .long 16

/* RCX: the data's physical address. */
enter:
    cli
    cld
    mov %rcx, %rbx
    mov 0(%rbx), %rbp               /* the same in the kernel's page tables */
    mov 8(%rbx), %r8
    mov 16(%rbx), %r9

    xor %eax, %eax
    mov %rax, %cr8
    mov $0x400, %eax
    mov %rax, %dr7
    mov $0xc0000080, %ecx           /* EFER, before tables that say no-execute */
    mov $0xd00, %eax
    xor %edx, %edx
    wrmsr
    mov $0x277, %ecx                /* PAT */
    mov $0x00070406, %eax
    mov $0x00000105, %edx
    wrmsr
    mov %r9, %rax
    and $~0x80, %rax                /* without PGE first, which forgets global pages */
    mov %rax, %cr4
    mov $0x80010033, %eax
    mov %rax, %cr0
    mov %r8, %cr3
    mov %r9, %cr4

    mov 48(%rbp), %rsp
    lgdt 56(%rbp)
    pushq $0x08
    lea 1f(%rip), %rax
    push %rax
    lretq
1:  mov $0x10, %eax
    .irp segment, ss, ds, es, fs, gs
    mov %eax, %\segment
    .endr
    xor %eax, %eax
    lldt %ax
    mov $0x18, %eax
    ltr %ax
    lidt 72(%rbp)
    fninit
    pushq $0x1f80
    ldmxcsr (%rsp)

    mov 40(%rbp), %rdi
    mov 24(%rbp), %rsp
    pushq 32(%rbp)
    pushq $2
    .irp register, rax, rbx, rcx, rdx, rsi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
    xor %\register, %\register
    .endr
    popfq
    ret

    .balign 16
stubs:
    .set vector, 0
    .rept 32
    .balign 16
    .if vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21 || vector == 29 || vector == 30
    .else
    pushq $0                        /* where the processor pushes no error code */
    .endif
    pushq $vector
    jmp common
    .set vector, vector + 1
    .endr

common:
    .irp register, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
    push %\register
    .endr
    cld
    mov %rsp, %rdi
    mov data_pointer(%rip), %rsi
    and $~15, %rsp
    call last_gasp
2:  cli
    hlt
    jmp 2b
