/* SPDX-License-Identifier: BSD-2-Clause */
/* What Baton's protocol knows of a kernel before anything is placed, and where in the address space it will run. */
#ifndef BATON_KERNEL_H
#define BATON_KERNEL_H

#include "image.h"
#include "image_relocations.h"
#include "note.h"
#include "plan.h"

struct baton_kernel_plan {
    struct image image; /* in link addresses */
    bool flat;
    struct wishes wishes;
    struct relocations relocations; /* of a fixed kernel too: GNU ld leaves words of it to be filled in */
    struct bytes relocation_tables[RELOCATION_TABLES];
    uint64_t slide; /* run address minus link address, modulo 2^64 */
};

/*
 * Reads the kernel's headers, note and relocations, and checks all of them. The arrays come from `arena`; tables are
 * bytes of the files in `input`. STATUS_NEED_BYTES, STATUS_NEED_ROOM, or a refusal.
 */
MUST_CHECK enum status baton_kernel_read(const struct plan_input *input, struct arena *arena,
                                         struct baton_kernel_plan *ret_kernel, struct plan_want *ret_want,
                                         struct error *error);

/* Refuses a kernel that requires what this machine, or this version of Baton, does not have. `plan` has the direct map,
 * which tells which framebuffers the kernel will see. */
MUST_CHECK enum status baton_wishes_check(const struct plan_input *input, const struct baton_kernel_plan *kernel,
                                          const struct plan *plan, struct error *error);

/* Whether the kernel's note asks for a feature, as required or as wanted. */
static inline bool baton_kernel_asks(const struct baton_kernel_plan *kernel, uint64_t feature)
{
    return ((kernel->wishes.required | kernel->wishes.wanted) & feature) != 0;
}

/*
 * Chooses the slide (into `kernel`) and the direct map's base and limit (into `plan`), at random where that is asked
 * for. Fails with STATUS_UNSUPPORTED for a kernel that leaves the direct map no place, or has none itself.
 */
MUST_CHECK enum status baton_space_choose(const struct plan_input *input, struct baton_kernel_plan *kernel,
                                          struct plan *plan, struct error *error);

/* Says in the log what of that could not be as it was asked for. */
void baton_space_log(const struct plan_input *input, const struct baton_kernel_plan *kernel);

#endif
