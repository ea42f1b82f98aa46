/* SPDX-License-Identifier: BSD-2-Clause */
#include "physical.h"

#include "memory.h"

#define TOPS (0x80 * 0x0101010101010101ULL) /* the top bit of each byte */

/* Adds byte by byte: no carry goes from one to the next. */
static uint64_t add_bytes(uint64_t a, uint64_t b)
{
    return ((a & ~TOPS) + (b & ~TOPS)) ^ ((a ^ b) & TOPS);
}

/* Eight bytes at a time: a PC's tables are some dozens of KiB. */
uint8_t bytes_sum(struct bytes bytes)
{
    uint64_t sums = 0, word;
    uint8_t sum = 0;
    size_t done = 0;

    for (; bytes.size - done >= sizeof(word); done += sizeof(word)) {
        __builtin_memcpy(&word, bytes.data + done, sizeof(word));
        sums = add_bytes(sums, word);
    }
    for (; sums != 0; sums >>= 8)
        sum = (uint8_t)(sum + sums);
    for (; done < bytes.size; done++)
        sum = (uint8_t)(sum + bytes.data[done]);
    return sum;
}
