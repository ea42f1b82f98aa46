/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the parts of the hand-off lie: what the plan tells build and seal. */
#ifndef BATON_LAYOUT_H
#define BATON_LAYOUT_H

#include "baton_kernel.h"
#include "plan.h"
#include "protocol.h"

/* Offsets into the baton's request. The baton itself is its first page. */
struct baton_layout {
    uint64_t framebuffers; /* struct baton_framebuffer for each of the facts' */
    uint64_t edids;        /* FACTS_EDID_SIZE bytes for each of them */
    uint64_t modules;      /* struct baton_module for each module */
    uint64_t timings;      /* struct baton_timing for each stage */
    uint64_t tables;       /* struct table_copies */
    uint64_t device_tree;  /* facts->device_tree.size bytes */
    uint64_t strings;      /* NUL-terminated, one after the other */
    uint64_t log;          /* LOG_RING_SIZE + 1 bytes */
    uint64_t size;         /* bytes, page-aligned */
};

struct baton_plan {
    struct baton_kernel_plan kernel;
    struct baton_layout layout;
    struct plan_map map;
    struct placed_range *placed; /* room for plan->request_count + facts_placed(facts) */
    bool has_kernel_file;
    size_t kernel_file; /* a request */
};

/* Fills in the plan's requests and mappings, and the rest of `own`, whose kernel is set. STATUS_NEED_ROOM, or a
 * refusal. */
MUST_CHECK enum status baton_requests_add(const struct plan_input *input, struct arena *arena, struct baton_plan *own,
                                          struct plan *plan, struct error *error);

/* How many of each list baton_requests_add adds at most. */
struct plan_sizes baton_requests_count(const struct plan_input *input, const struct baton_kernel_plan *kernel);

/* The parts follow one another, each aligned to 16 bytes. False when the sizes are absurd. */
MUST_CHECK bool baton_layout_make(const struct plan_input *input, struct baton_layout *ret_layout);

/* Writes the facts_placed(facts) ranges whose kind the facts know better than the firmware's map. */
void baton_list_facts(const struct facts *facts, struct placed_range *placed);

void baton_build(const struct plan_input *input, const struct plan *plan);
uint64_t baton_seal(const struct plan_input *input, const struct plan *plan, const struct efi_map *final_map);
void baton_stamp(const struct plan *plan, const struct stage_times *times);

#endif
