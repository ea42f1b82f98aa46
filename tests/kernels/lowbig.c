/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel of 8 MiB, linked at 1 MiB: more than OVMF has free there. Where it does boot, its .bss is all there. */
#include "kit.h"

static volatile uint8_t big[8 * MEBI];

_Noreturn void kernel_main(const struct baton *baton)
{
    faults_install();
    if (baton->magic != BATON_MAGIC)
        give_up("magic %#lx", baton->magic);
    for (size_t i = 0; i < sizeof(big); i++)
        if (big[i] != 0)
            give_up(".bss is not zero at %zu", i);
    finish("lowbig");
}
