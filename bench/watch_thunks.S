/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One thunk for each watched function (watch.h). Arguments and results stay as they are; rax, r10 and r11 belong to
 * nobody on the way in, and all but rax of the volatile registers on the way back.
 */
    .text
    .balign 16
    .globl watch_thunks
watch_thunks:
    .set function, 0
    .rept 78
    .balign 16
    mov $function, %eax
    jmp enter
    .set function, function + 1
    .endr
    .balign 16

enter:
    cmp $26, %eax /* ExitBootServices: whoever calls it, a kernel that the image has started, too */
    je 2f
    mov (%rsp), %r10
    sub watch_image_base(%rip), %r10
    cmp watch_image_size(%rip), %r10
    jae 1f
2:  mov watch_depth(%rip), %r11
    incq watch_depth(%rip)
    shl $6, %r11
    lea watch_frames(%rip), %r10
    add %r10, %r11
    mov (%rsp), %r10
    mov %r10, 0(%r11)
    mov %rax, 8(%r11)
    mov %rcx, 24(%r11)
    mov %rdx, 32(%r11)
    mov %r8, 40(%r11)
    mov %r9, 48(%r11)
    lea leave(%rip), %r10
    mov %r10, (%rsp)
    rdtsc
    shl $32, %rdx
    or %rdx, %rax
    mov %rax, 16(%r11)
    mov 32(%r11), %rdx
    mov 8(%r11), %eax
1:  lea watch_targets(%rip), %r10
    jmp *(%r10, %rax, 8)

/* The stack is as it was before the call, and so aligned. */
leave:
    mov %rax, %r8
    rdtsc
    shl $32, %rdx
    or %rax, %rdx
    decq watch_depth(%rip)
    mov watch_depth(%rip), %rcx
    shl $6, %rcx
    lea watch_frames(%rip), %r10
    add %r10, %rcx
    sub $64, %rsp
    mov %r8, 40(%rsp)
    mov %rcx, 48(%rsp)
    call watch_note
    mov 40(%rsp), %rax
    mov 48(%rsp), %rcx
    add $64, %rsp
    jmp *0(%rcx)
