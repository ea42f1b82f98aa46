/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between physical addresses and pointers. Firmware maps memory identically (UEFI 2.10, 2.3.4), so under it they are
 * the same; a test's firmware has its memory elsewhere. This is the only place that knows.
 */
#ifndef BATON_PHYS_H
#define BATON_PHYS_H

#include <stdint.h>

static inline void *phys_to_ptr(uint64_t physical)
{
    return (void *)(uintptr_t)physical;
}

static inline uint64_t ptr_to_phys(const void *pointer)
{
    return (uintptr_t)pointer;
}

#endif
