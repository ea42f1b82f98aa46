/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of a volume that Baton boots from: the loader, a kernel, its modules and the boot entry for them. */
#ifndef BATON_BOOT_FILES_H
#define BATON_BOOT_FILES_H

#include "error.h"
#include "host_file.h"
#include "pool.h"
#include "volume.h"

/* What a person asked for; what was not given is NULL or empty. All but the paths on the volume are host files. */
struct boot_files {
    const char *loader;       /* where find_loader found it; never NULL */
    const char *kernel;       /* ELF or flat */
    const char *command_line; /* the kernel's */
    const char *log_level;
    const char *config;  /* an entry file to use instead of a generated one */
    const char *root;    /* a folder whose content goes on the volume */
    struct list modules; /* "FILE" or "FILE:NAME" */
    struct list files;   /* "SOURCE:DESTINATION" */
    bool
        without_slide; /* the kernel is put where it always is, whatever its note asks for, unless `config` has kaslr */
};

/*
 * The loader: `chosen` when it is not NULL, else $BATON_LOADER, else BOOTX64.EFI beside this program or in
 * ../share/baton. STATUS_NOT_FOUND: it is at none of these places.
 */
MUST_CHECK enum status boot_files_find_loader(struct pool *pool, const char *chosen, const char **ret_loader,
                                              struct error *error);

/*
 * Collects it all in *volume, which is finished afterwards. Where two sources name one path, `files` wins over `root`,
 * and that over what was generated. STATUS_INVALID: what was asked for contradicts itself or cannot be written down.
 */
MUST_CHECK enum status boot_files_gather(struct pool *pool, const struct boot_files *wanted,
                                         const struct scratch *scratch, struct volume *volume, struct error *error);

/*
 * Takes "FILE:NAME" apart at its last colon; a file that exists under the whole text has no name. *ret_name is NULL
 * where there is none.
 */
void boot_files_split(struct pool *pool, const char *text, const char **ret_file, const char **ret_name);

#endif
