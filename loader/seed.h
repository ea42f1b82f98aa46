/* SPDX-License-Identifier: BSD-2-Clause */
/* The random seed for what the firmware starts (core/random_seed.h). A boot can do without it. */
#ifndef BATON_SEED_H
#define BATON_SEED_H

#include "boot.h"

/*
 * Gives a seed to the image that is about to be started, and puts the next one on the disk before. Where that fails, or
 * where none may be made, there is a line in the log, and no seed. The ledger takes it back.
 *
 * Whatever the image is gets one, as with systemd-boot: a unified kernel, GRUB or another boot loader hands it on to
 * the Linux that it starts, and nothing tells what an image will start. `secure_boot` says whether Secure Boot is
 * enforced.
 */
void seed_give(struct boot *boot, bool secure_boot);

#endif
