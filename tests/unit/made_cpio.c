/* SPDX-License-Identifier: BSD-2-Clause */
#include "made_cpio.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct growing {
    uint8_t *bytes;
    size_t size;
    unsigned number;
};

static void add(struct growing *archive, const void *bytes, size_t size)
{
    archive->bytes = realloc(archive->bytes, archive->size + size + 1);
    if (!archive->bytes)
        abort();
    if (size > 0)
        memcpy(archive->bytes + archive->size, bytes, size);
    archive->size += size;
}

static void fill(struct growing *archive)
{
    while (archive->size % 4 != 0)
        add(archive, "", 1);
}

static void add_member(struct growing *archive, const char *name, unsigned mode, struct bytes content)
{
    char head[128];
    int length = snprintf(head, sizeof(head), "070701%08X%08X%08X%08X%08X%08X%08zX%08X%08X%08X%08X%08zX%08X",
                          ++archive->number, mode, 0, 0, 1, 0, content.size, 0, 0, 0, 0, strlen(name) + 1, 0);

    add(archive, head, (size_t)length);
    add(archive, name, strlen(name) + 1);
    fill(archive);
    add(archive, content.data, content.size);
    fill(archive);
}

static bool ends_with(const char *path, const char *suffix)
{
    size_t length = strlen(path), end = strlen(suffix);

    return length >= end && strcasecmp(path + length - end, suffix) == 0;
}

static void add_folder(struct growing *archive, const char *folder, unsigned folder_mode, unsigned mode,
                       const char *suffix, const struct made_extra *files, size_t count)
{
    bool has_folder = false;

    for (size_t i = 0; i < count; i++) {
        char name[600];

        if (!ends_with(files[i].path, suffix))
            continue;
        if (!has_folder)
            add_member(archive, folder, folder_mode, (struct bytes){NULL, 0});
        has_folder = true;
        (void)snprintf(name, sizeof(name), "%s%s", folder, strrchr(files[i].path, '/'));
        add_member(archive, name, mode, files[i].content);
    }
}

struct bytes made_cpio(struct bytes initrd, const struct made_extra *files, size_t count)
{
    struct growing archive = {0};

    add(&archive, initrd.data, initrd.size);
    if (count == 0)
        return (struct bytes){archive.bytes, archive.size};
    fill(&archive);
    add_member(&archive, ".extra", 040555, (struct bytes){NULL, 0});
    add_folder(&archive, ".extra/credentials", 040500, 0100400, ".cred", files, count);
    add_folder(&archive, ".extra/sysext", 040555, 0100444, ".sysext.raw", files, count);
    add_folder(&archive, ".extra/confext", 040555, 0100444, ".confext.raw", files, count);
    add_member(&archive, "TRAILER!!!", 0, (struct bytes){NULL, 0});
    return (struct bytes){archive.bytes, archive.size};
}
