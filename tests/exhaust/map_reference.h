/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's memory map by docs/protocol.md, section 5, page by page: each page of a small window knows who claims
 * it. Nothing of the loader is called here.
 */
#ifndef BATON_TEST_MAP_REFERENCE_H
#define BATON_TEST_MAP_REFERENCE_H

#include <baton/baton.h>

#include <stdbool.h>
#include <stddef.h>

#define REFERENCE_PAGE  4096ULL
#define REFERENCE_PAGES 8 /* the largest window */

/* What a descriptor may be: the type and the attributes that firmware gives, and what section 5 makes of them. */
struct map_class {
    uint32_t type;
    uint64_t attributes;
    uint32_t kind;
    unsigned strictness; /* place in the order of section 5 */
    bool would_be_free;
};

/* Each type of the specification's, some that it does not know, and those that differ by attributes only. Those that
 * the long sweeps use come first. */
#define MAP_CLASSES 24
extern const struct map_class map_classes[MAP_CLASSES];

/* What the loader puts over the firmware's map. */
enum map_over { OVER_NOTHING, OVER_RESERVATION, OVER_TABLES, OVER_FRAMEBUFFER, OVER_LOADER };

struct reference {
    uint64_t base; /* of the window: where its first page is */
    size_t pages;
    struct reference_page {
        const struct map_class *winner; /* of the firmware's descriptors; NULL: none lists the page */
        bool listed_free;               /* some descriptor lists it as memory that would be free */
        enum map_over over;
        uint32_t over_kind;
    } page[REFERENCE_PAGES];
};

/* The firmware's next descriptor. */
void reference_add(struct reference *reference, const struct map_class *class, uint64_t physical, uint64_t pages);

/* A range over the firmware's map, which lies in the window. False when the rules do not say which of two ranges wins:
 * what the loader placed never overlaps. */
bool reference_place(struct reference *reference, uint64_t base, uint64_t size, uint32_t kind);

/* Merges the pages into entries, of which there is room for REFERENCE_PAGES, and returns how many there are. */
size_t reference_entries(const struct reference *reference, struct baton_memory *ret_entries);

#endif
