/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of the host command: strings and lists that all live until the command ends. When the host has no memory
 * left, the program ends with a message.
 */
#ifndef BATON_POOL_H
#define BATON_POOL_H

#include <stddef.h>

struct pool_block;

struct pool {
    struct pool_block *newest;
};

/* A list of strings with a NULL behind the last one, so that `items` can be an argv. All zero is the empty list. */
struct list {
    const char **items;
    size_t count;
    size_t capacity;
};

/* `size` zeroed bytes, aligned for anything. */
void *pool_take(struct pool *pool, size_t size);

/* The array `items` of *capacity elements of `size` bytes with room for `wanted`; it may have moved. */
void *pool_grow(struct pool *pool, void *items, size_t wanted, size_t *capacity, size_t size);

/* What printf would print. */
char *pool_format(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The first `length` bytes of `string`, and a NUL. */
char *pool_copy(struct pool *pool, const char *string, size_t length);

/* Frees everything that was taken. */
void pool_free(struct pool *pool);

/* Appends; the string itself is not copied. */
void list_add(struct pool *pool, struct list *list, const char *string);

/* The strings with one space between them; "" for none. */
char *list_join(struct pool *pool, const struct list *list);

#endif
