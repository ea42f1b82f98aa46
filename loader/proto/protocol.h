/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kind of kernel expects, as one table of pure functions. The flow knows kinds of kernels by this table only.
 */
#ifndef BATON_PROTOCOL_H
#define BATON_PROTOCOL_H

#include "plan.h"
#include "stage.h"

struct protocol {
    const char *name;

    /* Whether this is such a kernel, by its first bytes and by what the entry says. */
    bool (*recognise)(const struct plan_input *input);

    /* The entry's files that such a kernel takes besides its own. */
    struct entry_files (*companions)(const struct entry *entry);

    /*
     * Makes the plan, with all arrays in `arena`. Everything that can be refused is refused here. Besides its own
     * failures: STATUS_NEED_BYTES with `ret_want` set, and STATUS_NEED_ROOM; then the caller comes again.
     */
    enum status (*plan)(const struct plan_input *input, struct arena *arena, struct plan *ret_plan,
                        struct plan_want *ret_want, struct error *error);

    /* ---- these only where plans end with PLAN_LEAVE ---- */

    /* Fills in what does not depend on the final map. The requests are reserved and loaded. */
    void (*build)(const struct plan_input *input, const struct plan *plan);

    /*
     * Fills in the rest from the final map, which lies in the maps' request, without a call to the firmware. Returns
     * the physical address of the page tables' root.
     */
    uint64_t (*seal)(const struct plan_input *input, const struct plan *plan, const struct efi_map *final_map);

    /* The last act before the jump: notes when each stage ended. */
    void (*stamp)(const struct plan *plan, const struct stage_times *times);

    /* What the kernel gets as its argument: a virtual address. */
    uint64_t (*argument)(const struct plan *plan);
};

/* The protocol that a kernel speaks; NULL when none here knows it. */
const struct protocol *protocol_recognise(const struct plan_input *input);

/* Refuses a kernel that no protocol knows: says what it looks like, and what to do. */
MUST_CHECK enum status protocol_refuse(const struct plan_input *input, struct error *error);

extern const struct protocol protocol_baton;
extern const struct protocol protocol_efi_image;

#endif
