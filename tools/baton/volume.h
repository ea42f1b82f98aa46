/* SPDX-License-Identifier: BSD-2-Clause */
/* What shall be on a FAT volume: files with their paths, and where each one's bytes come from. */
#ifndef BATON_VOLUME_H
#define BATON_VOLUME_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "host_file.h"
#include "pool.h"

struct volume_file {
    const char *path;   /* on the volume: absolute, '/' between the parts */
    const char *source; /* a file of the host; NULL for a folder */
    uint64_t size;      /* bytes; 0 for a folder */
};

/* All zero is the empty volume. */
struct volume {
    struct volume_file *files;
    size_t count;
    size_t capacity;
};

/*
 * Adds the host's file `source` as `path`, which may lack the first slash; what the path named before is replaced.
 * STATUS_INVALID: a path that FAT cannot have, or a file of 4 GiB or more.
 */
MUST_CHECK enum status volume_add(struct pool *pool, struct volume *volume, const char *path, const char *source,
                                  struct error *error);

/* Adds a file that holds `text`; its bytes are kept in `scratch`. */
MUST_CHECK enum status volume_add_text(struct pool *pool, struct volume *volume, const struct scratch *scratch,
                                       const char *path, const char *text, struct error *error);

/* Adds all that is in the host's folder `source`, with its folders. Symbolic links are followed. */
MUST_CHECK enum status volume_add_folder(struct pool *pool, struct volume *volume, const char *source,
                                         struct error *error);

/* What `path` names; NULL for nothing. As on FAT, upper and lower case are the same. */
const struct volume_file *volume_find(const struct volume *volume, const char *path);

/*
 * Adds the folders that the files are in, and sorts so that a folder stands before what is in it and the order
 * depends on nothing but the paths. STATUS_INVALID: a file is where a folder must be. Call it last.
 */
MUST_CHECK enum status volume_finish(struct pool *pool, struct volume *volume, struct error *error);

#endif
