/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Arithmetic on sizes and addresses that come from outside. Each function returns false, and leaves its result alone,
 * when the true result does not fit.
 */
#ifndef BATON_CHECKED_H
#define BATON_CHECKED_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SIZE 4096ULL

__attribute__((warn_unused_result)) static inline bool checked_add(uint64_t a, uint64_t b, uint64_t *ret_sum)
{
    uint64_t sum;

    if (__builtin_add_overflow(a, b, &sum))
        return false;
    *ret_sum = sum;
    return true;
}

__attribute__((warn_unused_result)) static inline bool checked_multiply(uint64_t a, uint64_t b, uint64_t *ret_product)
{
    uint64_t product;

    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *ret_product = product;
    return true;
}

/* `alignment` is a power of two. */
static inline uint64_t align_down(uint64_t value, uint64_t alignment)
{
    return value & ~(alignment - 1);
}

/* `alignment` is a power of two. */
__attribute__((warn_unused_result)) static inline bool checked_align_up(uint64_t value, uint64_t alignment,
                                                                        uint64_t *ret_aligned)
{
    uint64_t sum;

    if (!checked_add(value, alignment - 1, &sum))
        return false;
    *ret_aligned = align_down(sum, alignment);
    return true;
}

static inline bool is_power_of_two(uint64_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
