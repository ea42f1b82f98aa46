/* SPDX-License-Identifier: BSD-2-Clause */
/* SHA-256 (FIPS 180-4, sections 4.1.2, 5 and 6.2). It is made to be small: 32 KiB take a millisecond. */
#ifndef BATON_SHA256_H
#define BATON_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_SIZE  32 /* bytes of a digest */
#define SHA256_BLOCK 64

/* All that depends on the input is in here, so that wiping it is enough. */
struct sha256 {
    uint32_t state[8];
    uint32_t working[8];
    uint32_t schedule[16]; /* the last 16 words */
    uint8_t block[SHA256_BLOCK];
    uint64_t size; /* bytes so far */
};

void sha256_start(struct sha256 *hash);

/* Adds `size` bytes, less than 2^61 in all. In how many pieces they come makes no difference. */
void sha256_add(struct sha256 *hash, const void *bytes, size_t size);

/* Writes the digest of all that was added, and wipes `hash`. */
void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_SIZE]);

#endif
