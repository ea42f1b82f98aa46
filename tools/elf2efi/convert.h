/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_ELF2EFI_CONVERT_H
#define BATON_ELF2EFI_CONVERT_H

#include "arena.h"
#include "bytes.h"
#include "error.h"

/*
 * Turns the static-PIE ELF file `elf`, whose name in messages is `name`, into an EFI application (layout.h says what
 * the ELF file must look like; loader/loader.lds makes it so). The result is in `arena`. Fails with STATUS_INVALID,
 * STATUS_UNSUPPORTED, or with STATUS_NEED_ROOM: come again with a larger arena.
 */
MUST_CHECK enum status convert_elf(const char *name, struct bytes elf, struct arena *arena, struct bytes *ret_efi,
                                   struct error *error);

#endif
