/* SPDX-License-Identifier: BSD-2-Clause */
/* The one file that is compiled with floating point: what any compiler makes of a kernel that does not forbid it. */
#include "selfcheck.h"

bool float_spill(uint64_t one)
{
    volatile double kept[2];
    double root;

    kept[0] = 2.25 * (double)one;
    __asm__ volatile("fsqrt.d %0, %1" : "=f"(root) : "f"(kept[0]));
    kept[1] = root;
    return kept[1] == 1.5;
}
