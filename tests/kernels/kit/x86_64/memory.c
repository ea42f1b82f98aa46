/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes in numbers; what compilers call by themselves. */
#include "memory.h"
#include "kit.h"

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

void memory_fill(uint64_t *words, uint64_t word, uint64_t size)
{
    uint64_t count = size / sizeof(*words);

    __asm__ volatile("rep stosq" : "+D"(words), "+c"(count) : "a"(word) : "memory");
}
