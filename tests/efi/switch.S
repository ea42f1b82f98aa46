/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * void levels_switch(uint64_t table): goes from four levels of page tables to five, which a processor only does with
 * paging off, that is in 32-bit mode. The code between levels_start and levels_end is copied to writable memory below
 * 4 GiB and runs there. `table` is the new CR3, below 4 GiB too. Microsoft's calling convention.
 */
    .text
    .balign 16
    .globl levels_start
    .globl levels_end
levels_start:
    /* Only the low halves of registers live through 32-bit mode. */
    push %rbx
    push %rbp
    push %rsi
    push %rdi
    push %r12
    push %r13
    push %r14
    push %r15
    pushfq
    cli
    mov %rsp, old_stack(%rip)
    sgdt old_gdtr(%rip)
    mov %cs, old_code(%rip)
    mov %ss, old_data(%rip)
    lea new_gdt(%rip), %rax
    mov %rax, new_gdtr + 2(%rip)
    lgdt new_gdtr(%rip)
    lea stack_end(%rip), %rsp
    lea five_levels(%rip), %rbx
    pushq $0x08
    lea flat(%rip), %rax
    push %rax
    lretq

    .code32
flat:
    mov $0x10, %eax
    mov %eax, %ss
    mov %eax, %ds
    mov %eax, %es
    mov %cr0, %eax
    and $0x7fffffff, %eax
    mov %eax, %cr0
    mov %cr4, %eax
    or $0x1000, %eax
    mov %eax, %cr4
    mov %ecx, %cr3
    mov %cr0, %eax
    or $0x80000000, %eax
    mov %eax, %cr0
    push $0x18
    push %ebx
    lret

    .code64
five_levels:
    lgdt old_gdtr(%rip)
    movzwl old_data(%rip), %eax
    mov %eax, %ss
    mov %eax, %ds
    mov %eax, %es
    mov old_stack(%rip), %rsp
    movzwl old_code(%rip), %eax
    push %rax
    lea 1f(%rip), %rax
    push %rax
    lretq
1:  popfq
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rdi
    pop %rsi
    pop %rbp
    pop %rbx
    ret

    .balign 16
new_gdt:
    .quad 0
    .quad 0x00cf9b000000ffff /* 0x08: 32-bit code */
    .quad 0x00cf93000000ffff /* 0x10: data */
    .quad 0x00af9b000000ffff /* 0x18: 64-bit code */
new_gdtr:
    .word 31
    .quad 0
old_gdtr:
    .word 0
    .quad 0
old_code:
    .word 0
old_data:
    .word 0
    .balign 16
old_stack:
    .quad 0
    .fill 128, 1, 0
    .balign 16
stack_end:
levels_end:
