/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One try more of an entry:
 *
 *     twins    of what a power cut has left twice, one stays
 *     anew     an entry file is written under its next name and flushed; then the old one is deleted
 *     rename   an image, and a file that cannot be written anew
 *
 * A rename may be two writes, the first of which takes the old name away (EDK2). So the last entry of a machine is not
 * renamed: a power cut in between would leave nothing to boot. Entries whose tries are used up are no others: they have
 * failed. Nor are those whose kernel is not there.
 */
#include "count.h"

#include "checked.h"
#include "counting.h"
#include "interface.h"
#include "memory.h"
#include "variables.h"

/* An open entry file, with what is in it. */
struct content {
    struct file file;
    struct bytes bytes;
};

/* More than an entry file may have is not read: it is no entry. */
static enum status read_content(struct boot *boot, struct content *content, struct error *error)
{
    void *room = NULL;
    enum status status;

    content->bytes.size = (size_t)min_u64(content->file.size, CONFIG_FILE_MAX + 1);
    status = ledger_memory(&boot->ledger, content->bytes.size + 1, &room, error);
    if (status == STATUS_OK)
        status = file_read(&content->file, 0, content->bytes.size, room, error);
    if (status != STATUS_OK)
        file_close(&content->file);
    content->bytes.data = room;
    return status;
}

static bool is_same(struct bytes a, struct bytes b)
{
    return a.size == b.size && memcmp(a.data, b.data, a.size) == 0;
}

/* ---- choose: what is there twice ---- */

/* What cannot be read is as good as different. */
static bool say_the_same(struct boot *boot, const struct entry *a, const struct entry *b)
{
    const struct volume *volume = &boot->volumes.items[a->volume];
    struct content one, two;
    struct error error;
    bool is;

    if (file_open(volume, a->file, &one.file, &error) != STATUS_OK || read_content(boot, &one, &error) != STATUS_OK)
        return false;
    is = file_open(volume, b->file, &two.file, &error) == STATUS_OK && read_content(boot, &two, &error) == STATUS_OK;
    file_close(&one.file);
    if (!is)
        return false;
    file_close(&two.file);
    return is_same(one.bytes, two.bytes);
}

/* Which tries of an entry count that is there twice. An image is what it is under either name. */
static void count_twins(struct boot *boot)
{
    struct choice *choice = &boot->choice;

    for (size_t i = 0; i < choice->count; i++) {
        for (size_t j = 0; j < choice->twin_count; j++) {
            if (counting_are_twins(&choice->entries[i], &choice->twins[j]) && !counting_is_image(&choice->entries[i]) &&
                say_the_same(boot, &choice->entries[i], &choice->twins[j]))
                counting_take_counters(&choice->entries[i], &choice->twins[j]);
        }
    }
}

/* What is behind the entries; others may come there. */
static enum status keep_twins(struct boot *boot, size_t count, struct error *error)
{
    struct choice *choice = &boot->choice;
    void *room = NULL;
    enum status status;

    if (count == 0)
        return STATUS_OK;
    status = ledger_memory(&boot->ledger, count * sizeof(choice->twins[0]), &room, error);
    if (status != STATUS_OK)
        return status;
    choice->twins = room;
    choice->twin_count = count;
    memcpy(choice->twins, choice->entries + choice->count, count * sizeof(choice->twins[0]));
    return STATUS_OK;
}

enum status count_prepare(struct boot *boot, struct error *error)
{
    struct choice *choice = &boot->choice;
    size_t count = choice->count;
    size_t size = counting_room(choice->entries, count);
    void *room = NULL;
    enum status status;

    if (size == 0)
        return STATUS_OK;
    status = ledger_memory(&boot->ledger, size, &room, error);
    if (status != STATUS_OK)
        return status;
    choice->count = counting_merge(choice->entries, count);
    counting_move(choice->entries, count, room);
    status = keep_twins(boot, count - choice->count, error);
    if (status == STATUS_OK)
        count_twins(boot);
    return status;
}

/* ---- before the boot ---- */

