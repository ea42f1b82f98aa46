/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry of a Multiboot2 kernel (Multiboot2 Specification 2.0, sections 3.1 and 3.2): 32-bit; ebx: what is given. */
    .section .multiboot2, "a"
    .balign 8
header:
    .long 0xe85250d6
    .long 0
    .long end - header
    .long -(0xe85250d6 + (end - header))
    .short 0, 0 /* the last tag */
    .long 8
end:

    .text
    .code32
    .globl kernel
kernel:
    rdtsc
    mov $stack_top, %esp
    push $0
    push $0
    push %ebx
    push %edx
    push %eax
    call kernel_main

    .bss
    .balign 16
    .skip 4096
stack_top:
