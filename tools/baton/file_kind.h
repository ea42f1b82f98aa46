/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file is that a person wants to run, told by its content. */
#ifndef BATON_FILE_KIND_H
#define BATON_FILE_KIND_H

#include "bytes.h"
#include "error.h"

#define FILE_KIND_HEAD_SIZE 4096 /* so many bytes from the file's start suffice */

enum file_kind {
    FILE_KIND_ELF,  /* a kernel; whether it is a good one is for the loader to say */
    FILE_KIND_FLAT, /* a flat kernel: a name in .bin, and none of the others */
    FILE_KIND_EFI,  /* an EFI application for one of the architectures */
    FILE_KIND_DISK, /* a raw disk image with a GPT or a boot sector */
};

/* `path` serves the error and the ending .bin. STATUS_INVALID: it is none of these. */
MUST_CHECK enum status file_kind_tell(const char *path, struct bytes head, enum file_kind *ret_kind,
                                      struct error *error);

#endif