/* To be written to, or deleted. */
static enum status open_content(struct boot *boot, const struct volume *volume, const char *path,
                                struct content *ret_content, struct error *error)
{
    struct content content;
    enum status status = file_open_to_write(volume, path, &content.file, error);

    if (status == STATUS_OK)
        status = read_content(boot, &content, error);
    if (status == STATUS_OK)
        *ret_content = content;
    return status;
}

/* Deletes one of the two: the twin, which may be anything, unless it is whole, and the later one. */
static enum status drop_twin(struct boot *boot, const struct volume *volume, struct entry *entry, struct entry *twin,
                             struct content *content, struct error *error)
{
    struct content other;
    enum status status = open_content(boot, volume, twin->file, &other, error);

    if (status != STATUS_OK)
        return status == STATUS_NOT_FOUND ? STATUS_OK : status;
    if (!is_same(other.bytes, content->bytes) || !counting_is_later(twin, entry))
        return file_delete(&other.file, error);
    status = file_delete(&content->file, error); /* if it stays, it is a twin the next time, too */
    *content = other;
    counting_take_counters(entry, twin);
    counting_swap_files(entry, twin);
    return status;
}

/* Before anything is written: what was half deleted may lose its place on the disk to what is written next. And each is
 * gone before the next one goes. */
static enum status drop_twins(struct boot *boot, const struct volume *volume, struct entry *entry,
                              struct content *content, struct error *error)
{
    struct choice *choice = &boot->choice;
    enum status status = STATUS_OK;

    for (size_t i = 0; i < choice->twin_count && status == STATUS_OK; i++) {
        struct entry *twin = &choice->twins[i];

        if (!counting_are_twins(entry, twin))
            continue;
        status = drop_twin(boot, volume, entry, twin, content, error);
        if (status == STATUS_OK)
            status = file_flush(&content->file, error);
    }
    return status;
}

/* From here on the new file is the entry's. Should the old one stay, it is a twin. */
static void delete_old(struct file *old, struct file *created)
{
    struct error error;
    enum status status = file_delete(old, &error);

    if (status == STATUS_OK)
        status = file_flush(created, &error);
    if (status != STATUS_OK)
        log_warning("%s", error.text);
    file_close(created);
}

static enum status rename_file(struct file *file, const char *next_path, struct error *error)
{
    enum status status = file_rename(file, next_path, error);
    struct error late;

    /* The firmware has it under its new name, whatever is on the disk. */
    if (status == STATUS_OK && file_flush(file, &late) != STATUS_OK)
        log_warning("%s", late.text);
    file_close(file);
    return status;
}

static bool has_twin(const struct boot *boot, const struct entry *entry)
{
    for (size_t i = 0; i < boot->choice.twin_count; i++) {
        if (counting_are_twins(entry, &boot->choice.twins[i]))
            return true;
    }
    return false;
}

/* The path of the file when one try more was counted. */
static enum status make_next_path(struct boot *boot, const struct entry *entry, char **ret_path, struct error *error)
{
    void *room = NULL;
    enum status status = ledger_memory(&boot->ledger, text_length(entry->file) + COUNTING_ADDS, &room, error);

    if (status != STATUS_OK)
        return status;
    counting_next_path(entry, room);
    *ret_path = room;
    return STATUS_OK;
}

static void take_try(struct entry *entry, const char *next_path)
{
    log_info("%s: one try more, so it is %s from here on", entry->file, next_path);
    counting_take_try(entry, next_path);
}

static bool has_kernel(struct boot *boot, const struct entry *entry)
{
    struct volume *volume = &boot->volumes.items[entry->volume];
    struct error error;

    return volume_open(&boot->ledger, volume, &error) == STATUS_OK && volume_has(volume, entry->kernel);
}

/* Whether nothing else is booted when this one has lost its name. What has no kernel is nothing. */
static bool is_last(struct boot *boot, const struct entry *entry)
{
    for (size_t i = 0; i < boot->choice.count; i++) {
        const struct entry *other = &boot->choice.entries[i];

        if (other != entry && counting_is_hope(other) && has_kernel(boot, other))
            return false;
    }
    return true;
}

