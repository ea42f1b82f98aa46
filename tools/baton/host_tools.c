/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_tools.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name;
    const char *package;
} packages[] = {
    {"sgdisk", "gdisk"},
    {"mformat", "mtools"},
    {"mmd", "mtools"},
    {"mcopy", "mtools"},
    {"mdir", "mtools"},
    {"qemu-system-x86_64", "qemu-system-x86"},
    {"qemu-system-aarch64", "qemu-system-arm"},
    {"qemu-system-riscv64", "qemu-system-misc"},
    {"addr2line", "binutils"},
};

static enum status refuse_missing(const char *name, struct error *error)
{
    for (size_t i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
        if (strcmp(packages[i].name, name) == 0)
            return error_set(error, STATUS_NOT_FOUND,
                             "%s is missing: it is in Debian's package %s (apt-get install %s)", name,
                             packages[i].package, packages[i].package);
    }
    return error_set(error, STATUS_NOT_FOUND, "%s is missing", name);
}

enum status host_tool_find(struct pool *pool, const char *name, const char **ret_path, struct error *error)
{
    const char *own = getenv("PATH");
    /* sgdisk lives where a plain user's PATH does not lead. An empty PATH stays one: nothing is found then. */
    const char *folders = own && *own != '\0' ? pool_format(pool, "%s:/usr/sbin:/sbin", own) : own;

    while (folders && *folders != '\0') {
        size_t length = strcspn(folders, ":");
        const char *path = pool_format(pool, "%.*s/%s", (int)length, folders, name);

        if (length > 0 && access(path, X_OK) == 0) {
            *ret_path = path;
            return STATUS_OK;
        }
        folders += length + (folders[length] == ':');
    }
    return refuse_missing(name, error);
}
