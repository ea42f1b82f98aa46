/* SPDX-License-Identifier: BSD-2-Clause */
/* The one file that is compiled with SSE: what any compiler makes of a kernel that does not forbid it. */
#include "selfcheck.h"

bool sse_spill(uint64_t one)
{
    volatile uint8_t block[2][16] __attribute__((aligned(16)));
    double root, pi;

    __asm__ volatile("pxor %%xmm1, %%xmm1\n\tmovaps %%xmm1, %0" : "=m"(block[0]) : : "xmm1");
    __asm__ volatile("movaps %%xmm1, %0" : "=m"(block[1]) : : "xmm1");
    __asm__ volatile("sqrtsd %1, %0" : "=x"(root) : "x"(2.25 * (double)one));
    __asm__ volatile("fldpi\n\tfstpl %0" : "=m"(pi));
    return block[0][15] == 0 && root == 1.5 && pi > 3.14159265358979 && pi < 3.1415926535898;
}
