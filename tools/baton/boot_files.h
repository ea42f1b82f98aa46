/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a volume that Baton boots from: loaders, kernels, their modules and the boot entries for them. */
#ifndef BATON_BOOT_FILES_H
#define BATON_BOOT_FILES_H

#include "architecture.h"
#include "error.h"
#include "host_file.h"
#include "loaders.h"
#include "pool.h"
#include "volume.h"

struct boot_kernel {
    const char *path; /* ELF or flat, or an EFI program */
    const struct architecture *architecture;
};

/* What a person asked for; what was not given is NULL or empty. All but the paths on the volume are host files. */
struct boot_files {
    struct loaders loaders; /* those to put on the volume */
    const struct boot_kernel *kernels;
    size_t kernel_count;
    const char *command_line; /* the kernels' */
    const char *log_level;
    const char *config;       /* an entry file to use instead of a generated one */
    const char *root;         /* a folder whose content goes on the volume */
    struct list loader_files; /* that a person gave */
    struct list modules;      /* "FILE" or "FILE:NAME" */
    struct list files;        /* "SOURCE:DESTINATION" */
    bool
        without_slide; /* the kernel is put where it always is, whatever its note asks for, unless `config` has kaslr */
};

/*
 * Collects it all in *volume, which is finished afterwards. With several loaders each generated entry says what machine
 * it is for; with several kernels the first one of those for a machine is its default. Where two sources name one path,
 * `files` wins over `root`, and that over what was generated. STATUS_INVALID: what was asked for contradicts itself or
 * cannot be written down.
 */
MUST_CHECK enum status boot_files_gather(struct pool *pool, const struct boot_files *wanted,
                                         const struct scratch *scratch, struct volume *volume, struct error *error);

/*
 * Takes "FILE:NAME" apart at its last colon; a file that exists under the whole text has no name. *ret_name is NULL
 * where there is none.
 */
void boot_files_split(struct pool *pool, const char *text, const char **ret_file, const char **ret_name);

#endif
