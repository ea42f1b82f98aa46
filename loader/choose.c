/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot.h"
#include "checked.h"
#include "config.h"
#include "format.h"
#include "machine.h"
#include "memory.h"

#define LOADER_CONF     "/loader/loader.conf"
#define ENTRIES         "/loader/entries"
#define NAME_SIZE       768  /* bytes of UTF-8: 255 characters */
#define ENTRIES_AT_MOST 1024 /* more is no configuration */
#define BUFFER_SIZE     (CONFIG_FILE_MAX + 1)
#define FIRST_ROOM      (16U * 1024)
#define ROOM_AT_MOST    (16U * 1024 * 1024)

/* Kernels that are looked for when there is no configuration, in this order. */
static const char *const usual_kernels[] = {"/boot/kernel.elf", "/kernel.elf", "/kernel.bin"};

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
    enum status status = read_text(chooser, LOADER_CONF, &text, error);

    if (status != STATUS_OK)
        return status;
    do {
        status = config_parse_loader(LOADER_CONF, text, &chooser->arena, &chooser->config, error);
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

/* Whether this loader, on this machine, boots what the entry names. What it does not is said, not refused. */
static bool is_bootable(const struct entry *entry)
{
    if (!entry_is_for(entry, MACHINE_NAME)) {
        log_info("%s: is for the architecture %s, and this machine is %s", entry->file, entry->architecture,
                 MACHINE_NAME);
        return false;
    }
    if (entry->kernel_key == ENTRY_KERNEL_EFI) {
        log_info("%s: names an EFI program, which this version of Baton does not start", entry->file);
        return false;
    }
    if (entry->kernel_key == ENTRY_KERNEL_NONE) {
        log_warning("%s: names no kernel. Add a line like: kernel /boot/kernel.elf", entry->file);
        return false;
    }
    return true;
}

/* What is wrong with a file does not stop the boot, but a person should have the time to read it. */
static void log_mistake(struct chooser *chooser, const struct error *error)
{
    chooser->boot->choice.mistakes++;
    log_error("%s", error->text);
}

/* Goes through the folder: counts the entry files, or, with room for `capacity` entries, reads them. */
static size_t visit_entries(struct chooser *chooser, struct entry *entries, size_t capacity)
{
    struct folder folder;
    struct error error;
    char name[NAME_SIZE], path[NAME_SIZE + sizeof(ENTRIES) + 1];
    enum status status = folder_open(&chooser->boot->volume, ENTRIES, &folder, &error);
    size_t count = 0;

    if (status != STATUS_OK) {
        if (status != STATUS_NOT_FOUND)
            log_mistake(chooser, &error);
        return 0;
    }
    while ((status = folder_next(&folder, name, sizeof(name), &error)) == STATUS_OK) {
        if (!entry_is_name(text_of(name)))
            continue;
        if (!entries) {
            count++;
            continue;
        }
        if (count == capacity)
            break;
        (void)format_text(path, sizeof(path), "%s/%s", ENTRIES, name);
        if (read_entry(chooser, path, &entries[count], &error) != STATUS_OK)
            log_mistake(chooser, &error); /* the others may be good */
        else if (is_bootable(&entries[count]))
            count++;
    }
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        log_mistake(chooser, &error);
    folder_close(&folder);
    return count;
}

/* Puts the default first and leaves the others in their order. */
static void put_first(struct entry *entries, size_t index)
{
    struct entry chosen = entries[index];

    memmove(entries + 1, entries, index * sizeof(entries[0]));
    entries[0] = chosen;
}

static enum status choose_entry(struct chooser *chooser, size_t files, struct error *error)
{
    struct choice *choice = &chooser->boot->choice;
    size_t capacity = min_u64(files, ENTRIES_AT_MOST);
    void *room = NULL;
    enum status status = ledger_pool(&chooser->boot->ledger, capacity * sizeof(choice->entries[0]), &room, error);

    if (status != STATUS_OK)
        return status;
    if (files > ENTRIES_AT_MOST)
        log_warning("%s: holds %zu entries; only %u of them are read", ENTRIES, files, ENTRIES_AT_MOST);
    choice->entries = room;
    choice->count = visit_entries(chooser, room, capacity);
    if (choice->count == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "%s: holds no entry (of %zu) that this version of Baton can boot on this machine. The line "
                         "'log-level info' "
                         "in %s lets it say why for each.",
                         ENTRIES, files, LOADER_CONF);
    entry_sort(choice->entries, choice->count);
    put_first(choice->entries, entry_choose_default(choice->entries, choice->count, chooser->config.default_pattern));
    return STATUS_OK;
}

/* Without any configuration: the first of the usual kernels that is there. */
static enum status choose_usual_kernel(struct boot *boot, struct error *error)
{
    void *room = NULL;
    enum status status = ledger_pool(&boot->ledger, sizeof(boot->choice.entries[0]), &room, error);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < sizeof(usual_kernels) / sizeof(usual_kernels[0]); i++) {
        if (!volume_has(&boot->volume, usual_kernels[i]))
            continue;
        boot->choice.entries = room;
        boot->choice.count = 1;
        boot->choice.entries[0] = (struct entry){.file = "(no configuration)",
                                                 .id = "(no configuration)",
                                                 .kernel_key = ENTRY_KERNEL_KERNEL,
                                                 .kernel = usual_kernels[i],
                                                 .options = ""};
        return STATUS_OK;
    }
    return error_set(error, STATUS_NOT_FOUND,
                     "There is no kernel to boot: the volume that the loader came from has no entries in %s, and "
                     "neither %s, %s nor %s. Copy a kernel to one of these places.",
                     ENTRIES, usual_kernels[0], usual_kernels[1], usual_kernels[2]);
}

enum status choose(struct boot *boot, struct error *error)
{
    struct chooser chooser = {.boot = boot};
    enum status status = volume_open(&boot->ledger, &boot->volume, error);
    void *buffer = NULL;
    size_t files;

    if (status == STATUS_OK)
        status = ledger_pool(&boot->ledger, BUFFER_SIZE, &buffer, error);
    if (status != STATUS_OK)
        return status;
    chooser.buffer = buffer;
    status = read_loader_conf(&chooser, error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        log_mistake(&chooser, error); /* the entries may be good all the same */
    boot->choice.has_log_level = chooser.config.has_log_level;
    boot->choice.log_level = chooser.config.log_level;
    if (chooser.config.has_log_level)
        sinks_set_level(&boot->sinks, chooser.config.log_level);
    files = visit_entries(&chooser, NULL, 0);
    return files > 0 ? choose_entry(&chooser, files, error) : choose_usual_kernel(boot, error);
}
