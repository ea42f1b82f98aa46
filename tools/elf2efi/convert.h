/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef BATON_ELF2EFI_CONVERT_H
#define BATON_ELF2EFI_CONVERT_H

#include "arena.h"
#include "bytes.h"
#include "error.h"

/* The ELF file and what goes into the image beside it. */
struct convert_input {
    const char *name; /* of the ELF file, in messages */
    struct bytes elf;
    struct bytes sbat; /* the content of a section .sbat; without any there is none */
};

/*
 * Turns a static-PIE ELF file into an EFI application (layout.h says what the ELF file must look like;
 * loader/loader.lds makes it so). The result is in `arena`. Fails with STATUS_INVALID, STATUS_UNSUPPORTED, or with
 * STATUS_NEED_ROOM: come again with a larger arena.
 */
MUST_CHECK enum status convert_elf(const struct convert_input *input, struct arena *arena, struct bytes *ret_efi,
                                   struct error *error);

#endif
