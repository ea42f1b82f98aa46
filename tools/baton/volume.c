/* SPDX-License-Identifier: BSD-2-Clause */
#include "volume.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define LONGEST_NAME  195 /* FAT allows 255, but mtools fails where a name takes more than a cluster of one sector */
#define FAT_FILE_SIZE 0xffffffffULL
#define DEEPEST       32 /* folders in folders; a symbolic link may lead in a circle */

static enum status check_part(const char *path, const char *part, size_t length, struct error *error)
{
    if (length > LONGEST_NAME)
        return error_set(error, STATUS_INVALID, "%s: a name on the disk can have at most %d letters", path,
                         LONGEST_NAME);
    if ((length == 1 && part[0] == '.') || (length == 2 && part[0] == '.' && part[1] == '.'))
        return error_set(error, STATUS_INVALID, "%s: a path on the volume cannot have . or .. in it", path);
    if (part[length - 1] == '.' || part[length - 1] == ' ')
        return error_set(error, STATUS_INVALID, "%s: a name on a FAT volume cannot end in a dot or blank", path);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)part[i] < 0x20 || strchr("\"*:<>?\\|\x7f", part[i]))
            return error_set(error, STATUS_INVALID,
                             "%s: a name on a FAT volume cannot have control characters or any of \" * : < > ? \\ |",
                             path);
    }
    return STATUS_OK;
}

/* One slash before each part, none at the end. */
static enum status normalise(struct pool *pool, const char *path, const char **ret_path, struct error *error)
{
    const char *clean = "";

    for (const char *part = path; *part != '\0';) {
        size_t length = strcspn(part, "/");

        if (length > 0) {
            enum status status = check_part(path, part, length, error);

            if (status != STATUS_OK)
                return status;
            clean = pool_format(pool, "%s/%.*s", clean, (int)length, part);
        }
        part += length + (part[length] == '/');
    }
    if (*clean == '\0')
        return error_set(error, STATUS_INVALID, "\"%s\" does not name a file on the volume", path);
    *ret_path = clean;
    return STATUS_OK;
}

static void append(struct pool *pool, struct volume *volume, const char *path, const char *source, uint64_t size)
{
    volume->files = pool_grow(pool, volume->files, volume->count + 1, &volume->capacity, sizeof(*volume->files));
    volume->files[volume->count++] = (struct volume_file){path, source, size};
}

const struct volume_file *volume_find(const struct volume *volume, const char *path)
{
    for (size_t i = 0; i < volume->count; i++) {
        if (strcasecmp(volume->files[i].path, path) == 0)
            return &volume->files[i];
    }
    return NULL;
}

/* Puts the file or folder (without source) there, in place of what was there before. */
static enum status put(struct pool *pool, struct volume *volume, const char *path, const char *source, uint64_t size,
                       struct error *error)
{
    const struct volume_file *old = volume_find(volume, path);

    if (!old) {
        append(pool, volume, path, source, size);
        return STATUS_OK;
    }
    if (!old->source != !source)
        return error_set(error, STATUS_INVALID, "%s would have to be a folder and a file on the volume", path);
    volume->files[old - volume->files] = (struct volume_file){path, source, size};
    return STATUS_OK;
}

enum status volume_add(struct pool *pool, struct volume *volume, const char *path, const char *source,
                       struct error *error)
{
    const char *clean;
    uint64_t size;
    enum status status = normalise(pool, path, &clean, error);

    if (status == STATUS_OK)
        status = host_file_check(source, &size, error);
    if (status != STATUS_OK)
        return status;
    if (size > FAT_FILE_SIZE)
        return error_set(error, STATUS_INVALID, "%s: a file on a FAT volume is smaller than 4 GiB", source);
    return put(pool, volume, clean, source, size, error);
}

