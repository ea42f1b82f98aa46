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
    unsigned tries;  /* calls to ExitBootServices */
    uint64_t needed; /* bytes that the map needs, spare room included, when its room was too small */
};

/* Where GetMemoryMap writes. */
struct leave_room {
    void *memory;
    uint64_t size; /* bytes */
};

/*
 * Takes the memory map into `room` and exits with its key, with no other call between the two, up to LEAVE_TRIES times.
 * On STATUS_OK there are no boot services any more and `ret_map` is the final map. STATUS_NEED_ROOM: come again with
 * state->needed bytes. STATUS_DEVICE: the firmware does not let go; the error is the end of a sentence.
 */
MUST_CHECK enum status leave(const struct firmware *firmware, struct leave_state *state, struct leave_room room,
                             struct efi_map *ret_map, struct error *error);

#endif
