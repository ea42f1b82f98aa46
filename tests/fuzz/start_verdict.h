/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether an image that the loader has had started is one that it was told to start. */
#ifndef BATON_FUZZ_START_VERDICT_H
#define BATON_FUZZ_START_VERDICT_H

#include <stdbool.h>

/* Adds complaints of the image that was started last, if one was: what it is, its options and its initrd are those of
 * one entry file; or it is a unified kernel image, or one of the usual kernels, with neither. */
void start_verdict_give(void);

/* Whether loader.conf, or a variable, may make an entry the default that nobody has written. */
bool volume_names_automatic(void);

#endif
