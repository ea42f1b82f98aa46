/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks that every section arrived whole, whatever way the linker script laid them out. */
#include "kit.h"

#ifndef FILLER
#define FILLER 3000 /* bytes, so that sections end in the middle of pages */
#endif

static const volatile uint8_t constant[FILLER] = {1, 2, 3, [FILLER - 1] = 99};
static volatile uint8_t variable[FILLER] = {4, 5, 6, [FILLER - 1] = 77};
static volatile uint8_t zero[3 * FILLER];

_Noreturn void kernel_main(const struct baton *baton)
{
    faults_install();
    if (baton->magic != BATON_MAGIC)
        give_up("magic %#lx", baton->magic);
    if (constant[0] != 1 || constant[2] != 3 || constant[FILLER - 1] != 99)
        give_up("the read-only data did not arrive");
    if (variable[0] != 4 || variable[2] != 6 || variable[FILLER - 1] != 77)
        give_up("the data did not arrive");
    for (size_t i = 0; i < sizeof(zero); i++) {
        if (zero[i] != 0)
            give_up(".bss is not zero at %zu", i);
        zero[i] = 0xff;
    }
    variable[FILLER - 1] = 0;
    finish("layout");
}
