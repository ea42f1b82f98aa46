/* SPDX-License-Identifier: BSD-2-Clause */
/* What the direct map does with the memory of the kernel's map, by its kinds. */
#ifndef BATON_MEMORY_RUNS_H
#define BATON_MEMORY_RUNS_H

#include "memory_map.h"

/* Adjacent entries that the direct map holds with the same permissions, or one entry that it does not hold. */
struct memory_run {
    size_t count;        /* entries */
    uint64_t base, size; /* bytes */
    bool held;
    bool free; /* the kernel can do without all of it */
    uint32_t permissions;
};

/* The run that begins with the first of `count` entries, at least one. */
struct memory_run memory_run_find(const struct baton_memory *entries, size_t count);

#endif
