/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds Baton's loaders, one for each architecture. */
#ifndef BATON_LOADERS_H
#define BATON_LOADERS_H

#include "architecture.h"
#include "error.h"
#include "pool.h"

/* Paths, by architecture; NULL where there is none. */
struct loaders {
    const char *paths[ARCHITECTURE_COUNT];
};

/*
 * The files that a person gave as loaders: their content tells what for. STATUS_INVALID: one is no EFI application for
 * an architecture here, or two are for the same.
 */
MUST_CHECK enum status loaders_take(struct pool *pool, const struct list *files, struct loaders *ret_taken,
                                    struct error *error);

/*
 * The loader for an architecture: the one of `taken`, else $BATON_LOADER when that is for it, else the one that came
 * with this program: BOOTX64.EFI or whatever it is called, beside it or in ../share/baton. STATUS_NOT_FOUND: it is at
 * none of these places.
 */
MUST_CHECK enum status loaders_find(struct pool *pool, const struct loaders *taken,
                                    const struct architecture *architecture, const char **ret_loader,
                                    struct error *error);

/* What a loader is called on the boot volume. */
const char *loaders_volume_path(struct pool *pool, const struct architecture *architecture);

#endif
