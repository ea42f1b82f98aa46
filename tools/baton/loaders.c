/* SPDX-License-Identifier: BSD-2-Clause */
#include "loaders.h"

#include <stdlib.h>
#include <unistd.h>

#include "host_file.h"
#include "pe.h"

/* The absolute path of a loader, and what it is for. */
static enum status look_at(struct pool *pool, const char *file, const char **ret_path,
                           const struct architecture **ret_architecture, struct error *error)
{
    const struct architecture *architecture = NULL;
    struct bytes head;
    enum status status = host_file_resolve(pool, file, ret_path, error);

    if (status == STATUS_OK)
        status = host_file_read(pool, file, ARCHITECTURE_HEAD_SIZE, &head, error);
    if (status != STATUS_OK)
        return status;
    if (pe_is(head))
        architecture = architecture_of(head);
    if (!architecture)
        return error_set(error, STATUS_INVALID,
                         "%s: this is no loader: it is not an EFI application for " ARCHITECTURE_NAMES, file);
    *ret_architecture = architecture;
    return STATUS_OK;
}

enum status loaders_take(struct pool *pool, const struct list *files, struct loaders *ret_taken, struct error *error)
{
    struct loaders taken = {{NULL}};

    for (size_t i = 0; i < files->count; i++) {
        const struct architecture *architecture;
        const char *path;
        enum status status = look_at(pool, files->items[i], &path, &architecture, error);

        if (status != STATUS_OK)
            return status;
        if (taken.paths[architecture->id])
            return error_set(error, STATUS_INVALID, "--loader %s: %s is for %s, too", files->items[i],
                             taken.paths[architecture->id], architecture->name);
        taken.paths[architecture->id] = path;
    }
    *ret_taken = taken;
    return STATUS_OK;
}

/* The one that came with this program. */
static enum status find_own(struct pool *pool, const struct architecture *architecture, const char **ret_loader,
                            struct error *error)
{
    const char *folder;
    const char *places[2];
    enum status status = host_file_own_folder(pool, &folder, error);

    if (status != STATUS_OK)
        return status;
    places[0] = pool_format(pool, "%s/%s", folder, architecture->loader);
    places[1] = pool_format(pool, "%s/../share/baton/%s", folder, architecture->loader);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (access(places[i], R_OK) == 0)
            return host_file_resolve(pool, places[i], ret_loader, error);
    }
    return error_set(error, STATUS_NOT_FOUND,
                     "the loader for %s, %s, is neither beside this program nor in %s/../share/baton: build it "
                     "with make, or say where it is with --loader or $BATON_LOADER",
                     architecture->name, architecture->loader, folder);
}

enum status loaders_find(struct pool *pool, const struct loaders *taken, const struct architecture *architecture,
                         const char **ret_loader, struct error *error)
{
    const char *from_environment = getenv("BATON_LOADER");
    const struct architecture *is_for = NULL;
    const char *path = taken->paths[architecture->id];

    if (!path && from_environment && *from_environment != '\0') {
        enum status status = look_at(pool, from_environment, &path, &is_for, error);

        if (status != STATUS_OK)
            return status;
        if (is_for != architecture)
            path = NULL;
    }
    if (!path)
        return find_own(pool, architecture, ret_loader, error);
    *ret_loader = path;
    return STATUS_OK;
}

const char *loaders_volume_path(struct pool *pool, const struct architecture *architecture)
{
    return pool_format(pool, "/EFI/BOOT/%s", architecture->loader);
}
