/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_volume.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "architecture.h"
#include "automatic_entries.h"
#include "check_machine.h"
#include "check_tree.h"
#include "config.h"
#include "entries.h"
#include "host_file.h"

#define FIRST_ROOM (64U * 1024)

/* ---- finding files as FAT does: upper and lower case are the same ---- */

/* The name in `folder` that the part of a path means; the part itself when it is there as it is, NULL for none. */
static const char *find_name(struct pool *pool, const char *folder, const char *part)
{
    struct stat stat_buffer;
    const struct dirent *entry;
    const char *found = NULL;
    DIR *stream;

    if (stat(pool_format(pool, "%s/%s", folder, part), &stat_buffer) == 0)
        return part;
    stream = opendir(folder);
    if (!stream)
        return NULL;
    while (!found && (entry = readdir(stream))) {
        if (strcasecmp(entry->d_name, part) == 0)
            found = pool_format(pool, "%s", entry->d_name);
    }
    (void)closedir(stream);
    return found;
}

/* Where the volume's `path` is on the host; NULL when it is not there. */
static const char *find_path(struct pool *pool, const char *root, const char *path)
{
    const char *host = root;

    for (const char *part = path; *part != '\0';) {
        size_t length = strcspn(part, "/");

        if (length > 0) {
            const char *name = find_name(pool, host, pool_copy(pool, part, length));

            if (!name)
                return NULL;
            host = pool_format(pool, "%s/%s", host, name);
        }
        part += length + (part[length] == '/');
    }
    return host;
}

static bool is_folder(const char *host)
{
    struct stat stat_buffer;

    return stat(host, &stat_buffer) == 0 && S_ISDIR(stat_buffer.st_mode);
}

enum status check_volume_find(struct pool *pool, const char *root, const char *path, const char **ret_host,
                              struct error *error)
{
    const char *host = find_path(pool, root, path);

    if (!host)
        return entries_refuse_missing(path, error);
    if (is_folder(host))
        return entries_refuse_folder(path, error);
    *ret_host = host;
    return STATUS_OK;
}

bool check_volume_has(struct pool *pool, const char *root, const char *path)
{
    return find_path(pool, root, path) != NULL;
}

/* ---- configuration ---- */

static enum status read_text(struct pool *pool, const char *host, struct text *ret_text, struct error *error)
{
    struct bytes bytes;
    enum status status = host_file_read(pool, host, CONFIG_FILE_MAX + 1, &bytes, error);

    if (status == STATUS_OK)
        *ret_text = (struct text){(const char *)bytes.data, bytes.size};
    return status;
}

/* Room that is larger each time. The parsers' need is bounded by the text's size. */
static void enlarge(struct pool *pool, struct arena *arena)
{
    size_t size = arena->size == 0 ? FIRST_ROOM : 2 * arena->size;

    *arena = (struct arena){pool_take(pool, size), size, 0};
}

static enum status read_loader_conf(struct pool *pool, const char *host, struct loader_config *config,
                                    struct error *error)
{
    struct arena arena = {NULL, 0, 0};
    struct text text;
    enum status status;

    if (is_folder(host))
        return entries_refuse_folder(ENTRIES_LOADER_CONF, error);
    status = read_text(pool, host, &text, error);
    if (status != STATUS_OK)
        return status;
    do {
        enlarge(pool, &arena);
        status = config_parse_loader(ENTRIES_LOADER_CONF, text, &arena, config, error);
    } while (status == STATUS_NEED_ROOM);
    return status;
}

static enum status read_entry(struct pool *pool, const char *host, const char *path, struct arena *arena,
                              struct entry *ret_entry, struct error *error)
{
    struct text text;
    enum status status = read_text(pool, host, &text, error);

    while (status == STATUS_OK) {
        status = config_parse_entry(path, text, arena, ret_entry, error);
        if (status != STATUS_NEED_ROOM)
            return status;
        enlarge(pool, arena);
        status = STATUS_OK;
    }
    return status;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The names of the folder's entry files, sorted. */
static struct list list_entries(struct pool *pool, const char *folder, struct check_messages *messages)
{
    const struct dirent *entry;
    struct list names = {0};
    DIR *stream = opendir(folder);

