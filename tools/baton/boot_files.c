/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot_files.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "log.h"

#define LONGEST_OPTIONS  4000 /* bytes: the loader reads lines of up to 4096 */
#define ENTRIES_FOLDER   "/loader/entries"
#define FIRST_PRINTABLE  0x20
#define DELETE_CHARACTER 0x7f
#define CONFIG_ROOM      (4U * CONFIG_FILE_MAX + 24U * CONFIG_MODULES_MAX) /* more than config.h asks for */
#define NO_SLIDE         "kaslr off\n"

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
static const char *entry_name(struct pool *pool, const char *path, const char *suffix)
{
    const char *name = plain_name(pool, path);
    const char *dot = strrchr(name, '.');

    return pool_format(pool, "%.*s%s.conf", (int)(dot ? (size_t)(dot - name) : strlen(name)), name, suffix);
}

/* Are there kernels for different machines? Then those for one of them have a folder of their own. */
static bool has_folders(const struct boot_files *wanted)
{
    for (size_t i = 1; i < wanted->kernel_count; i++) {
        if (wanted->kernels[i].architecture != wanted->kernels[0].architecture)
            return true;
    }
    return false;
}

static const char *kernel_path(struct pool *pool, const struct boot_files *wanted, const struct boot_kernel *kernel)
{
    bool apart = has_folders(wanted);

    return pool_format(pool, "/boot/%s%s%s", apart ? kernel->architecture->entry_name : "", apart ? "/" : "",
                       plain_name(pool, kernel->path));
}

static size_t count_loaders(const struct boot_files *wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < ARCHITECTURE_COUNT; i++)
        count += wanted->loaders.paths[i] != NULL;
    return count;
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
    if (wanted->config && wanted->kernel_count > 1)
        return error_set(
            error, STATUS_INVALID,
            "--config is the boot entry of one kernel, and there are %zu: put entry files on the disk with "
            "--file FILE:/loader/entries/NAME.conf",
            wanted->kernel_count);
    if ((line || wanted->modules.count > 0) && wanted->kernel_count == 0 && !wanted->config)
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

/* Of quotes around a whole value the loader takes one pair away. */
static bool is_quoted(const char *value)
{
    size_t length = strlen(value);

    return length >= 2 && (*value == '"' || *value == '\'') && value[length - 1] == *value;
}

/* A boot entry for one of the kernels. Of several they are in the order in which they were given. */
static enum status add_entry(struct pool *pool, const struct boot_files *wanted, size_t index,
                             const struct scratch *scratch, struct volume *volume, const char *name,
                             const char *module_lines, struct error *error)
{
    const struct boot_kernel *kernel = &wanted->kernels[index];
    const char *text = pool_format(pool, "title %s\n", plain_name(pool, kernel->path));

    if (count_loaders(wanted) > 1)
        text = pool_format(pool, "%sarchitecture %s\n", text, kernel->architecture->entry_name);
    if (wanted->kernel_count > 1)
        text = pool_format(pool, "%ssort-key %03zu\n", text, index + 1);
    text = pool_format(pool, "%skernel %s\n%s", text, kernel_path(pool, wanted, kernel), module_lines);
    if (wanted->command_line && *wanted->command_line != '\0')
        text = pool_format(pool, is_quoted(wanted->command_line) ? "%soptions \"%s\"\n" : "%soptions %s\n", text,
                           wanted->command_line);
    if (wanted->log_level)
        text = pool_format(pool, "%slog-level %s\n", text, wanted->log_level);
    if (wanted->without_slide)
        text = pool_format(pool, "%s" NO_SLIDE, text);
    return volume_add_text(pool, volume, scratch, pool_format(pool, ENTRIES_FOLDER "/%s", name), text, error);
}

/* The boot entries, and where there is one, the file that makes it the default. */
static enum status add_entries(struct pool *pool, const struct boot_files *wanted, const struct scratch *scratch,
                               struct volume *volume, const char *module_lines, struct error *error)
{
    enum status status = STATUS_OK;

    if (wanted->config || wanted->kernel_count == 1) {
        const char *name = entry_name(pool, wanted->kernel_count == 1 ? wanted->kernels[0].path : wanted->config, "");

        status = volume_add_text(pool, volume, scratch, "/loader/loader.conf", pool_format(pool, "default %s\n", name),
                                 error);
        if (status == STATUS_OK && wanted->config)
            return add_own_entry(pool, wanted, scratch, volume, pool_format(pool, ENTRIES_FOLDER "/%s", name), error);
    }
    for (size_t i = 0; status == STATUS_OK && i < wanted->kernel_count; i++) {
        const struct boot_kernel *kernel = &wanted->kernels[i];
        const char *suffix = has_folders(wanted) ? pool_format(pool, "-%s", kernel->architecture->entry_name) : "";
        const char *name = entry_name(pool, kernel->path, suffix);

        if (volume_find(volume, pool_format(pool, ENTRIES_FOLDER "/%s", name)))
            return error_set(error, STATUS_INVALID, "%s: another kernel's boot entry is called %s already; rename one",
                             kernel->path, name);
        status = add_entry(pool, wanted, i, scratch, volume, name, module_lines, error);
    }
    return status;
}

static enum status add_loaders(struct pool *pool, const struct boot_files *wanted, struct volume *volume,
                               struct error *error)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < ARCHITECTURE_COUNT; i++) {
        if (wanted->loaders.paths[i])
            status =
                volume_add(pool, volume, loaders_volume_path(pool, &architectures[i]), wanted->loaders.paths[i], error);
    }
    return status;
}

static enum status add_kernels(struct pool *pool, const struct boot_files *wanted, struct volume *volume,
                               struct error *error)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < wanted->kernel_count; i++) {
        const char *path = kernel_path(pool, wanted, &wanted->kernels[i]);

        if (volume_find(volume, path))
            return error_set(error, STATUS_INVALID, "%s: another kernel is %s on the disk already; rename one",
                             wanted->kernels[i].path, path);
        status = volume_add(pool, volume, path, wanted->kernels[i].path, error);
    }
    return status;
}

static enum status add_boot(struct pool *pool, const struct boot_files *wanted, const struct scratch *scratch,
                            struct volume *volume, struct error *error)
{
    const char *module_lines = "";
    enum status status = add_loaders(pool, wanted, volume, error);

    if (status == STATUS_OK)
        status = add_kernels(pool, wanted, volume, error);
    if (status == STATUS_OK)
        status = add_modules(pool, wanted, volume, &module_lines, error);
    if (status == STATUS_OK)
        status = add_entries(pool, wanted, scratch, volume, module_lines, error);
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
