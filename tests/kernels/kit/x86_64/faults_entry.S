/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the processor comes in when something faults, and the way back out of it. */
    .text

/* faults_entries: 32 stubs of 16 bytes. Each pushes its vector, after an error code of 0 where there is none. */
    .balign 16
    .globl faults_entries
    .hidden faults_entries
faults_entries:
    .set vector, 0
    .rept 32
    .balign 16
    .if !((0x60227d00 >> vector) & 1)
    pushq $0
    .endif
    pushq $vector
    jmp faults_common
    .set vector, vector + 1
    .endr
    .balign 16

/* The stack: vector, error code, rip, cs, rflags, rsp, ss. faults_handle changes rip and rsp to go on elsewhere. */
faults_common:
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    cld
    lea 72(%rsp), %rdi
    call faults_handle
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
    add $16, %rsp
    iretq

/*
 * bool faults_attempt(void (*function)(void *), void *argument, uint64_t *ret_stack): calls the function; true when
 * faults_handle had to send it to faults_resume with the stack pointer that was stored.
 */
    .globl faults_attempt
    .hidden faults_attempt
    .type faults_attempt, @function
faults_attempt:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    sub $8, %rsp
    mov %rsp, (%rdx)
    mov %rdi, %rax
    mov %rsi, %rdi
    call *%rax
    xor %eax, %eax
    jmp 1f
    .globl faults_resume
    .hidden faults_resume
faults_resume:
    mov $1, %eax
1:  add $8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    ret
    .size faults_attempt, . - faults_attempt
    .section .note.GNU-stack, "", @progbits
