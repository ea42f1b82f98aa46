/* SPDX-License-Identifier: BSD-2-Clause */
#include "inject.h"

#include "leave/no_execute.h"

/* U-Boot, the only firmware here for this machine, runs without page tables. */
void no_execute(uint64_t address, uint64_t pages)
{
    (void)address;
    (void)pages;
    give_up("nx does nothing on this machine");
}
