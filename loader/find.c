/* SPDX-License-Identifier: BSD-2-Clause */
/* choose, its first half: the configuration, and all that can be booted, from the volumes. */
#include "find.h"

#include "automatic_entries.h"
#include "checked.h"
#include "config.h"
#include "device_path.h"
#include "entries.h"
#include "format.h"
#include "image_entry.h"
#include "memory.h"
#include "pe.h"

#define NAME_SIZE     768 /* bytes of UTF-8: 255 characters */
#define BUFFER_MAX    (CONFIG_FILE_MAX + 1)
#define FIRST_ENTRIES 16
#define FIRST_ROOM    (4U * 1024)
#define SCRATCH_SIZE  (16U * 1024) /* for most entry files, and most plans */
#define ROOM_AT_MOST  (16U * 1024 * 1024)

/* Everything that finding works on. */
struct finder {
    struct boot *boot;
    size_t volume; /* the one that is looked at */
    struct arena arena;
    size_t capacity; /* of the choice's entries */
};

/* A kind of entry files: where they lie, and how one is read. */
struct source {
    const char *folder;
    bool (*is_name)(struct text name);
    enum status (*read)(struct finder *finder, const char *path, struct entry *ret_entry, struct error *error);
};

static enum status scratch_take(struct boot *boot, size_t size, struct error *error)
{
    void *room = NULL;
    enum status status = ledger_memory(&boot->ledger, size, &room, error);

    if (status == STATUS_OK)
        boot->scratch = (struct arena){room, size, 0};
    return status;
}

/* What the parsers keep lies in the arena. A block that is full stays, and a larger one goes on. */
static enum status enlarge(struct finder *finder, struct error *error)
{
    struct arena *arena = &finder->arena;
    size_t size = arena->size == 0 ? FIRST_ROOM : 2 * arena->size;
    void *room = NULL;
    enum status status;

    if (size > ROOM_AT_MOST)
        return error_set(error, STATUS_NO_MEMORY, "%s: the entries take more than %u MiB. Take some of them out.",
                         ENTRIES_FOLDER, ROOM_AT_MOST >> 20);
    status = ledger_memory(&finder->boot->ledger, size, &room, error);
    if (status == STATUS_OK)
        *arena = (struct arena){room, size, 0};
    return status;
}

static struct volume *volume_of(const struct finder *finder)
{
    return &finder->boot->volumes.items[finder->volume];
}

/* Reads a part of an open file into the scratch memory: BUFFER_MAX bytes of it at most. */
static enum status read_part(struct finder *finder, struct file *file, uint64_t offset, uint64_t size,
                             struct bytes *ret_bytes, struct error *error)
{
    struct boot *boot = finder->boot;
    enum status status = STATUS_OK;

    size = min_u64(min_u64(size, BUFFER_MAX), file->size - offset);
    if (size > boot->scratch.size)
        status = scratch_take(boot, BUFFER_MAX, error);
    if (status == STATUS_OK && size > 0)
        status = file_read(file, offset, size, boot->scratch.base, error);
    if (status == STATUS_OK)
        *ret_bytes = (struct bytes){boot->scratch.base, (size_t)size};
    return status;
}

/* Whether there may be counters in a file's name. */
static bool is_counted(const char *path)
{
    while (*path != '\0' && *path != '+')
        path++;
    return *path != '\0';
}

/* Reads a configuration file whole. One byte too many is enough to refuse it. */
static enum status read_text(struct finder *finder, const char *path, struct text *ret_text, struct error *error)
{
    struct file file;
    struct bytes bytes;
    enum status status = file_open(volume_of(finder), path, &file, error);

    if (status != STATUS_OK)
        return status;
    status = read_part(finder, &file, 0, BUFFER_MAX, &bytes, error);
    if (status == STATUS_OK)
        *ret_text = (struct text){(const char *)bytes.data, bytes.size};
    if (is_counted(path)) /* it may be deleted */
        file_close(&file);
    else
        file_leave(&finder->boot->ledger, &file);
    return status;
}

