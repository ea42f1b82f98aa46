/* SPDX-License-Identifier: 0BSD */
#include "pages.h"

#include "kinds.h"

/* The next entry of a kind that is handed out; `range` NULL: the first. */
static const struct baton_memory *next_range(const struct pages *pages, const struct baton_memory *range)
{
    do
        range = baton_next(pages->map, range);
    while (range && !kind_is_in(range->kind, pages->kinds));
    return range;
}

void pages_start(struct pages *pages, const struct baton *baton, uint32_t kinds)
{
    pages->map = &baton->memory_map;
    pages->direct_map = baton->direct_map.base;
    pages->kinds = kinds;
    pages->range = next_range(pages, NULL);
    pages->used = 0;
    pages->returned = NULL;
}

void *pages_allocate(struct pages *pages)
{
    void *page = pages->returned;

    if (page) {
        pages->returned = *(void **)page;
        return page;
    }
    if (!pages->range)
        return NULL;
    page = pages_address(pages, pages->range->base + pages->used);
    pages->used += BATON_PAGE_SIZE;
    if (pages->used == pages->range->size) {
        pages->range = next_range(pages, pages->range);
        pages->used = 0;
    }
    return page;
}

void pages_free(struct pages *pages, void *page)
{
    *(void **)page = pages->returned;
    pages->returned = page;
}

void *pages_address(const struct pages *pages, uint64_t physical)
{
    return (void *)(uintptr_t)(pages->direct_map + physical);
}

uint64_t pages_physical(const struct pages *pages, const void *page)
{
    return (uint64_t)(uintptr_t)page - pages->direct_map;
}
