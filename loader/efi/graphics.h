/* SPDX-License-Identifier: BSD-2-Clause */
/* Screens, as the graphics output protocol describes them (UEFI 2.10, section 12.9). */
#ifndef BATON_GRAPHICS_H
#define BATON_GRAPHICS_H

#include "facts.h"
#include "firmware.h"

/*
 * The framebuffers that a kernel could write to, with `address` not set. A screen without one (PixelBltOnly, or no base
 * address) and a machine without a screen are facts, not failures. Returns how many, at most `capacity`.
 */
size_t graphics_find(const struct firmware *firmware, struct baton_framebuffer *framebuffers, size_t capacity);

#endif
