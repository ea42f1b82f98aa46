/* SPDX-License-Identifier: BSD-2-Clause */
/* What hooks.c and thunks.S share: every service that the loader can call goes by a thunk that counts it. */
#ifndef BATON_TESTS_HOOKS_H
#define BATON_TESTS_HOOKS_H

#include <stdint.h>

#define HOOKS_SERVICES 44 /* pointers in EFI_BOOT_SERVICES after its header */
#define HOOKS_CONSOLE  9  /* in EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL */
#define HOOKS          (HOOKS_SERVICES + HOOKS_CONSOLE)
#define HOOKS_THUNK    64 /* bytes */

extern const uint8_t hooks_thunks[HOOKS][HOOKS_THUNK];
extern void *hooks_targets[HOOKS];  /* where each thunk goes on */
extern uint64_t hooks_calls[HOOKS]; /* calls that came from the image */
extern uint64_t hooks_since_map;    /* of all of them, since the last memory map */
extern uint64_t hooks_image_base;
extern uint64_t hooks_image_size;

#endif