/* The file is closed, or deleted, either way. */
static enum status write_anew(struct boot *boot, const struct entry *entry, const char *next_path,
                              struct content *content, struct error *error)
{
    struct file created;
    enum status status = file_create(&boot->volumes.items[entry->volume], next_path, content->bytes, &created, error);

    if (status == STATUS_OK) {
        delete_old(&content->file, &created);
        return STATUS_OK;
    }
    if (is_last(boot, entry)) {
        file_close(&content->file);
        return status;
    }
    log_info("%s", error->text);
    return rename_file(&content->file, next_path, error);
}

static enum status count_file(struct boot *boot, const struct volume *volume, struct entry *entry, struct error *error)
{
    struct content content;
    char *next_path = NULL;
    enum status status = open_content(boot, volume, entry->file, &content, error);

    if (status != STATUS_OK)
        return status;
    status = drop_twins(boot, volume, entry, &content, error);
    if (status == STATUS_OK && counting_is_due(entry))
        status = make_next_path(boot, entry, &next_path, error);
    if (status == STATUS_OK && next_path)
        status = write_anew(boot, entry, next_path, &content, error);
    else
        file_close(&content.file);
    if (status == STATUS_OK && next_path)
        take_try(entry, next_path);
    return status;
}

static enum status count_image(struct boot *boot, const struct volume *volume, struct entry *entry, struct error *error)
{
    struct file file;
    char *next_path = NULL;
    enum status status = make_next_path(boot, entry, &next_path, error);

    if (status == STATUS_OK)
        status = file_open_to_write(volume, entry->file, &file, error);
    if (status == STATUS_OK)
        status = rename_file(&file, next_path, error);
    if (status == STATUS_OK)
        take_try(entry, next_path);
    return status;
}

static enum status count_entry(struct boot *boot, struct entry *entry, struct error *error)
{
    struct volume *volume = &boot->volumes.items[entry->volume];
    enum status status = volume_open(&boot->ledger, volume, error); /* its refusal may be that it is not open */

    if (status != STATUS_OK)
        return status;
    return counting_is_image(entry) ? count_image(boot, volume, entry, error) : count_file(boot, volume, entry, error);
}

/* The choice's own of what may be a copy; NULL when it has none whose tries are counted. */
static struct entry *find_own(struct boot *boot, const struct entry *entry)
{
    for (size_t i = 0; entry->counted_file && i < boot->choice.count; i++) {
        if (boot->choice.entries[i].counted_file == entry->counted_file)
            return &boot->choice.entries[i];
    }
    return NULL;
}

/* Says whether the entry's kernel has another path now. */
static bool count_own(struct boot *boot, struct entry *entry)
{
    bool is_image = counting_is_image(entry);
    struct error error;

    if (!counting_is_due(entry) && (is_image || !has_twin(boot, entry)))
        return false;
    if (is_image && is_last(boot, entry)) {
        log_info("%s: its tries are not counted while no other entry is left: a power cut could take its name away",
                 entry->file);
        return false;
    }
    if (count_entry(boot, entry, &error) == STATUS_OK)
        return is_image;
    log_warning("%s: this try is not counted: %s", entry->file, error.text);
    return false;
}

bool count_try(struct boot *boot, const struct entry *tried)
{
    struct entry *entry = find_own(boot, tried);
    bool is_renamed = entry && count_own(boot, entry);

    /* Also where the try was not counted: what boots well is to lose its counters. */
    boot->counted = entry ? entry->file : NULL;
    return is_renamed;
}

static const CHAR16 path_variable[] = u"LoaderBootCountPath";

void count_announce(const struct boot *boot)
{
    char text[INTERFACE_TEXT_SIZE];

    if (boot->counted && interface_write_count_path(boot->counted, text))
        (void)variable_set_text(&boot->firmware, path_variable, VARIABLE_VOLATILE, text); /* a failure is said there */
}

void count_withdraw(const struct boot *boot)
{
    if (boot->counted)
        (void)variable_delete(&boot->firmware, VARIABLE_OF_LOADER, path_variable); /* a failure is said there */
}
