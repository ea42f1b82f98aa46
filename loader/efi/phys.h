/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a physical address to a pointer. Firmware maps memory identically (UEFI 2.10, 2.3.4), so under it they are the
 * same; a test's firmware has its memory elsewhere. This is the only place that knows.
 */
#ifndef BATON_PHYS_H
#define BATON_PHYS_H

#include <stdint.h>

static inline void *phys_to_ptr(uint64_t physical)
{
    return (void *)(uintptr_t)physical;
}

#endif
