/* SPDX-License-Identifier: BSD-2-Clause */
/* choose, when somebody asks for it: the entries that nobody has written. */
#include "entries.h"
#include "find.h"
#include "memory.h"
#include "restart.h"

/* Those that loader.conf lets be there and that are. Baton may lie in a program's place, where firmware starts nothing
 * else. */
static size_t look(const struct boot *boot, struct entry found[AUTOMATIC_COUNT])
{
    const struct volume *volume = &boot->volumes.items[0];
    size_t count = 0;

    for (enum automatic_entry which = 0; which < AUTOMATIC_COUNT; which++) {
        struct entry entry = automatic_entry_make(which, boot->facts.machine.shell);

        if (!automatic_entry_is_wanted(which, &boot->choice.config))
            continue;
        if (entry.action == ENTRY_BOOT && !(volume->root && volume_has(volume, entry.kernel)))
            continue;
        if (entries_is_loader(&entry, boot->image))
            continue;
        if (entry.action == ENTRY_FIRMWARE_SETUP && !restart_can_open_setup(&boot->firmware))
            continue;
        found[count++] = entry;
    }
    return count;
}

/* The loader's own volume was closed where a restart has failed. */
enum status look_for_automatic(struct boot *boot, struct entry ret_found[AUTOMATIC_COUNT], size_t *ret_count,
                               struct error *error)
{
    enum status status = STATUS_OK;

    if (boot->volumes.count > 0) /* else nobody knows where the loader came from */
        status = volume_open(&boot->ledger, &boot->volumes.items[0], error);
    if (status == STATUS_NO_MEMORY)
        return status;
    if (status != STATUS_OK)
        log_warning("%s", error->text);
    *ret_count = look(boot, ret_found);
    return STATUS_OK;
}

/* Puts them behind the others. */
static enum status append(struct boot *boot, const struct entry *found, size_t count, struct error *error)
{
    struct choice *choice = &boot->choice;
    void *room = NULL;
    struct entry *entries;
    enum status status = STATUS_OK;

    if (count > 0)
        status = ledger_memory(&boot->ledger, (choice->count + count) * sizeof(*entries), &room, error);
    if (status != STATUS_OK)
        return status;
    choice->has_automatic = true;
    if (count == 0)
        return STATUS_OK;
    entries = room;
    if (choice->count > 0)
        memcpy(entries, choice->entries, choice->count * sizeof(*entries));
    memcpy(entries + choice->count, found, count * sizeof(*entries));
    choice->entries = entries;
    choice->count += count;
    return STATUS_OK;
}

enum status find_automatic(struct boot *boot, struct error *error)
{
    struct entry found[AUTOMATIC_COUNT];
    size_t count = 0;
    enum status status;

    if (boot->choice.has_automatic)
        return STATUS_OK;
    status = look_for_automatic(boot, found, &count, error);
    return status == STATUS_OK ? append(boot, found, count, error) : status;
}

enum status find_named_automatic(struct boot *boot, const char *name, struct error *error)
{
    const struct choice *choice = &boot->choice;
    struct entry found[AUTOMATIC_COUNT];
    size_t count = 0;
    enum status status;

    if (choice->has_automatic || !name || !automatic_entry_has_name(text_of(name)) ||
        entry_find(choice->entries, choice->count, name) != SIZE_MAX)
        return STATUS_OK;
    status = look_for_automatic(boot, found, &count, error);
    if (status != STATUS_OK || entry_find(found, count, name) == SIZE_MAX)
        return status;
    return append(boot, found, count, error);
}
