/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_files.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "log.h"

#define LOADER_NAME      "BOOTX64.EFI"
#define LONGEST_OPTIONS  4000 /* bytes: the loader reads lines of up to 4096 */
#define LOADER_PATH      "/EFI/BOOT/BOOTX64.EFI"
#define ENTRIES_FOLDER   "/loader/entries"
#define FIRST_PRINTABLE  0x20
#define DELETE_CHARACTER 0x7f
#define CONFIG_ROOM      (4U * CONFIG_FILE_MAX + 24U * CONFIG_MODULES_MAX) /* more than config.h asks for */
#define NO_SLIDE         "kaslr off\n"

enum status boot_files_find_loader(struct pool *pool, const char *chosen, const char **ret_loader, struct error *error)
{
    const char *from_environment = getenv("BATON_LOADER");
    const char *folder;
    const char *places[2];
    enum status status;

    if (!chosen && from_environment && *from_environment != '\0')
        chosen = from_environment;
    if (chosen)
        return host_file_resolve(pool, chosen, ret_loader, error);
    status = host_file_own_folder(pool, &folder, error);
    if (status != STATUS_OK)
        return status;
    places[0] = pool_format(pool, "%s/" LOADER_NAME, folder);
    places[1] = pool_format(pool, "%s/../share/baton/" LOADER_NAME, folder);
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (access(places[i], R_OK) == 0)
            return host_file_resolve(pool, places[i], ret_loader, error);
    }
    return error_set(error, STATUS_NOT_FOUND,
                     "the loader, " LOADER_NAME ", is neither beside this program nor in %s/../share/baton: build it "
                     "with make, or say where it is with --loader or $BATON_LOADER",
                     folder);
}

void boot_files_split(struct pool *pool, const char *text, const char **ret_file, const char **ret_name)
{
    const char *colon = strrchr(text, ':');

    *ret_file = text;
    *ret_name = NULL;
    if (colon && access(text, F_OK) != 0) {
        *ret_file = pool_copy(pool, text, (size_t)(colon - text));
        *ret_name = colon + 1;
    }
}

/* In the entry file's lines only what is printable survives. */
static enum status check_line(const char *what, const char *text, struct error *error)
{
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < FIRST_PRINTABLE || *c == DELETE_CHARACTER)
            return error_set(error, STATUS_INVALID, "%s: \"%s\" has a line end or another control character in it",
                             what, text);
    }
    if (strlen(text) > LONGEST_OPTIONS)
        return error_set(error, STATUS_INVALID,
                         "%s: over %d bytes are too long for one line; write an entry file with several options lines "
                         "and give it with --config",
                         what, LONGEST_OPTIONS);
    return STATUS_OK;
}

/* A name for generated files: whatever an entry's or FAT's syntax might read otherwise is replaced. */
static const char *plain_name(struct pool *pool, const char *path)
{
    char *name = pool_format(pool, "%s", host_file_name(path));

    for (char *c = name; *c != '\0'; c++) {
        if (!isascii((unsigned char)*c) || (!isalnum((unsigned char)*c) && *c != '.' && *c != '-'))
            *c = '_';
    }
    if (name[0] == '.')
        name[0] = '_';
    return name;
}

/* The entry file's name for this kernel or entry file: "tour.conf" for tour.elf. */
static const char *entry_name(struct pool *pool, const char *path)
{
    const char *name = plain_name(pool, path);
    const char *dot = strrchr(name, '.');

    return pool_format(pool, "%.*s.conf", (int)(dot ? (size_t)(dot - name) : strlen(name)), name);
}

/* Where a module goes on the volume. */
static enum status place_module(struct pool *pool, const char *text, const char **ret_file, const char **ret_path,
                                struct error *error)
{
    const char *name;
    const char *path;

    boot_files_split(pool, text, ret_file, &name);
    if (name)
        path = name[0] == '/' ? name : pool_format(pool, "/%s", name);
    else
        path = pool_format(pool, "/boot/modules/%s", host_file_name(*ret_file));
    if (strpbrk(path, " \t"))
        return error_set(error, STATUS_INVALID,
                         "--module %s: an entry file cannot name a module with a blank in its path; give it another: "
                         "--module '%s:/NAME'",
                         text, *ret_file);
    *ret_path = path;
    return STATUS_OK;
}

/* Adds the modules; the lines of the entry that name them are added to *lines. */
static enum status add_modules(struct pool *pool, const struct boot_files *wanted, struct volume *volume,
                               const char **lines, struct error *error)
{
    for (size_t i = 0; i < wanted->modules.count; i++) {
        const char *file;
        const char *path;
        enum status status = place_module(pool, wanted->modules.items[i], &file, &path, error);

        if (status == STATUS_OK && volume_find(volume, path))
            return error_set(error, STATUS_INVALID,
                             "--module %s: %s is already on the disk; give it another place: --module '%s:/NAME'",
                             wanted->modules.items[i], path, file);
        if (status == STATUS_OK)
            status = volume_add(pool, volume, path, file, error);
        if (status != STATUS_OK)
            return status;
        *lines = pool_format(pool, "%smodule %s\n", *lines, path);
    }
    return STATUS_OK;
}

static enum status check_request(const struct boot_files *wanted, struct error *error)
{
    const char *line = wanted->command_line ? "--cmdline" : wanted->log_level ? "--log-level" : NULL;
    enum log_level level;
    uint64_t size;
    enum status status;

