/* SPDX-License-Identifier: BSD-2-Clause */
/* What compilers call by themselves. */
#include <stdint.h>

#include "memory.h"

void *memcpy(void *restrict destination, const void *restrict source, size_t size)
{
    void *to = destination;

    __asm__ volatile("rep movsb" : "+D"(to), "+S"(source), "+c"(size) : : "memory");
    return destination;
}

void *memset(void *destination, int byte, size_t size)
{
    void *to = destination;

    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(byte) : "memory");
    return destination;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a, *right = b;

    for (size_t i = 0; i < size; i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return 0;
}
