/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the parts of the hand-off lie: what the plan tells build and seal. */
#ifndef BATON_LAYOUT_H
#define BATON_LAYOUT_H

#include "plan.h"
#include "protocol.h"

/* Offsets into the baton's request. The baton itself is its first page. */
struct baton_layout {
    uint64_t framebuffers; /* struct baton_framebuffer for each of the facts' */
    uint64_t modules;      /* struct baton_module for each module */
    uint64_t timings;      /* struct baton_timing for each stage */
    uint64_t strings;      /* NUL-terminated, one after the other */
    uint64_t log;          /* LOG_RING_SIZE + 1 bytes */
    uint64_t size;         /* bytes, page-aligned */
};

struct baton_plan {
    struct baton_layout layout;
    struct placed_range *placed; /* room for plan->request_count + facts->framebuffer_count */
    uint64_t kernel_address;     /* where the kernel's first page runs */
};

/* The parts follow one another, each aligned to 16 bytes. False when the sizes are absurd. */
MUST_CHECK bool baton_layout_make(const struct plan_input *input, struct baton_layout *ret_layout);

void baton_build(const struct plan_input *input, const struct plan *plan);
uint64_t baton_seal(const struct plan_input *input, const struct plan *plan, const struct efi_map *final_map);
void baton_stamp(const struct plan *plan, const struct stage_times *times);

#endif
