/* SPDX-License-Identifier: BSD-2-Clause */
/* What compilers call by themselves and a freestanding program must supply (arch/ has them; the host's libc too). */
#ifndef BATON_MEMORY_H
#define BATON_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t size);
void *memmove(void *destination, const void *source, size_t size);
void *memset(void *destination, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* Zeros for a secret, also where a compiler sees that nobody reads the memory any more. */
static inline void memory_wipe(void *memory, size_t size)
{
    memset(memory, 0, size);
    __asm__ volatile("" : : "r"(memory) : "memory");
}

#endif
