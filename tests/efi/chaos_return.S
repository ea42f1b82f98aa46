/* SPDX-License-Identifier: BSD-2-Clause */
/* Back from the kernel: the processor as chaos_machine.c noted it. rcx is the kernel's verdict. */
    .text
    .globl chaos_return
chaos_return:
    cli
    cld
    mov %rcx, %r12
    mov chaos_saved + 0x30(%rip), %rax
    mov %rax, %cr3
    mov chaos_saved + 0x38(%rip), %rax
    mov %rax, %cr4
    mov chaos_saved + 0x28(%rip), %rax
    mov %rax, %cr0
    mov $0xc0000080, %ecx
    mov chaos_saved + 0x40(%rip), %eax
    mov chaos_saved + 0x44(%rip), %edx
    wrmsr
    mov $0x277, %ecx
    mov chaos_saved + 0x48(%rip), %eax
    mov chaos_saved + 0x4c(%rip), %edx
    wrmsr
    lgdt chaos_saved + 0x00(%rip)
    lidt chaos_saved + 0x10(%rip)
    lea stack_top(%rip), %rsp
    movzwl chaos_saved + 0x20(%rip), %eax
    push %rax
    lea 1f(%rip), %rax
    push %rax
    lretq
1:  movzwl chaos_saved + 0x22(%rip), %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %fs
    mov %eax, %gs
    mov %eax, %ss
    fninit
    ldmxcsr chaos_saved + 0x24(%rip)
    mov %r12, %rcx
    sub $32, %rsp
    call chaos_returned
    ud2

    .bss
    .balign 16
    .skip 16384
stack_top:
