/* SPDX-License-Identifier: BSD-2-Clause */
/* The size of the picture (UEFI 2.10, section 12.9.2). */
#ifndef BATON_VIDEO_H
#define BATON_VIDEO_H

#include "ledger.h"

/*
 * Sets every screen that has a mode of this size, in pixels, to it, when the mode has a framebuffer that a kernel could
 * write to; one with 32 bits to a pixel rather than another. The modes that were set are noted in the ledger. Which
 * framebuffers there are is to be found out anew after it, and after it is undone.
 *
 * A size that no screen has is a line in the log that names some that there are, and nothing changes; a screen that
 * fails is a line too. STATUS_NO_MEMORY: the ledger cannot grow.
 */
MUST_CHECK enum status video_set_size(struct ledger *ledger, uint32_t width, uint32_t height, struct error *error);

#endif
