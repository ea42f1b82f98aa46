/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "checked.h"
#include "config.h"
#include "entries.h"
#include "format.h"
#include "machine.h"
#include "memory.h"

#define NAME_SIZE     768 /* bytes of UTF-8: 255 characters */
#define BUFFER_SIZE   (CONFIG_FILE_MAX + 1)
#define FIRST_ENTRIES 16
#define FIRST_ROOM    (16U * 1024)
#define ROOM_AT_MOST  (16U * 1024 * 1024)

/* What the parsers keep lies in here. A block that is full stays, and a larger one goes on. */
static enum status enlarge(struct boot *boot, struct arena *arena, struct error *error)
{
    size_t size = arena->size == 0 ? FIRST_ROOM : 2 * arena->size;
    void *room = NULL;
    enum status status;

    if (size > ROOM_AT_MOST)
        return error_set(error, STATUS_NO_MEMORY, "the configuration takes more than %u MiB", ROOM_AT_MOST >> 20);
    status = ledger_pool(&boot->ledger, size, &room, error);
    if (status == STATUS_OK)
        *arena = (struct arena){room, size, 0};
    return status;
}

/* Everything that choosing works on. */
struct chooser {
    struct boot *boot;
    char *buffer; /* BUFFER_SIZE bytes: one file at a time */
    struct arena arena;
    struct loader_config config;
    size_t capacity; /* of the choice's entries */
};

/* Reads a configuration file whole into the buffer. One byte too many is enough to refuse it. */
static enum status read_text(struct chooser *chooser, const char *path, struct text *ret_text, struct error *error)
{
    struct file file;
    enum status status = file_open(&chooser->boot->volume, path, &file, error);
    uint64_t size;

    if (status != STATUS_OK)
        return status;
    size = min_u64(file.size, BUFFER_SIZE);
    status = file_read(&file, 0, size, chooser->buffer, error);
    if (status == STATUS_OK)
        *ret_text = (struct text){chooser->buffer, (size_t)size};
    file_close(&file);
    return status;
}

static enum status read_loader_conf(struct chooser *chooser, struct error *error)
{
    struct text text;
    enum status status = read_text(chooser, ENTRIES_LOADER_CONF, &text, error);

    if (status != STATUS_OK)
        return status;
    do {
        status = config_parse_loader(ENTRIES_LOADER_CONF, text, &chooser->arena, &chooser->config, error);
        if (status != STATUS_NEED_ROOM)
            return status;
        status = enlarge(chooser->boot, &chooser->arena, error);
    } while (status == STATUS_OK);
    return status;
}

static enum status read_entry(struct chooser *chooser, const char *path, struct entry *ret_entry, struct error *error)
{
    struct text text;
    enum status status = read_text(chooser, path, &text, error);

    if (status != STATUS_OK)
        return status;
    do {
        status = config_parse_entry(path, text, &chooser->arena, ret_entry, error);
        if (status != STATUS_NEED_ROOM)
            return status;
        status = enlarge(chooser->boot, &chooser->arena, error);
    } while (status == STATUS_OK);
    return status;
}

/* What is wrong with a file does not stop the boot, but a person should have the time to read it. */
static void log_mistake(struct chooser *chooser, const struct error *error)
{
    chooser->boot->choice.mistakes++;
    log_error("%s", error->text);
}

/* Makes sure that there is room for one more entry. */
static enum status prepare_entry(struct chooser *chooser, struct error *error)
{
    struct choice *choice = &chooser->boot->choice;
    size_t capacity = chooser->capacity == 0 ? FIRST_ENTRIES : 2 * chooser->capacity;
    void *room = NULL;
    enum status status;

    if (choice->count < chooser->capacity)
        return STATUS_OK;
    status = ledger_pool(&chooser->boot->ledger, capacity * sizeof(choice->entries[0]), &room, error);
    if (status != STATUS_OK)
        return status;
    if (choice->count > 0)
        memcpy(room, choice->entries, choice->count * sizeof(choice->entries[0]));
    choice->entries = room;
    chooser->capacity = capacity;
    return STATUS_OK;
}

