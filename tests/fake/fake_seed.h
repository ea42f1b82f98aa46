/* SPDX-License-Identifier: BSD-2-Clause */
/* The random seed for Linux: where the firmware lists it, and what a program that is started finds there. */
#ifndef BATON_FAKE_SEED_H
#define BATON_FAKE_SEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/boot_services.h"
#include "bytes.h"

#define FAKE_SEED_PATH "/loader/random-seed"
#define FAKE_SEED_SIZE 32

void fake_seed_start(void);
void fake_seed_install(EFI_BOOT_SERVICES *boot);

/* As a program reads it: the seed, or nothing when none is listed, or another's. Complains of a
 * seed that is not as Linux wants it, and of secrets that the loader has kept. */
struct bytes fake_seed_read(void);

/* As Linux does: another one takes its place, and it is freed. */
void fake_seed_take(void);

#endif
