/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine and a volume for the whole loader, out of a fuzzer's bytes: a scenario of tests/fake or an empty volume,
 * and then changes to it, one after the other, until the bytes are used up.
 */
#ifndef BATON_FUZZ_LOADER_CASE_H
#define BATON_FUZZ_LOADER_CASE_H

#include "fake.h"
#include "input.h"

#define LOADER_CASE_CALLS 600 /* of which each can be made to fail by itself */

struct loader_case {
    struct fake_setup setup;
    struct fake_injection injection;
    uint8_t failures[LOADER_CASE_CALLS];
    size_t place; /* the last call that has a failure of its own, and those before it; 0: none yet */
};

/* All that it points to lasts until the end of the run. */
void loader_case_make(struct input *input, struct loader_case *ret_case);

#endif
