/* SPDX-License-Identifier: 0BSD */
/* What compilers call by themselves, and a kernel without a C library must supply. */
#include "memory.h"

#include <stdint.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t size)
{
    return memmove(destination, source, size);
}

/* Volatile, so that the compiler does not make a call to memmove of the loop. */
void *memmove(void *destination, const void *source, size_t size)
{
    volatile uint8_t *to = destination;
    const volatile uint8_t *from = source;

    if ((uintptr_t)destination <= (uintptr_t)source) {
        for (size_t i = 0; i < size; i++)
            to[i] = from[i];
    } else {
        for (size_t i = size; i > 0; i--)
            to[i - 1] = from[i - 1];
    }
    return destination;
}

void *memset(void *destination, int byte, size_t size)
{
    volatile uint8_t *to = destination;

    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)byte;
    return destination;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *left = a;
    const uint8_t *right = b;

    for (size_t i = 0; i < size; i++) {
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    }
    return 0;
}