static enum status read_loader_conf(struct finder *finder, struct error *error)
{
    struct text text;
    enum status status = read_text(finder, ENTRIES_LOADER_CONF, &text, error);

    while (status == STATUS_OK) {
        status = config_parse_loader(ENTRIES_LOADER_CONF, text, &finder->arena, &finder->boot->choice.config, error);
        if (status != STATUS_NEED_ROOM)
            break;
        status = enlarge(finder, error);
    }
    return status;
}

/* A boot entry of type 1. */
static enum status read_entry(struct finder *finder, const char *path, struct entry *ret_entry, struct error *error)
{
    struct text text;
    enum status status = read_text(finder, path, &text, error);

    while (status == STATUS_OK) {
        status = config_parse_entry(path, text, &finder->arena, ret_entry, error);
        if (status != STATUS_NEED_ROOM)
            break;
        status = enlarge(finder, error);
    }
    return status;
}

/* The sections that make an image an entry, from its headers. */
static enum status find_sections(struct finder *finder, struct file *file, struct pe_section *ret_release,
                                 struct pe_section *ret_options, struct error *error)
{
    uint64_t needed = PLAN_HEAD_SIZE;
    enum status status;
    struct bytes head;
    struct pe pe;

    do {
        status = read_part(finder, file, 0, needed, &head, error);
        if (status == STATUS_OK)
            status = pe_read(file->path, head, file->size, finder->boot->facts.machine.pe_machine, &pe, &needed, error);
    } while (status == STATUS_NEED_BYTES);
    if (status != STATUS_OK)
        return status;
    if (!pe_section(&pe, ".osrel", ret_release))
        return error_set(error, STATUS_UNSUPPORTED, "%s: has no section .osrel, so it is no unified kernel image.",
                         file->path);
    if (!pe_section(&pe, ".cmdline", ret_options))
        *ret_options = (struct pe_section){0, 0};
    return STATUS_OK;
}

/* A section as a text in the arena, which lasts. */
static enum status read_section(struct finder *finder, struct file *file, const struct pe_section *section,
                                struct text *ret_text, struct error *error)
{
    struct bytes bytes;
    char *copy = NULL;
    enum status status = read_part(finder, file, section->offset, section->size, &bytes, error);

    while (status == STATUS_OK &&
           !(copy = arena_string(&finder->arena, (struct text){(const char *)bytes.data, bytes.size})))
        status = enlarge(finder, error);
    if (status == STATUS_OK)
        *ret_text = (struct text){copy, bytes.size};
    return status;
}

static enum status read_open_image(struct finder *finder, struct file *file, struct entry *ret_entry,
                                   struct error *error)
{
    struct pe_section release, options;
    struct text release_text = {NULL, 0}, options_text = {NULL, 0};
    enum status status = find_sections(finder, file, &release, &options, error);

    if (status == STATUS_OK)
        status = read_section(finder, file, &release, &release_text, error);
    if (status == STATUS_OK && options.size > 0)
        status = read_section(finder, file, &options, &options_text, error);
    while (status == STATUS_OK) {
        status = image_entry_make(file->path, release_text, options_text, &finder->arena, ret_entry);
        if (status != STATUS_NEED_ROOM)
            break;
        status = enlarge(finder, error);
    }
    return status;
}

/* A unified kernel image: a boot entry of type 2. */
static enum status read_image(struct finder *finder, const char *path, struct entry *ret_entry, struct error *error)
{
    struct file file;
    enum status status = file_open(volume_of(finder), path, &file, error);

    if (status != STATUS_OK)
        return status;
    status = read_open_image(finder, &file, ret_entry, error);
    file_close(&file);
    return status;
}

