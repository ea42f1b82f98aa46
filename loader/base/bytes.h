/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bounded reader: the only way in which bytes from outside are read. Numbers are little-endian and need no
 * alignment. A read outside the bytes returns false and leaves the result alone.
 */
#ifndef BATON_BYTES_H
#define BATON_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    const uint8_t *data;
    size_t size;
};

/* The `size` bytes at `offset`. They share the memory of `bytes`. */
__attribute__((warn_unused_result)) static inline bool bytes_slice(struct bytes bytes, uint64_t offset, uint64_t size,
                                                                   struct bytes *ret_slice)
{
    if (offset > bytes.size || size > bytes.size - offset)
        return false;
    *ret_slice = (struct bytes){bytes.data + offset, (size_t)size};
    return true;
}

/* `width` is 1 to 8 bytes. One load where there can be one: firmware's tables are full of numbers. */
static inline uint64_t bytes_little_endian(const uint8_t *data, size_t width)
{
    uint64_t number = 0;
    uint32_t half;

    if (width == sizeof(number)) {
        __builtin_memcpy(&number, data, sizeof(number));
        return number;
    }
    if (width == sizeof(half)) {
        __builtin_memcpy(&half, data, sizeof(half));
        return half;
    }
    for (size_t i = width; i-- > 0;)
        number = number << 8 | data[i];
    return number;
}

/* `width` is 1 to 8 bytes. */
__attribute__((warn_unused_result)) static inline bool bytes_number(struct bytes bytes, uint64_t offset, size_t width,
                                                                    uint64_t *ret_number)
{
    struct bytes slice;

    if (!bytes_slice(bytes, offset, width, &slice))
        return false;
    *ret_number = bytes_little_endian(slice.data, width);
    return true;
}

/* The same for numbers that count as 0 where they are not there. */
static inline uint64_t bytes_number_or_zero(struct bytes bytes, uint64_t offset, size_t width)
{
    uint64_t number = 0;

    (void)!bytes_number(bytes, offset, width, &number);
    return number;
}

#endif
