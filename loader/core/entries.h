/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The entries of a boot volume: where they lie, which of them can be booted, what stands in for them where there are
 * none, and what is said of files that are not there. The loader and the host command say the same words.
 */
#ifndef BATON_ENTRIES_H
#define BATON_ENTRIES_H

#include "entry.h"
#include "error.h"

#define ENTRIES_LOADER_CONF "/loader/loader.conf"
#define ENTRIES_FOLDER      "/loader/entries"
#define ENTRIES_AT_MOST     1024U /* more is no configuration */

/* Whether Baton, on a machine of this architecture, boots what the entry names. What it does not is said in the log,
 * not refused. */
bool entries_can_boot(const struct entry *entry, const char *architecture);

/* Whether the entry starts this very loader: `image` is the path of its file on its own volume, as the firmware says
 * it, with backslashes (interface_write_image); "" when that is not known, which no entry is. */
bool entries_is_loader(const struct entry *entry, const char *image);

/* Puts the default first and leaves the others in their order. */
void entries_put_first(struct entry *entries, size_t index);

/* Without any configuration: the kernels that are looked for, in this order; NULL behind the last one. */
const char *entries_usual_kernel(size_t index);

/* What stands in for the entry of a usual kernel. `path` stays the caller's. */
struct entry entries_stand_in(const char *path);

/* STATUS_NOT_FOUND: none of the folder's `files` entries can be booted. */
MUST_CHECK enum status entries_refuse_all(size_t files, struct error *error);

/* STATUS_NOT_FOUND: there is no entry and no usual kernel. */
MUST_CHECK enum status entries_refuse_empty(struct error *error);

/* STATUS_NOT_FOUND: the volume has no file `path`. */
MUST_CHECK enum status entries_refuse_missing(const char *path, struct error *error);

/* STATUS_INVALID: `path` is a folder. */
MUST_CHECK enum status entries_refuse_folder(const char *path, struct error *error);

/* STATUS_INVALID: `path`, which should be the folder of the entries, is a file. */
MUST_CHECK enum status entries_refuse_file(const char *path, struct error *error);

#endif