    if (line && wanted->config)
        return error_set(error, STATUS_INVALID, "%s and --config do not go together: say it in the entry file %s", line,
                         wanted->config);
    if ((line || wanted->modules.count > 0) && !wanted->kernel && !wanted->config)
        return error_set(error, STATUS_INVALID, "%s is for a kernel, and none is given", line ? line : "--module");
    if (wanted->log_level && !log_level_parse(text_of(wanted->log_level), &level))
        return error_set(error, STATUS_INVALID, "--log-level %s: expected error, warning, info or debug",
                         wanted->log_level);
    status = wanted->command_line ? check_line("the kernel's command line", wanted->command_line, error) : STATUS_OK;
    if (status == STATUS_OK && wanted->config)
        status = host_file_check(wanted->config, &size, error);
    return status;
}

/*
 * Adds the person's own entry file. Where it says nothing of kaslr, a line is added to a copy when the kernel shall not
 * be moved; a file that cannot be read as one is for the loader to refuse.
 */
static enum status add_own_entry(struct pool *pool, const struct boot_files *wanted, const struct scratch *scratch,
                                 struct volume *volume, const char *path, struct error *error)
{
    struct bytes bytes = {NULL, 0};
    struct entry entry = {.kaslr = ENTRY_KASLR_UNSAID};
    struct error ignored;
    struct arena arena = {pool_take(pool, CONFIG_ROOM), CONFIG_ROOM, 0};
    enum status status = host_file_read(pool, wanted->config, CONFIG_FILE_MAX + 1, &bytes, error);

    if (status != STATUS_OK)
        return status;
    if (!wanted->without_slide ||
        config_parse_entry(path, (struct text){(const char *)bytes.data, bytes.size}, &arena, &entry, &ignored) !=
            STATUS_OK ||
        entry.kaslr != ENTRY_KASLR_UNSAID)
        return volume_add(pool, volume, path, wanted->config, error);
    return volume_add_text(pool, volume, scratch, path,
                           pool_format(pool, "%.*s\n" NO_SLIDE, (int)bytes.size, (const char *)bytes.data), error);
}

/* The boot entry and the file that makes it the default one. */
static enum status add_entry(struct pool *pool, const struct boot_files *wanted, const struct scratch *scratch,
                             struct volume *volume, const char *module_lines, struct error *error)
{
    const char *name = entry_name(pool, wanted->kernel ? wanted->kernel : wanted->config);
    const char *path = pool_format(pool, ENTRIES_FOLDER "/%s", name);
    const char *text;
    enum status status;

    status =
        volume_add_text(pool, volume, scratch, "/loader/loader.conf", pool_format(pool, "default %s\n", name), error);
    if (status != STATUS_OK)
        return status;
    if (wanted->config)
        return add_own_entry(pool, wanted, scratch, volume, path, error);
    text = pool_format(pool, "title %s\nkernel /boot/%s\n%s", plain_name(pool, wanted->kernel),
                       plain_name(pool, wanted->kernel), module_lines);
    if (wanted->command_line && *wanted->command_line != '\0')
        text = pool_format(pool, "%soptions %s\n", text, wanted->command_line);
    if (wanted->log_level)
        text = pool_format(pool, "%slog-level %s\n", text, wanted->log_level);
    if (wanted->without_slide)
        text = pool_format(pool, "%s" NO_SLIDE, text);
    return volume_add_text(pool, volume, scratch, path, text, error);
}

static enum status add_boot(struct pool *pool, const struct boot_files *wanted, const struct scratch *scratch,
                            struct volume *volume, struct error *error)
{
    const char *module_lines = "";
    enum status status = volume_add(pool, volume, LOADER_PATH, wanted->loader, error);

    if (status == STATUS_OK && wanted->kernel)
        status = volume_add(pool, volume, pool_format(pool, "/boot/%s", plain_name(pool, wanted->kernel)),
                            wanted->kernel, error);
    if (status == STATUS_OK)
        status = add_modules(pool, wanted, volume, &module_lines, error);
    if (status == STATUS_OK && (wanted->kernel || wanted->config))
        status = add_entry(pool, wanted, scratch, volume, module_lines, error);
    return status;
}

/* "SOURCE:DESTINATION"; a destination that ends in a slash is a folder to put the file in. */
static enum status add_file(struct pool *pool, const char *text, struct volume *volume, struct error *error)
{
    const char *colon = strrchr(text, ':');
    const char *source;
    const char *path;

    if (!colon || colon == text || colon[1] == '\0')
        return error_set(error, STATUS_INVALID, "--file %s: expected SOURCE:DESTINATION, as in logo.png:/boot/logo.png",
                         text);
    source = pool_copy(pool, text, (size_t)(colon - text));
    path = colon + 1;
    if (path[strlen(path) - 1] == '/')
        path = pool_format(pool, "%s%s", path, host_file_name(source));
    return volume_add(pool, volume, path, source, error);
}

enum status boot_files_gather(struct pool *pool, const struct boot_files *wanted, const struct scratch *scratch,
                              struct volume *volume, struct error *error)
{
    enum status status = check_request(wanted, error);

    if (status == STATUS_OK)
        status = add_boot(pool, wanted, scratch, volume, error);
    if (status == STATUS_OK && wanted->root)
        status = volume_add_folder(pool, volume, wanted->root, error);
    for (size_t i = 0; status == STATUS_OK && i < wanted->files.count; i++)
        status = add_file(pool, wanted->files.items[i], volume, error);
    return status == STATUS_OK ? volume_finish(pool, volume, error) : status;
}
