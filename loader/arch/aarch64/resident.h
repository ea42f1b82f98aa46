/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stays in memory behind the loader: the trampoline into the kernel, and the last-gasp handler, which reports
 * exceptions until the kernel has vectors of its own.
 *
 * Its code, constants included, is one run of the loader's image (loader.lds), copied as it is. It refers to nothing
 * outside and holds no absolute address (resident.lds proves it), so it runs at the copy's physical address too. The
 * data pages behind it are at an address of the kernel's:
 *
 *     code     read and execute; in the direct map of a high kernel read only
 *     stack    the handler's. Below it are pages that cannot be written: its guard
 *     tables   struct resident_tables, right above the stack's top
 */
#ifndef BATON_RESIDENT_H
#define BATON_RESIDENT_H

#include "gasp.h"

#define RESIDENT_STACK 8192ULL
#define RESIDENT_DATA  (RESIDENT_STACK + 4096) /* bytes: the stack and the tables */

struct resident_tables {
    struct gasp gasp;
};

_Static_assert(sizeof(struct resident_tables) <= 4096, "the tables are one page");

#pragma GCC visibility push(hidden)

/* Everything that is copied. Its first instruction is the trampoline's. */
extern const uint8_t resident_start[], resident_end[];

/* The place in the code where the top of the handler's stack is written, as an address of the kernel's. */
extern const uint8_t gasp_stack_top[];

#pragma GCC visibility pop

#endif
