/* SPDX-License-Identifier: BSD-2-Clause */
/* PT_GNU_RELRO: pages of data that are constant once the kernel is relocated. */
#ifndef BATON_IMAGE_RELRO_H
#define BATON_IMAGE_RELRO_H

#include "image.h"

/*
 * Takes PERMIT_WRITE from the whole pages of `relro` in the image's runs, which have room for two more. The first page
 * counts as whole when the range begins where its segment does and no other segment ends in that page; a last page that
 * the range does not fill stays writable (linkers fill it). Fails with STATUS_INVALID, and nothing changed, when a page
 * of the range is not writable in the first place.
 */
MUST_CHECK enum status image_apply_relro(const char *name, const struct elf_segment *relro, struct image *image,
                                         struct error *error);

#endif