/* What is wrong with a file does not stop the boot, but a person should have the time to read it. */
static void log_mistake(struct finder *finder, const struct error *error)
{
    finder->boot->choice.mistakes++;
    log_error("%s", error->text);
}

/* Makes sure that there is room for one more entry. */
static enum status prepare_entry(struct finder *finder, struct error *error)
{
    struct choice *choice = &finder->boot->choice;
    size_t capacity = finder->capacity == 0 ? FIRST_ENTRIES : 2 * finder->capacity;
    void *room = NULL;
    enum status status;

    if (choice->count < finder->capacity)
        return STATUS_OK;
    status = ledger_memory(&finder->boot->ledger, capacity * sizeof(choice->entries[0]), &room, error);
    if (status != STATUS_OK)
        return status;
    if (choice->count > 0)
        memcpy(room, choice->entries, choice->count * sizeof(choice->entries[0]));
    choice->entries = room;
    finder->capacity = capacity;
    return STATUS_OK;
}

/* Each Baton would start the next one. A disk that others have set up may have such an entry, since Baton can lie in
 * any boot loader's place. */
static bool is_loader(const struct finder *finder, const struct entry *entry)
{
    if (!entries_is_loader(entry, finder->boot->image))
        return false;
    log_info("%s: %s is this loader itself, so the entry is left out", entry->file, entry->kernel);
    return true;
}

/* Adds the entry of this file, if it can be booted. Only want of memory is a failure: the others may be good. */
static enum status add_entry(struct finder *finder, const struct source *source, const char *name, struct error *error)
{
    struct choice *choice = &finder->boot->choice;
    char path[NAME_SIZE + 32];
    struct entry *entry;
    enum status status = prepare_entry(finder, error);

    if (status != STATUS_OK)
        return status;
    (void)format_text(path, sizeof(path), "%s/%s", source->folder, name);
    entry = &choice->entries[choice->count];
    status = source->read(finder, path, entry, error);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status == STATUS_UNSUPPORTED) { /* it is none, or none for this machine */
        log_info("%s", error->text);
        return STATUS_OK;
    }
    choice->files++;
    if (status != STATUS_OK) {
        log_mistake(finder, error);
        return STATUS_OK;
    }
    entry->volume = finder->volume;
    if (entries_can_boot(entry, finder->boot->facts.machine.name) && !is_loader(finder, entry))
        choice->count++;
    return STATUS_OK;
}

/* Names that are kept are no entry's, so that who names an automatic entry gets that. */
static bool is_entry(const struct source *source, const char *name)
{
    if (!source->is_name(text_of(name)))
        return false;
    if (!automatic_entry_has_name(text_of(name)))
        return true;
    log_info("%s/%s: names that begin with auto- are kept for automatic entries, so it is left out", source->folder,
             name);
    return false;
}

/* Goes through the open folder. When it cannot be read to its end, what was found until then may be good. */
static enum status visit_folder(struct finder *finder, const struct source *source, struct folder *folder,
                                struct error *error)
{
    char name[NAME_SIZE];
    size_t files = 0;
    enum status status;

    while ((status = folder_next(folder, name, sizeof(name), error)) == STATUS_OK) {
        if (!is_entry(source, name))
            continue;
        if (++files > ENTRIES_AT_MOST)
            continue;
        status = add_entry(finder, source, name, error);
        if (status != STATUS_OK)
            return status;
    }
    if (files > ENTRIES_AT_MOST)
        log_warning("%s: holds %zu entries; only %u of them are read", source->folder, files, ENTRIES_AT_MOST);
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* No folder is no entries. */
static enum status read_folder(struct finder *finder, const struct source *source, struct error *error)
{
    struct folder folder;
    enum status status = folder_open(volume_of(finder), source->folder, &folder, error);

