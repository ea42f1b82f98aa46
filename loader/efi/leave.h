/* SPDX-License-Identifier: BSD-2-Clause */
/* The way out of boot services (UEFI 2.10, section 7.4.6). */
#ifndef BATON_LEAVE_H
#define BATON_LEAVE_H

#include <stdbool.h>

#include "efi_map.h"
#include "firmware.h"

#define LEAVE_TRIES 16

/* What happened so far. After the first try to exit, only memory allocation services and ExitBootServices are legal. */
struct leave_state {
    unsigned tries;         /* calls to ExitBootServices */
    EFI_STATUS last_result; /* of the last call to either service */
};

/*
 * Takes the memory map into `room` of `size` bytes and exits with its key, with no other call between the two, up to
 * LEAVE_TRIES times. On STATUS_OK there are no boot services any more and `ret_map` is the final map. STATUS_NEED_ROOM:
 * the map needs `ret_needed` bytes, spare room included; come again with a larger room. STATUS_DEVICE: the firmware
 * does not let go.
 */
MUST_CHECK enum status leave(const struct firmware *firmware, struct leave_state *state, void *room, uint64_t size,
                             struct efi_map *ret_map, uint64_t *ret_needed);

#endif
