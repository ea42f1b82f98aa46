/* SPDX-License-Identifier: BSD-2-Clause */
/* The one file that is compiled with SIMD: what any compiler makes of a kernel that does not forbid it. */
#include "selfcheck.h"

bool simd_spill(uint64_t one)
{
    volatile uint8_t block[2][16] __attribute__((aligned(16)));
    double root;

    __asm__ volatile("movi v1.16b, #0\n\tstr q1, %0" : "=m"(block[0]) : : "v1");
    __asm__ volatile("str q1, %0" : "=m"(block[1]) : : "v1");
    __asm__ volatile("fsqrt %d0, %d1" : "=w"(root) : "w"(2.25 * (double)one));
    return block[0][15] == 0 && root == 1.5;
}
