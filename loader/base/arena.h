/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scratch room that the caller gives, handed out from its start and given back all at once. Pure code has no other
 * memory. When it is used up the pure function returns STATUS_NEED_ROOM, and the caller comes again with more.
 */
#ifndef BATON_ARENA_H
#define BATON_ARENA_H

#include <stddef.h>
#include <stdint.h>

#include "text.h"

struct arena {
    uint8_t *base;
    size_t size; /* bytes */
    size_t used; /* bytes */
};

/* Zeroed room for `count` elements of `size` bytes, aligned to 16; NULL when it does not fit. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* A copy that ends with a NUL; NULL when it does not fit. */
char *arena_string(struct arena *arena, struct text text);

#endif
