/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A checksum is a polynomial over GF(2) modulo that of the standard, the coefficient of x^0 in the highest bit. A zero
 * bit more is a multiplication by x, so that a partition table, which is nearly all zeros, is a few multiplications.
 */
#include "crc32.h"

#include "checked.h"

#define POLYNOMIAL 0xedb88320u
#define X_TO_8     0x00800000u
#define PIECE      64 /* bytes: a run of fewer zeros is not worth a multiplication */

/* Four bits at a time. */
static uint32_t add_bytes(uint32_t rest, const uint8_t *bytes, size_t size)
{
    static const uint32_t steps[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                       0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                       0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};

    for (size_t i = 0; i < size; i++) {
        rest ^= bytes[i];
        rest = rest >> 4 ^ steps[rest & 15];
        rest = rest >> 4 ^ steps[rest & 15];
    }
    return rest;
}

static uint32_t multiply(uint32_t a, uint32_t b)
{
    uint32_t product = 0;

    for (; a != 0; a <<= 1) {
        product ^= a >> 31 ? b : 0;
        b = b >> 1 ^ (b & 1 ? POLYNOMIAL : 0);
    }
    return product;
}

static uint32_t add_zeros(uint32_t rest, size_t count)
{
    uint32_t power = X_TO_8; /* of that many bytes */

    for (; count > 0; count >>= 1, power = multiply(power, power))
        rest = count & 1 ? multiply(rest, power) : rest;
    return rest;
}

/* How many zeros the bytes begin with, in whole words. */
static size_t count_zeros(const uint8_t *bytes, size_t size)
{
    size_t count = 0;
    uint64_t word;

    for (; size - count >= sizeof(word); count += sizeof(word)) {
        __builtin_memcpy(&word, bytes + count, sizeof(word));
        if (word != 0)
            break;
    }
    return count;
}

uint32_t crc32_add(uint32_t checksum, const uint8_t *bytes, size_t size)
{
    uint32_t rest = ~checksum;
    size_t step;

    for (; size > 0; bytes += step, size -= step) {
        size_t zeros = count_zeros(bytes, size);

        step = zeros >= PIECE ? zeros : min_u64(size, PIECE);
        rest = zeros >= PIECE ? add_zeros(rest, zeros) : add_bytes(rest, bytes, step);
    }
    return ~rest;
}
