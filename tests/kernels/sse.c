/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel whose entry is C and uses SSE at once: aligned stores to the stack fault unless the stack is aligned as
 * after a call and the loader has switched SSE on.
 */
#include "kit.h"

_Noreturn void kernel_entry(const struct baton *baton);

/* Stands in for entry.S, which this kernel does without. */
const struct entry_state entry_state;

_Noreturn void kernel_main(const struct baton *baton)
{
    (void)baton;
    give_up("not called");
}

_Noreturn void kernel_entry(const struct baton *baton)
{
    volatile uint8_t block[16] __attribute__((aligned(16)));
    float number = 1.5F;
    double root;

    __asm__ volatile("movaps %%xmm0, %0" : "=m"(block));
    __asm__ volatile("pxor %%xmm1, %%xmm1\n\tmovaps %%xmm1, %0" : "=m"(block) : : "xmm1");
    __asm__ volatile("sqrtsd %1, %0" : "=x"(root) : "x"(2.25 * (double)baton->version));
    if (root != (double)number)
        give_up("SSE arithmetic is wrong");
    print("sse.block=%d\n", (uint64_t)(uintptr_t)block % 16 == 0 && block[3] == 0);
    /* The x87 unit, which wants FNINIT's state. */
    __asm__ volatile("fldpi\n\tfstpl %0" : "=m"(root));
    if (root < 3.14159265358979 || root > 3.1415926535898)
        give_up("x87 arithmetic is wrong");
    finish("sse");
}
