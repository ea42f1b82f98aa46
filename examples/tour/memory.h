/* SPDX-License-Identifier: 0BSD */
/* What compilers call by themselves, and a kernel without a C library must supply. */
#ifndef TOUR_MEMORY_H
#define TOUR_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t size);
void *memmove(void *destination, const void *source, size_t size);
void *memset(void *destination, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);

#endif
