/* SPDX-License-Identifier: BSD-2-Clause */
#include "inject.h"

#include "leave/no_execute.h"

void no_execute(uint64_t address, uint64_t pages)
{
    (void)address;
    (void)pages;
    give_up("on this machine inject.efi has nx");
}
