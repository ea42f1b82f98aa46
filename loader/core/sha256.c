/* SPDX-License-Identifier: BSD-2-Clause */
#include "sha256.h"

#include "memory.h"

#define LENGTH_OFFSET 56 /* where the length stands in the last block */

/* FIPS 180-4, 4.2.2: 32 bits of the fractions of the first 64 primes' cube roots. */
static const uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned count)
{
    return word >> count | word << (32 - count);
}

/* W(t), 6.2.2 step 1. Word t takes the place of word t - 16. */
static uint32_t next_word(struct sha256 *hash, unsigned t)
{
    uint32_t *word = &hash->schedule[t % 16], a, b;

    if (t < 16) {
        const uint8_t *bytes = hash->block + 4 * t;

        *word = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
        return *word;
    }
    a = hash->schedule[(t + 1) % 16];
    b = hash->schedule[(t + 14) % 16];
    *word += (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + hash->schedule[(t + 9) % 16] +
             (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
    return *word;
}

/* 6.2.2. The working variables stay where they are and change their names: what is called a at t is b at t + 1. */
static void compress(struct sha256 *hash)
{
#define NAMED(name) hash->working[((name) - 'a' - t) % 8]
    memcpy(hash->working, hash->state, sizeof(hash->working));
    for (unsigned t = 0; t < 64; t++) {
        uint32_t a = NAMED('a'), b = NAMED('b'), c = NAMED('c'), e = NAMED('e');
        uint32_t t1 = NAMED('h') + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                      ((e & NAMED('f')) ^ (~e & NAMED('g'))) + constants[t] + next_word(hash, t);

        NAMED('d') += t1;
        NAMED('h') = t1 + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }
#undef NAMED
    for (unsigned i = 0; i < 8; i++)
        hash->state[i] += hash->working[i];
}

void sha256_start(struct sha256 *hash)
{
    /* 5.3.3: the same of the first 8 primes' square roots. */
    static const uint32_t first[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

    memset(hash, 0, sizeof(*hash));
    memcpy(hash->state, first, sizeof(first));
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t size)
{
    const uint8_t *next = bytes;

    while (size-- > 0) {
        hash->block[hash->size++ % SHA256_BLOCK] = *next++;
        if (hash->size % SHA256_BLOCK == 0)
            compress(hash);
    }
}

/* Most significant byte first. */
static void put_number(uint8_t *bytes, size_t width, uint64_t number)
{
    while (width-- > 0) {
        bytes[width] = (uint8_t)number;
        number >>= 8;
    }
}

void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_SIZE])
{
    uint8_t length[8];

    put_number(length, sizeof(length), hash->size * 8);
    sha256_add(hash, "\x80", 1);
    while (hash->size % SHA256_BLOCK != LENGTH_OFFSET)
        sha256_add(hash, "", 1);
    sha256_add(hash, length, sizeof(length));
    for (unsigned i = 0; i < 8; i++)
        put_number(digest + 4 * i, 4, hash->state[i]);
    memory_wipe(hash, sizeof(*hash));
}
