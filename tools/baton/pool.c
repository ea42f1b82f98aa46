/* SPDX-License-Identifier: BSD-2-Clause */
#include "pool.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pool_block {
    struct pool_block *older;
    alignas(max_align_t) unsigned char room[];
};

static _Noreturn void no_memory(void)
{
    (void)fputs("baton: this machine has no memory left\n", stderr);
    exit(EXIT_FAILURE);
}

void *pool_take(struct pool *pool, size_t size)
{
    struct pool_block *block;

    if (size > (size_t)-1 - sizeof(*block))
        no_memory();
    block = calloc(1, sizeof(*block) + size);
    if (!block)
        no_memory();
    block->older = pool->newest;
    pool->newest = block;
    return block->room;
}

void *pool_grow(struct pool *pool, void *items, size_t wanted, size_t *capacity, size_t size)
{
    size_t larger = *capacity;
    void *room;

    if (wanted <= *capacity)
        return items;
    while (larger < wanted)
        larger = larger > 0 ? larger * 2 : 16;
    room = pool_take(pool, larger * size);
    if (*capacity > 0)
        memcpy(room, items, *capacity * size);
    *capacity = larger;
    return room;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
    va_list arguments;
    char *string;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length < 0)
        no_memory();
    string = pool_take(pool, (size_t)length + 1);
    va_start(arguments, format);
    (void)vsnprintf(string, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return string;
}

char *pool_copy(struct pool *pool, const char *string, size_t length)
{
    char *copy = pool_take(pool, length + 1);

    memcpy(copy, string, length);
    return copy;
}

void pool_free(struct pool *pool)
{
    while (pool->newest) {
        struct pool_block *block = pool->newest;

        pool->newest = block->older;
        free(block);
    }
}

void list_add(struct pool *pool, struct list *list, const char *string)
{
    list->items = pool_grow(pool, list->items, list->count + 2, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = string;
    list->items[list->count] = NULL;
}

char *list_join(struct pool *pool, const struct list *list)
{
    char *joined = pool_copy(pool, "", 0);

    for (size_t i = 0; i < list->count; i++)
        joined = i == 0 ? pool_format(pool, "%s", list->items[i]) : pool_format(pool, "%s %s", joined, list->items[i]);
    return joined;
}
