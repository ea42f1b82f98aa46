/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status fail(const char *path, struct error *error)
{
    enum status status = errno == ENOENT || errno == ENOTDIR ? STATUS_NOT_FOUND : STATUS_DEVICE;

    return error_set(error, status, "%s: %s", path, strerror(errno));
}

enum status scratch_make(struct pool *pool, struct scratch *ret_scratch, struct error *error)
{
    const char *parent = getenv("TMPDIR");
    char resolved[PATH_MAX];
    char *path;

    if (!realpath(parent && *parent != '\0' ? parent : "/tmp", resolved))
        return error_set(error, STATUS_DEVICE, "the folder for temporary files, %s: %s",
                         parent && *parent != '\0' ? parent : "/tmp", strerror(errno));
    path = pool_format(pool, "%s/baton-XXXXXX", resolved);
    if (!mkdtemp(path))
        return error_set(error, STATUS_DEVICE, "cannot make a temporary folder in %s: %s", resolved, strerror(errno));
    ret_scratch->path = path;
    return STATUS_OK;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *place)
{
    (void)stat;
    (void)type;
    (void)place;
    return remove(path);
}

void scratch_remove(struct scratch *scratch)
{
    if (scratch->path)
        (void)nftw(scratch->path, remove_one, 16, FTW_DEPTH | FTW_PHYS); /* it is only a temporary folder */
    scratch->path = NULL;
}

enum status host_file_resolve(struct pool *pool, const char *path, const char **ret_path, struct error *error)
{
    char resolved[PATH_MAX];

    if (!realpath(path, resolved))
        return fail(path, error);
    *ret_path = pool_copy(pool, resolved, strlen(resolved));
    return STATUS_OK;
}

enum status host_file_check(const char *path, uint64_t *ret_size, struct error *error)
{
    struct stat stat_buffer;

    if (stat(path, &stat_buffer) != 0 || access(path, R_OK) != 0)
        return fail(path, error);
    if (S_ISDIR(stat_buffer.st_mode))
        return error_set(error, STATUS_INVALID, "%s: this is a folder, not a file", path);
    *ret_size = (uint64_t)stat_buffer.st_size;
    return STATUS_OK;
}

enum status host_file_read_at(struct pool *pool, const char *path, uint64_t offset, size_t size,
                              struct bytes *ret_bytes, struct error *error)
{
    FILE *file = fopen(path, "re");
    uint8_t *data;
    size_t found;

    if (!file)
        return fail(path, error);
    data = pool_take(pool, size);
    if (offset > INT64_MAX || fseeko(file, (off_t)offset, SEEK_SET) != 0)
        found = 0;
    else
        found = fread(data, 1, size, file);
    if (ferror(file)) {
        enum status status = fail(path, error);

        (void)fclose(file);
        return status;
    }
    (void)fclose(file);
    *ret_bytes = (struct bytes){data, found};
    return STATUS_OK;
}

enum status host_file_read(struct pool *pool, const char *path, size_t limit, struct bytes *ret_bytes,
                           struct error *error)
{
    return host_file_read_at(pool, path, 0, limit, ret_bytes, error);
}

const char *host_file_tail(struct pool *pool, const char *path, size_t limit)
{
    FILE *file = fopen(path, "re");
    char *tail = pool_take(pool, limit + 1);
    size_t size;

    if (!file)
        return tail;
    if (fseek(file, -(long)limit, SEEK_END) != 0)
        rewind(file);
    size = fread(tail, 1, limit, file); /* what cannot be read is not shown */
    for (size_t i = 0; i < size; i++) {
        if (tail[i] == '\0')
            tail[i] = ' ';
    }
    (void)fclose(file);
    return tail;
}

static bool write_all(int file, const uint8_t *data, size_t size)
{
    while (size > 0) {
        ssize_t written = write(file, data, size);

        if (written < 0 && errno != EINTR)
            return false;
        if (written > 0) {
            data += written;
            size -= (size_t)written;
        }
    }
    return true;
}

enum status host_file_write(const char *path, struct bytes bytes, struct error *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool written;

    if (file < 0)
        return fail(path, error);
    written = write_all(file, bytes.data, bytes.size);
    if (close(file) != 0 || !written)
        return fail(path, error);
    return STATUS_OK;
}

enum status host_file_copy(struct pool *pool, const char *from, const char *to, struct error *error)
{
    struct bytes bytes;
    uint64_t size;
    enum status status = host_file_check(from, &size, error);

    if (status == STATUS_OK)
        status = host_file_read(pool, from, (size_t)size, &bytes, error);
    if (status == STATUS_OK)
        status = host_file_write(to, bytes, error);
    return status;
}

enum status host_file_begin(struct pool *pool, const char *path, const char **ret_temporary, struct error *error)
{
    struct stat stat_buffer;
    char *temporary = pool_format(pool, "%s.XXXXXX", path);
    mode_t mask = umask(0);
    int file;

    (void)umask(mask); /* there is no other way to ask for it */
    if (stat(path, &stat_buffer) == 0 && !S_ISREG(stat_buffer.st_mode))
        return error_set(error, STATUS_INVALID, "%s: this is not a file, and only a file can be written here", path);
    file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return fail(path, error);
    (void)fchmod(file, 0666 & ~mask); /* else only its owner could read it, which is no reason to fail */
    (void)close(file);
    *ret_temporary = temporary;
    return STATUS_OK;
}

enum status host_file_finish(const char *temporary, const char *path, struct error *error)
{
    if (rename(temporary, path) != 0)
        return fail(path, error);
    return STATUS_OK;
}

const char *host_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

enum status host_file_own_folder(struct pool *pool, const char **ret_folder, struct error *error)
{
    const char *path;
    enum status status = host_file_resolve(pool, "/proc/self/exe", &path, error);

    if (status == STATUS_OK)
        *ret_folder = pool_copy(pool, path, (size_t)(host_file_name(path) - path) - 1);
    return status;
}