enum status volume_add_text(struct pool *pool, struct volume *volume, const struct scratch *scratch, const char *path,
                            const char *text, struct error *error)
{
    const char *source = pool_format(pool, "%s/text-%zu", scratch->path, volume->count);
    enum status status = host_file_write(source, (struct bytes){(const uint8_t *)text, strlen(text)}, error);

    return status == STATUS_OK ? volume_add(pool, volume, path, source, error) : status;
}

static enum status add_folder(struct pool *pool, struct volume *volume, const char *source, const char *path,
                              unsigned depth, struct error *error);

/* Adds the host's file or folder `source` as `path`. */
static enum status add_anything(struct pool *pool, struct volume *volume, const char *source, const char *path,
                                unsigned depth, struct error *error)
{
    struct stat stat_buffer;
    const char *clean;
    enum status status;

    if (stat(source, &stat_buffer) != 0)
        return error_set(error, STATUS_DEVICE, "%s: %s", source, strerror(errno));
    if (S_ISREG(stat_buffer.st_mode))
        return volume_add(pool, volume, path, source, error);
    if (!S_ISDIR(stat_buffer.st_mode))
        return error_set(error, STATUS_INVALID, "%s: this is neither a file nor a folder", source);
    status = normalise(pool, path, &clean, error);
    if (status == STATUS_OK)
        status = put(pool, volume, clean, NULL, 0, error);
    return status == STATUS_OK ? add_folder(pool, volume, source, path, depth + 1, error) : status;
}

static enum status add_folder(struct pool *pool, struct volume *volume, const char *source, const char *path,
                              unsigned depth, struct error *error)
{
    enum status status = STATUS_OK;
    const struct dirent *entry;
    DIR *folder;

    if (depth > DEEPEST)
        return error_set(error, STATUS_INVALID, "%s: over %d folders deep, or a symbolic link that leads in a circle",
                         source, DEEPEST);
    folder = opendir(source);
    if (!folder)
        return error_set(error, STATUS_DEVICE, "%s: %s", source, strerror(errno));
    while (status == STATUS_OK && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        status = add_anything(pool, volume, pool_format(pool, "%s/%s", source, entry->d_name),
                              pool_format(pool, "%s/%s", path, entry->d_name), depth, error);
    }
    (void)closedir(folder);
    return status;
}

enum status volume_add_folder(struct pool *pool, struct volume *volume, const char *source, struct error *error)
{
    return add_folder(pool, volume, source, "", 0, error);
}

/* A slash counts as the lowest letter, so a folder's content follows it at once. */
static int compare(const void *left, const void *right)
{
    const char *a = ((const struct volume_file *)left)->path;
    const char *b = ((const struct volume_file *)right)->path;

    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    if (*a == '/' && *b != '\0')
        return -1;
    if (*b == '/' && *a != '\0')
        return 1;
    return (unsigned char)*a - (unsigned char)*b;
}

/* Adds the folders that the file is in. Those that are there give its path their spelling, as mtools wants it. */
static enum status add_parents(struct pool *pool, struct volume *volume, size_t index, struct error *error)
{
    char *path = pool_format(pool, "%s", volume->files[index].path);

    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        size_t length = (size_t)(slash - path);
        const char *folder = pool_copy(pool, path, length);
        const struct volume_file *old = volume_find(volume, folder);

        if (old && !old->source) {
            memcpy(path, old->path, length);
        } else {
            enum status status = put(pool, volume, folder, NULL, 0, error);

            if (status != STATUS_OK)
                return status;
        }
    }
    volume->files[index].path = path;
    return STATUS_OK;
}

enum status volume_finish(struct pool *pool, struct volume *volume, struct error *error)
{
    size_t count = volume->count; /* folders that are added need no look: their parents were added before them */

    for (size_t i = 0; i < count; i++) {
        enum status status = add_parents(pool, volume, i, error);

        if (status != STATUS_OK)
            return status;
    }
    if (volume->count > 0)
        qsort(volume->files, volume->count, sizeof(*volume->files), compare);
    return STATUS_OK;
}
