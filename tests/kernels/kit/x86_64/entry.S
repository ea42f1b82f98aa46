/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entry: writes down every register exactly as the loader left it, then goes on in C on the same stack. The order
 * is that of struct entry_state (kit.h).
 */
    .section .text.entry, "ax", @progbits
    .globl kernel_entry
    .type kernel_entry, @function
kernel_entry:
    mov %rax, entry_state + 0x00(%rip)
    mov %rbx, entry_state + 0x08(%rip)
    mov %rcx, entry_state + 0x10(%rip)
    mov %rdx, entry_state + 0x18(%rip)
    mov %rsi, entry_state + 0x20(%rip)
    mov %rdi, entry_state + 0x28(%rip)
    mov %rbp, entry_state + 0x30(%rip)
    mov %rsp, entry_state + 0x38(%rip)
    mov %r8, entry_state + 0x40(%rip)
    mov %r9, entry_state + 0x48(%rip)
    mov %r10, entry_state + 0x50(%rip)
    mov %r11, entry_state + 0x58(%rip)
    mov %r12, entry_state + 0x60(%rip)
    mov %r13, entry_state + 0x68(%rip)
    mov %r14, entry_state + 0x70(%rip)
    mov %r15, entry_state + 0x78(%rip)
    mov (%rsp), %rax
    mov %rax, entry_state + 0x80(%rip)
    pushfq
    popq entry_state + 0x88(%rip)
    mov %cr0, %rax
    mov %rax, entry_state + 0x90(%rip)
    mov %cr2, %rax
    mov %rax, entry_state + 0x98(%rip)
    mov %cr3, %rax
    mov %rax, entry_state + 0xa0(%rip)
    mov %cr4, %rax
    mov %rax, entry_state + 0xa8(%rip)
    mov %cr8, %rax
    mov %rax, entry_state + 0xb0(%rip)
    mov $0xc0000080, %ecx
    rdmsr
    mov %eax, entry_state + 0xb8(%rip)
    mov %edx, entry_state + 0xbc(%rip)
    mov $0x277, %ecx
    rdmsr
    mov %eax, entry_state + 0xc0(%rip)
    mov %edx, entry_state + 0xc4(%rip)
    sgdt entry_state + 0xc8(%rip)
    sidt entry_state + 0xd8(%rip)
    mov %cs, entry_state + 0xe8(%rip)
    mov %ss, entry_state + 0xea(%rip)
    mov %ds, entry_state + 0xec(%rip)
    mov %es, entry_state + 0xee(%rip)
    mov %fs, entry_state + 0xf0(%rip)
    mov %gs, entry_state + 0xf2(%rip)
    str entry_state + 0xf4(%rip)
    sldt entry_state + 0xf6(%rip)
    stmxcsr entry_state + 0xf8(%rip)
    fnstcw entry_state + 0xfc(%rip)
    fnstsw entry_state + 0xfe(%rip)
    /* As if this entry were C: the argument in rdi, the stack as it was, no caller to return to. */
    mov entry_state + 0x28(%rip), %rdi
    xor %ebp, %ebp
    jmp kernel_main
    .size kernel_entry, . - kernel_entry

    /* Not .bss: report looks at .bss before anything has written to it. */
    .data
    .balign 16
    .globl entry_state
    .hidden entry_state
    .type entry_state, @object
entry_state:
    .fill 0x100, 1, 0x5a
    .size entry_state, 0x100
    .section .note.GNU-stack, "", @progbits