    if (!stream) {
        check_say(pool, messages, LOG_ERROR, pool_format(pool, "%s: %s", folder, strerror(errno)));
        return names;
    }
    while ((entry = readdir(stream))) {
        if (entry_is_name(text_of(entry->d_name)) && !automatic_entry_has_name(text_of(entry->d_name)) &&
            !is_folder(pool_format(pool, "%s/%s", folder, entry->d_name)))
            list_add(pool, &names, pool_format(pool, "%s", entry->d_name));
    }
    (void)closedir(stream);
    if (names.count > 0)
        qsort(names.items, names.count, sizeof(names.items[0]), compare_names);
    return names;
}

/* Reads an entry file, and says of it what the loader says. */
static void read_one(struct pool *pool, const struct facts *facts, const char *folder, const char *name,
                     struct arena *arena, struct check_entry *read)
{
    struct error error;
    enum status status;

    read->file = pool_format(pool, "%s/%s", ENTRIES_FOLDER, name);
    check_listen(pool, &read->kernel.messages);
    status = read_entry(pool, pool_format(pool, "%s/%s", folder, name), read->file, arena, &read->entry, &error);
    read->left_out = status != STATUS_OK || !entries_can_boot(&read->entry, facts->machine.name);
    read->elsewhere = status == STATUS_OK && !entry_is_for(&read->entry, facts->machine.name);
    check_unlisten();
    if (status != STATUS_OK)
        check_say(pool, &read->kernel.messages, LOG_ERROR, pool_format(pool, "%s", error.text));
}

/* ---- judging ---- */

static int compare_read(const void *left, const void *right)
{
    const struct check_entry *a = left, *b = right;

    if (a->left_out != b->left_out)
        return a->left_out ? 1 : -1;
    return a->left_out ? strcmp(a->file, b->file) : entry_compare(&a->entry, &b->entry);
}

/* Sorts as the loader does, and puts the default first. */
static void choose_default(struct pool *pool, struct check_volume *volume, const char *pattern)
{
    struct entry *entries = pool_take(pool, (volume->count + 1) * sizeof(*entries));
    struct check_entry chosen;
    size_t count = 0, index;

    qsort(volume->entries, volume->count, sizeof(volume->entries[0]), compare_read);
    while (count < volume->count && !volume->entries[count].left_out) {
        entries[count] = volume->entries[count].entry;
        count++;
    }
    if (count == 0)
        return;
    /* Whether an automatic entry is there, only the machine can tell. */
    if (pattern && automatic_entry_has_name(text_of(pattern)) && entry_find(entries, count, pattern) == SIZE_MAX)
        return;
    check_listen(pool, &volume->messages);
    index = entry_choose_default(entries, count, pattern);
    check_unlisten();
    chosen = volume->entries[index];
    memmove(volume->entries + 1, volume->entries, index * sizeof(chosen));
    volume->entries[0] = chosen;
    volume->entries[0].chosen = true;
}

/* Finds a file that the entry names; false, and the loader's words among the messages, when it is not there. */
static bool find_named(struct pool *pool, const char *root, struct check_file *file, struct check_messages *messages)
{
    struct error error;

    if (check_volume_find(pool, root, file->path, &file->host, &error) == STATUS_OK)
        return true;
    check_say(pool, messages, LOG_ERROR, pool_format(pool, "%s", error.text));
    return false;
}

/* Finds the kernel and what goes with it, and judges them together. Of what is missing, all is named. */
static void judge_entry(struct pool *pool, const struct facts *facts, const char *root, struct check_entry *judged)
{
    const struct entry *entry = &judged->entry;
    struct check_messages *messages = &judged->kernel.messages;
    struct check_file kernel = {.path = entry->kernel}, *files;
    bool all_there = find_named(pool, root, &kernel, messages);
    struct entry_files companions = {entry->modules, entry->module_count};
    struct facts *own_facts = pool_take(pool, sizeof(*own_facts)); /* with the entry's device tree */
    struct error error;

    if (all_there) {
        const struct architecture *built_for = architecture_of_file(pool, kernel.host);

        companions = check_plan_companions(pool, entry, &kernel);
        judged->elsewhere = built_for && built_for != check_machine_architecture(facts);
    }
    *own_facts = *facts;
    files = pool_take(pool, (1 + companions.count) * sizeof(*files));
    files[0] = kernel;
    for (size_t i = 0; i < companions.count; i++) {
        files[1 + i].path = companions.files[i].path;
        if (!find_named(pool, root, &files[1 + i], messages))
            all_there = false;
    }
    if (check_tree_put(pool, root, entry, own_facts, &error) != STATUS_OK) {
        check_say(pool, messages, LOG_ERROR, pool_format(pool, "%s", error.text));
        all_there = false;
    }
    if (all_there)
        check_kernel_judge(pool, own_facts, entry, files, 1 + companions.count, &judged->kernel);
}

static void judge_usual_kernel(struct pool *pool, const struct facts *facts, const char *root,
                               struct check_volume *volume)
{
    struct error error;
    const char *path;

