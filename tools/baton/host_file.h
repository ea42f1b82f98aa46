/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and folders of the host. Errors name the file and say what the system said. */
#ifndef BATON_HOST_FILE_H
#define BATON_HOST_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "error.h"
#include "pool.h"

/* A folder for temporary files, under $TMPDIR or /tmp. All zero: there is none. */
struct scratch {
    const char *path; /* absolute */
};

MUST_CHECK enum status scratch_make(struct pool *pool, struct scratch *ret_scratch, struct error *error);

/* Removes the folder with all that is in it. Nothing happens when there is none. */
void scratch_remove(struct scratch *scratch);

/* The absolute path of what exists at `path`, without symbolic links. */
MUST_CHECK enum status host_file_resolve(struct pool *pool, const char *path, const char **ret_path,
                                         struct error *error);

/* Is a regular file or device there that this person may read? Folders are refused. */
MUST_CHECK enum status host_file_check(const char *path, uint64_t *ret_size, struct error *error);

/* The first bytes, at most `limit`; fewer when the file is shorter. */
MUST_CHECK enum status host_file_read(struct pool *pool, const char *path, size_t limit, struct bytes *ret_bytes,
                                      struct error *error);

/* `size` bytes from `offset` on; fewer when the file ends before. */
MUST_CHECK enum status host_file_read_at(struct pool *pool, const char *path, uint64_t offset, size_t size,
                                         struct bytes *ret_bytes, struct error *error);

/* The last bytes of a file that may not exist, at most `limit`, as a string: bytes that are 0 become blanks. */
const char *host_file_tail(struct pool *pool, const char *path, size_t limit);

/* Makes or overwrites the file. */
MUST_CHECK enum status host_file_write(const char *path, struct bytes bytes, struct error *error);

/* Copies the bytes; the copy is a new file that its owner may write. */
MUST_CHECK enum status host_file_copy(struct pool *pool, const char *from, const char *to, struct error *error);

/*
 * A new empty file beside `path`, which will take its name when it is complete. `path` may not be there yet or must be
 * a regular file: the name of a device or folder is never taken.
 */
MUST_CHECK enum status host_file_begin(struct pool *pool, const char *path, const char **ret_temporary,
                                       struct error *error);
MUST_CHECK enum status host_file_finish(const char *temporary, const char *path, struct error *error);

/* What stands behind the last slash. */
const char *host_file_name(const char *path);

/* The folder that this program's own file is in. */
MUST_CHECK enum status host_file_own_folder(struct pool *pool, const char **ret_folder, struct error *error);

#endif
