/* SPDX-License-Identifier: BSD-2-Clause */
#include "arena.h"

#include "checked.h"
#include "memory.h"

void *arena_take(struct arena *arena, size_t count, size_t size)
{
    uint64_t start, bytes, end;
    void *room;

    /* The base may lie anywhere, so it is the address that is aligned, not the offset. */
    if (!checked_align_up((uintptr_t)arena->base + arena->used, 16, &start))
        return NULL;
    start -= (uintptr_t)arena->base;
    if (!checked_multiply(count, size, &bytes) || !checked_add(start, bytes, &end) || end > arena->size)
        return NULL;
    room = arena->base + start;
    memset(room, 0, (size_t)bytes);
    arena->used = (size_t)end;
    return room;
}

char *arena_string(struct arena *arena, struct text text)
{
    char *string = arena_take(arena, text.length + 1, 1);

    if (string && text.length > 0)
        memcpy(string, text.data, text.length);
    return string;
}
