/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One thunk for each function that the loader can call: asks chaos_call whether the call is to fail, and goes on to
 * what does the work with the arguments as they were. chaos.h has the numbers.
 */
    .text
    .balign 16
    .globl chaos_thunks
chaos_thunks:
    .set slot, 0
    .rept 99
    .balign 16
    mov $slot, %eax
    jmp enter
    .set slot, slot + 1
    .endr

    .balign 16
enter:
    push %rcx
    push %rdx
    push %r8
    push %r9
    push %rax
    mov %rsp, %rcx
    sub $32, %rsp           /* the callee's; with it the stack is aligned */
    call chaos_call
    add $32, %rsp
    pop %r10
    pop %r9
    pop %r8
    pop %rdx
    pop %rcx
    test %rax, %rax
    jnz 1f
    lea chaos_targets(%rip), %r11
    jmp *(%r11, %r10, 8)
1:  ret