/* Adds the entry of this file, if it can be booted. Only want of memory is a failure: the others may be good. */
static enum status add_entry(struct chooser *chooser, const char *name, struct error *error)
{
    struct choice *choice = &chooser->boot->choice;
    char path[NAME_SIZE + sizeof(ENTRIES_FOLDER) + 1];
    enum status status = prepare_entry(chooser, error);

    if (status != STATUS_OK)
        return status;
    (void)format_text(path, sizeof(path), "%s/%s", ENTRIES_FOLDER, name);
    status = read_entry(chooser, path, &choice->entries[choice->count], error);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK)
        log_mistake(chooser, error);
    else if (entries_can_boot(&choice->entries[choice->count], MACHINE_NAME))
        choice->count++;
    return STATUS_OK;
}

/* Goes through the open folder. When it cannot be read to its end, what was found until then may be good. */
static enum status visit_entries(struct chooser *chooser, struct folder *folder, size_t *ret_files, struct error *error)
{
    char name[NAME_SIZE];
    size_t files = 0;
    enum status status;

    while ((status = folder_next(folder, name, sizeof(name), error)) == STATUS_OK) {
        if (!entry_is_name(text_of(name)))
            continue;
        if (++files > ENTRIES_AT_MOST)
            continue;
        status = add_entry(chooser, name, error);
        if (status != STATUS_OK)
            return status;
    }
    if (files > ENTRIES_AT_MOST)
        log_warning("%s: holds %zu entries; only %u of them are read", ENTRIES_FOLDER, files, ENTRIES_AT_MOST);
    if (status != STATUS_NOT_FOUND) {
        if (chooser->boot->choice.count == 0)
            return status;
        log_mistake(chooser, error);
    }
    *ret_files = files;
    return STATUS_OK;
}

/* No folder is no entries; one that cannot be read is a failure: what stands in for entries is not what was meant. */
static enum status read_entries(struct chooser *chooser, size_t *ret_files, struct error *error)
{
    struct folder folder;
    enum status status = folder_open(&chooser->boot->volume, ENTRIES_FOLDER, &folder, error);

    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    status = visit_entries(chooser, &folder, ret_files, error);
    folder_close(&folder);
    return status;
}

/* Without any configuration: the first of the usual kernels that is there. */
static enum status choose_usual_kernel(struct boot *boot, struct error *error)
{
    void *room = NULL;
    enum status status = ledger_pool(&boot->ledger, sizeof(boot->choice.entries[0]), &room, error);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; entries_usual_kernel(i); i++) {
        if (!volume_has(&boot->volume, entries_usual_kernel(i)))
            continue;
        boot->choice.entries = room;
        boot->choice.count = 1;
        boot->choice.entries[0] = entries_stand_in(entries_usual_kernel(i));
        return STATUS_OK;
    }
    return entries_refuse_empty(error);
}

enum status choose(struct boot *boot, struct error *error)
{
    struct chooser chooser = {.boot = boot};
    struct choice *choice = &boot->choice;
    enum status status = volume_open(&boot->ledger, &boot->volume, error);
    void *buffer = NULL;
    size_t files = 0;

    if (status == STATUS_OK)
        status = ledger_pool(&boot->ledger, BUFFER_SIZE, &buffer, error);
    if (status != STATUS_OK)
        return status;
    chooser.buffer = buffer;
    status = read_loader_conf(&chooser, error);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        log_mistake(&chooser, error); /* the entries may be good all the same */
    choice->has_log_level = chooser.config.has_log_level;
    choice->log_level = chooser.config.log_level;
    if (choice->has_log_level)
        sinks_set_level(&boot->sinks, choice->log_level);
    status = read_entries(&chooser, &files, error);
    if (status != STATUS_OK)
        return status;
    if (files == 0)
        return choose_usual_kernel(boot, error);
    if (choice->count == 0)
        return entries_refuse_all(files, error);
    entry_sort(choice->entries, choice->count);
    entries_put_first(choice->entries,
                      entry_choose_default(choice->entries, choice->count, chooser.config.default_pattern));
    return STATUS_OK;
}
