/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What docs/protocol.md, sections 1.1 and 2, says of a file that the loader has booted, read once more and plainly:
 * what the judge of tests/fake has to look for. What should have been refused is complained of.
 */
#ifndef BATON_FUZZ_READ_KERNEL_H
#define BATON_FUZZ_READ_KERNEL_H

#include "fake_kernels.h"

/* A kernel's note; zeros without one. */
struct kernel_wishes {
    bool found;
    uint64_t required, wanted, stack, ram;
};

/* False for what it cannot tell for sure, and where it has complained. `ret_alignment`: of the physical address. The
 * words last until the end of the run. */
bool read_kernel(struct bytes file, struct fake_kernel *ret_kernel, struct kernel_wishes *ret_wishes,
                 uint64_t *ret_alignment);

#endif