    if (status == STATUS_NOT_FOUND)
        return STATUS_OK;
    if (status != STATUS_OK)
        return status;
    status = visit_folder(finder, source, &folder, error);
    folder_leave(&finder->boot->ledger, &folder);
    return status;
}

static const struct source sources[] = {
    {ENTRIES_FOLDER, entry_is_name, read_entry},
    {IMAGE_ENTRY_FOLDER, entry_is_image_name, read_image},
};

/* What cannot be read does not keep other entries from being read: the first failure is kept, the others are logged. */
static void note_failure(struct error *failure, const struct error *error)
{
    if (failure->text[0] != '\0')
        log_warning("%s", error->text);
    else
        *failure = *error;
}

/* The folders of a volume. Only want of memory is a failure of this. */
static enum status read_volume(struct finder *finder, struct error *failure, struct error *error)
{
    enum status status = volume_open(&finder->boot->ledger, volume_of(finder), error);

    if (status != STATUS_OK && status != STATUS_NO_MEMORY) {
        note_failure(failure, error);
        return STATUS_OK;
    }
    for (size_t i = 0; status != STATUS_NO_MEMORY && i < sizeof(sources) / sizeof(sources[0]); i++) {
        status = read_folder(finder, &sources[i], error);
        if (status != STATUS_OK && status != STATUS_NO_MEMORY)
            note_failure(failure, error);
    }
    return status == STATUS_NO_MEMORY ? status : STATUS_OK;
}

/* The entries of the boot volume, and of the extended boot loader partition, which counts as a part of it. What is
 * there and cannot be read is a failure when there are no other entries: what stands in for entries is not what was
 * meant. */
static enum status read_entries(struct finder *finder, struct error *error)
{
    struct volumes *volumes = &finder->boot->volumes;
    struct error failure = {""};

    for (finder->volume = 0; finder->volume < volumes->count; finder->volume++) {
        enum status status = read_volume(finder, &failure, error);

        if (status != STATUS_OK)
            return status;
    }
    finder->volume = 0;
    if (failure.text[0] == '\0')
        return STATUS_OK;
    *error = failure;
    if (finder->boot->choice.count == 0)
        return STATUS_DEVICE;
    log_mistake(finder, error);
    return STATUS_OK;
}

/* Without any configuration: the first of the usual kernels that is there. */
static enum status add_usual_kernel(struct finder *finder, struct error *error)
{
    struct choice *choice = &finder->boot->choice;
    enum status status = prepare_entry(finder, error);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; entries_usual_kernel(i); i++) {
        if (!volume_has(volume_of(finder), entries_usual_kernel(i)))
            continue;
        choice->entries[choice->count++] = entries_stand_in(entries_usual_kernel(i));
        return STATUS_OK;
    }
    return STATUS_OK;
}

/* From the firmware, which need not know. */
static void find_own_image(struct boot *boot)
{
    const EFI_LOADED_IMAGE_PROTOCOL *image = boot->firmware.loaded_image;

    if (!image || !image->FilePath ||
        !interface_write_image((struct bytes){(const uint8_t *)image->FilePath, DEVICE_PATH_MAX}, boot->image))
        boot->image[0] = '\0';
}

enum status find(struct boot *boot, struct error *error)
{
    struct finder finder = {.boot = boot};
    struct choice *choice = &boot->choice;
    enum status status;

    find_own_image(boot);
    status = scratch_take(boot, SCRATCH_SIZE, error);
    if (status == STATUS_OK)
        status = volumes_find(&boot->ledger, &boot->volumes, error);
    if (status == STATUS_OK)
        status = volume_open(&boot->ledger, &boot->volumes.items[0], error);
    if (status != STATUS_OK)
        return status;
    status = read_loader_conf(&finder, error);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        log_mistake(&finder, error); /* the entries may be good all the same */
    if (choice->config.has_log_level)
        sinks_set_level(&boot->sinks, choice->config.log_level);
    status = read_entries(&finder, error);
    if (status == STATUS_OK && choice->files == 0)
        status = add_usual_kernel(&finder, error);
    return status;
}