    for (size_t i = 0; (path = entries_usual_kernel(i)); i++) {
        if (!find_path(pool, root, path))
            continue;
        volume->entries = pool_take(pool, sizeof(volume->entries[0]));
        volume->count = 1;
        volume->entries[0] = (struct check_entry){.file = path, .chosen = true, .entry = entries_stand_in(path)};
        judge_entry(pool, facts, root, &volume->entries[0]);
        return;
    }
    if (entries_refuse_empty(&error) != STATUS_OK)
        check_say(pool, &volume->messages, LOG_ERROR, pool_format(pool, "%s", error.text));
}

static void judge_entries(struct pool *pool, const struct facts *facts, const char *root, const char *pattern,
                          const char *folder, const struct list *names, struct check_volume *volume)
{
    struct arena arena = {NULL, 0, 0};
    struct error error;

    if (names->count > ENTRIES_AT_MOST)
        check_say(pool, &volume->messages, LOG_WARNING,
                  pool_format(pool, "%s: holds %zu entries; only %u of them are read", ENTRIES_FOLDER, names->count,
                              ENTRIES_AT_MOST));
    enlarge(pool, &arena);
    volume->count = names->count < ENTRIES_AT_MOST ? names->count : ENTRIES_AT_MOST;
    volume->entries = pool_take(pool, volume->count * sizeof(volume->entries[0]));
    for (size_t i = 0; i < volume->count; i++)
        read_one(pool, facts, folder, names->items[i], &arena, &volume->entries[i]);
    choose_default(pool, volume, pattern);
    if (volume->entries[0].left_out && entries_refuse_all(names->count, &error) != STATUS_OK)
        check_say(pool, &volume->messages, LOG_ERROR, pool_format(pool, "%s", error.text));
    for (size_t i = 0; i < volume->count; i++) {
        if (!volume->entries[i].left_out)
            judge_entry(pool, facts, root, &volume->entries[i]);
    }
}

void check_volume_judge(struct pool *pool, const struct facts *facts, const char *root, struct check_volume *ret_volume)
{
    struct check_volume volume = {0};
    struct loader_config config = {0};
    const char *file = find_path(pool, root, ENTRIES_LOADER_CONF);
    const char *folder = find_path(pool, root, ENTRIES_FOLDER);
    bool is_file = folder && !is_folder(folder);
    struct list names = {0};
    struct error error;

    check_listen(pool, &volume.messages);
    if (file && read_loader_conf(pool, file, &config, &error) != STATUS_OK)
        log_error("%s", error.text);
    if (is_file && entries_refuse_file(ENTRIES_FOLDER, &error) != STATUS_OK)
        log_error("%s", error.text);
    check_unlisten();
    if (folder && !is_file)
        names = list_entries(pool, folder, &volume.messages);
    if (names.count > 0)
        judge_entries(pool, facts, root, config.default_pattern, folder, &names, &volume);
    else if (!is_file)
        judge_usual_kernel(pool, facts, root, &volume);
    *ret_volume = volume;
}

bool check_volume_is_for(const struct check_volume *volume)
{
    for (size_t i = 0; i < volume->count; i++) {
        if (!volume->entries[i].elsewhere)
            return true;
    }
    return false;
}

size_t check_volume_errors(const struct check_volume *volume)
{
    size_t errors = volume->messages.errors;

    for (size_t i = 0; i < volume->count; i++)
        errors += volume->entries[i].kernel.messages.errors;
    return errors;
}

size_t check_volume_warnings(const struct check_volume *volume)
{
    size_t warnings = volume->messages.warnings;

    for (size_t i = 0; i < volume->count; i++)
        warnings += volume->entries[i].kernel.messages.warnings;
    return warnings;
}
