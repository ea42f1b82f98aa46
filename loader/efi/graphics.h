/* SPDX-License-Identifier: BSD-2-Clause */
/* Screens, as the graphics output protocol describes them (UEFI 2.10, section 12.9). */
#ifndef BATON_GRAPHICS_H
#define BATON_GRAPHICS_H

#include "abi/graphics_output.h"
#include "facts.h"
#include "firmware.h"

/*
 * The framebuffers that a kernel could write to, with their EDIDs, into `facts`, in place of those there; `address`,
 * `edid` and `edid_size` are not set. A screen without a framebuffer (PixelBltOnly, or no base address) and a machine
 * without a screen are facts, not failures.
 */
void graphics_find(const struct firmware *firmware, struct facts *facts);

/* The handles of all screens, from the pool and the caller's to free; NULL when the count is 0. */
size_t graphics_handles(const struct firmware *firmware, EFI_HANDLE **ret_handles);

/* The screen with this handle; NULL when it is gone or says nothing of its mode. `Mode` and its `Info` are not NULL. */
EFI_GRAPHICS_OUTPUT_PROTOCOL *graphics_of(const struct firmware *firmware, EFI_HANDLE handle);

/* The masks and the bits of a pixel. False for a format that has no framebuffer to write to. */
bool graphics_read_format(const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info, struct baton_framebuffer *framebuffer);

#endif
