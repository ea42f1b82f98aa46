/* SPDX-License-Identifier: 0BSD */
/*
 * A page allocator. It takes its pages from the baton's memory map, one after the other, and needs no memory of its
 * own: pages that are given back hold the list of themselves.
 */
#ifndef TOUR_PAGES_H
#define TOUR_PAGES_H

#include <stdint.h>

#include <baton/baton.h>

struct pages {
    const struct baton_list *map;
    uint64_t direct_map;              /* where physical address 0 is mapped */
    uint32_t kinds;                   /* the set of kinds that is handed out (kinds.h) */
    const struct baton_memory *range; /* the map's entry that pages are cut from; NULL: none is left */
    uint64_t used;                    /* bytes of it that are handed out */
    void *returned;                   /* the first page that was given back; its first word points to the next */
};

/* `baton` must outlive `pages`. */
void pages_start(struct pages *pages, const struct baton *baton, uint32_t kinds);

/* One page, not cleared; NULL when there is none. */
void *pages_allocate(struct pages *pages);

/* Takes back a page that pages_allocate gave. */
void pages_free(struct pages *pages, void *page);

/* Between a page's address and its physical address. */
void *pages_address(const struct pages *pages, uint64_t physical);
uint64_t pages_physical(const struct pages *pages, const void *page);

#endif
