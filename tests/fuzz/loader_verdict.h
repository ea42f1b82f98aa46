/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a run of the whole loader came out well, when nobody knows beforehand how it should. */
#ifndef BATON_FUZZ_LOADER_VERDICT_H
#define BATON_FUZZ_LOADER_VERDICT_H

#include "fake.h"

/*
 * Runs the loader and adds complaints (fake_complain):
 *
 *     A jump is judged as those of `make fault` are. What is expected is read off the volume, where the baton says that
 *     its kernel and its modules come from, and nothing may lack that the kernel's note requires.
 *     An image that was started is one that is asked for, with the options and the initrd that it is to have
 *     (start_verdict.h).
 *     All else gives everything back, and shows an error on the log and the screen, not more than one for each entry.
 */
struct fake_result loader_verdict_run(const struct fake_setup *setup, const struct fake_injection *injection);

#endif
