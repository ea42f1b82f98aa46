/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One thunk for each service: counts the call when it came from the watched image, and goes on to the service with
 * everything but rax as it was. hooks.h has the numbers.
 */
    .text
    .balign 64
    .globl hooks_thunks
hooks_thunks:
    .set service, 0
    .rept 53
    .balign 64
    mov (%rsp), %rax
    sub hooks_image_base(%rip), %rax
    cmp hooks_image_size(%rip), %rax
    jae 1f
    incq hooks_since_map(%rip)
    incq hooks_calls + 8 * service(%rip)
1:  jmp *hooks_targets + 8 * service(%rip)
    .set service, service + 1
    .endr
    .balign 64
