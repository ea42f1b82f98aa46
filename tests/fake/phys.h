/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for loader/efi/phys.h, whose guard it defines: physical memory is modelled, somewhere in the host's. */
#ifndef BATON_PHYS_H
#define BATON_PHYS_H

#include <stdint.h>

/* Ends the program for an address that the modelled machine does not have. */
void *phys_to_ptr(uint64_t physical);

/* A pointer that is not into modelled memory (the pool's) stays as it is. */
uint64_t ptr_to_phys(const void *pointer);

#endif
