/* SPDX-License-Identifier: BSD-2-Clause */
/* The note of the variants that have one; the Makefile says what they ask for. */
#include "selfcheck.h"

#ifndef REQUIRED
#define REQUIRED    0ULL
#define WANTED      0ULL
#define LEAST_STACK 0
#define LEAST_RAM   0
#endif

BATON_WISHES(REQUIRED, WANTED, LEAST_STACK, LEAST_RAM);
