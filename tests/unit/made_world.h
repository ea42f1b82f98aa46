/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machines by chance, with a plan whose requests lie somewhere in their memory: what the address space is built from.
 * Nothing of it is real memory; addresses are only numbers.
 */
#ifndef BATON_TEST_MADE_WORLD_H
#define BATON_TEST_MADE_WORLD_H

#include "made_spans.h"
#include "plan.h"

#define WORLD_REQUESTS 8
#define WORLD_PARTS    4 /* protections and mappings of one request */

struct world {
    struct spans spans;
    struct made_map map; /* what the spans look like */
    struct facts facts;
    struct plan plan;
    struct plan_request requests[WORLD_REQUESTS];
    struct plan_place places[WORLD_REQUESTS];
    struct plan_mapping mappings[WORLD_REQUESTS * WORLD_PARTS];
    struct plan_protection protections[WORLD_REQUESTS * WORLD_PARTS];
    struct baton_memory *entries; /* the map, sealed */
    size_t entry_count;
    struct memory_map_room room;
};

/* What worlds are like. */
struct world_size {
    uint64_t span_pages;    /* at the most */
    uint64_t request_pages; /* at the most */
    size_t spans;
};

/* A machine, a plan, and the map sealed as it is before anything is reserved. */
void world_start(struct world *world, struct chance *chance, const struct world_size *size);
void world_end(struct world *world);

/* Finds a place for every request. From the first for which there is none on they leave the plan. */
void world_reserve(struct world *world, struct chance *chance);

/* What may still happen before the map is final: firmware takes memory for itself. */
void world_dig_holes(struct world *world, struct chance *chance, unsigned holes);

/* The map as it is now is sealed, the requests labelled. */
void world_seal(struct world *world);

#endif
