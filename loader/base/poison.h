/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that nobody may touch until it is handed out. On the host, under AddressSanitizer, who does ends the program;
 * a boot loader has nothing that would watch. */
#ifndef BATON_POISON_H
#define BATON_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define BATON_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BATON_POISON 1
#endif
#endif

#ifdef BATON_POISON
#include <sanitizer/asan_interface.h>

static inline void poison(const void *memory, size_t size)
{
    __asan_poison_memory_region(memory, size);
}

static inline void unpoison(const void *memory, size_t size)
{
    __asan_unpoison_memory_region(memory, size);
}
#else
static inline void poison(const void *memory, size_t size)
{
    (void)memory;
    (void)size;
}

static inline void unpoison(const void *memory, size_t size)
{
    (void)memory;
    (void)size;
}
#endif

#endif
