/* SPDX-License-Identifier: BSD-2-Clause */
/* The counterpart of bytes_number: the only way in which numbers get into the image. */
#ifndef BATON_ELF2EFI_PUT_H
#define BATON_ELF2EFI_PUT_H

#include <stddef.h>
#include <stdint.h>

/* Writes the low `width` bytes of `value`, little-endian. The caller has made sure of the room. */
static inline void put_number(uint8_t *at, size_t width, uint64_t value)
{
    for (size_t i = 0; i < width; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

#endif
