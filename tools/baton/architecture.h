/* SPDX-License-Identifier: BSD-2-Clause */
/* The architectures that Baton boots on, their names and numbers. What else differs between them is in tables that
 * `id` is an index of. */
#ifndef BATON_ARCHITECTURE_H
#define BATON_ARCHITECTURE_H

#include <stdint.h>

#include "bytes.h"
#include "error.h"
#include "pool.h"

#define ARCHITECTURE_HEAD_SIZE 4096 /* so many bytes from a file's start suffice to tell its architecture */
#define ARCHITECTURE_NAMES     "x86_64, aarch64 or riscv64"

enum architecture_id { ARCHITECTURE_X86_64, ARCHITECTURE_AARCH64, ARCHITECTURE_RISCV64, ARCHITECTURE_COUNT };

struct architecture {
    enum architecture_id id;
    const char *name;       /* as QEMU and compilers have it: "x86_64" */
    const char *entry_name; /* as boot entries have it (UAPI.1): "x64" */
    const char *loader;     /* what firmware looks for (UEFI 2.10, 3.5.1.1): "BOOTX64.EFI" */
    const char *debugger;   /* the same machine as gdb calls it */
    uint16_t elf_machine;
    uint16_t pe_machine;
};

/* All of them, with their id as index. */
extern const struct architecture architectures[ARCHITECTURE_COUNT];

/* What a person means by `word`, such as "aarch64" or "arm64". STATUS_INVALID: none; the error lists what there is. */
MUST_CHECK enum status architecture_parse(const char *word, const struct architecture **ret_architecture,
                                          struct error *error);

/* What an ELF file or EFI image that begins with these bytes is built for; NULL when that is none here, or cannot be
 * told. */
const struct architecture *architecture_of(struct bytes head);

/* The machine's number in an ELF header, for whom any is right. */
uint16_t architecture_elf_machine(struct bytes head);

/* What architecture_of tells, of the host's file `path`. NULL also when it cannot be read. */
const struct architecture *architecture_of_file(struct pool *pool, const char *path);

#endif
