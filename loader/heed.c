/* SPDX-License-Identifier: BSD-2-Clause */
#include "heed.h"

#include "find.h"
#include "selection.h"
#include "variables.h"

#define VALUE_SIZE (2 * INTERFACE_UNITS) /* bytes; a larger value is none */

struct source {
    const CHAR16 *name;
    const char *spoken;
    bool is_once; /* it is deleted when it is read */
};

static const struct source entry_once = {u"LoaderEntryOneShot", "LoaderEntryOneShot", true},
                           entry_default = {u"LoaderEntryDefault", "LoaderEntryDefault", false},
                           entry_last = {u"LoaderEntryLastBooted", "LoaderEntryLastBooted", false},
                           timeout_once = {u"LoaderConfigTimeoutOneShot", "LoaderConfigTimeoutOneShot", true},
                           timeout_kept = {u"LoaderConfigTimeout", "LoaderConfigTimeout", false};

/* A value of any kind; one that is too large is empty. STATUS_NOT_FOUND: there is none. STATUS_DEVICE: it cannot be
 * read, or must not be heeded. */
static enum status fetch(const struct boot *boot, const struct source *source, uint8_t room[VALUE_SIZE],
                         struct bytes *ret_value)
{
    enum status status = variable_get(&boot->firmware, VARIABLE_OF_LOADER, source->name, room, VALUE_SIZE, ret_value);

    if (status != STATUS_OK && status != STATUS_NEED_ROOM)
        return status;
    if (status == STATUS_NEED_ROOM)
        *ret_value = (struct bytes){room, 0};
    if (!source->is_once || variable_delete(&boot->firmware, VARIABLE_OF_LOADER, source->name))
        return STATUS_OK;
    log_warning("%s does nothing: it cannot be deleted, and would come again at each boot", source->spoken);
    return STATUS_DEVICE;
}

static void say_malformed(const struct source *source)
{
    log_warning("%s does nothing: its value is malformed", source->spoken);
}

/* An entry's id or a pattern into `room`; NULL when nobody says. */
static const char *read_id(const struct boot *boot, const struct source *source, char room[INTERFACE_TEXT_SIZE],
                           enum status *ret_status)
{
    uint8_t bytes[VALUE_SIZE];
    struct bytes value;

    *ret_status = fetch(boot, source, bytes, &value);
    if (*ret_status != STATUS_OK)
        return NULL;
    if (interface_read_id(value, room))
        return room;
    say_malformed(source);
    return NULL;
}

/* Of a menu that is not timed. */
static const char *when_shown(enum interface_menu menu)
{
    if (menu == INTERFACE_MENU_FORCED)
        return "until somebody chooses";
    return menu == INTERFACE_MENU_HIDDEN ? "when a key is pressed" : "never";
}

static bool read_timeout(const struct boot *boot, const struct source *source, struct interface_timeout *timeout)
{
    uint8_t room[VALUE_SIZE];
    struct bytes value;

    if (fetch(boot, source, room, &value) != STATUS_OK)
        return false;
    if (!interface_read_timeout(value, source->is_once, timeout)) {
        say_malformed(source);
        return false;
    }
    if (timeout->menu == INTERFACE_MENU_TIMED)
        log_info("%s: the menu for %u seconds", source->spoken, timeout->seconds);
    else
        log_info("%s: the menu %s", source->spoken, when_shown(timeout->menu));
    return true;
}

static void heed_timeout(struct boot *boot)
{
    struct choice *choice = &boot->choice;

    choice->timeout = choice->config.timeout;
    if (!read_timeout(boot, &timeout_once, &choice->timeout))
        (void)read_timeout(boot, &timeout_kept, &choice->timeout); /* else loader.conf's holds */
}

/* What is said of entries, with the texts. */
struct said {
    struct selection_wishes wishes;
    bool last_is_unreadable; /* LoaderEntryLastBooted, which may be there all the same */
    char once[INTERFACE_TEXT_SIZE], wanted[INTERFACE_TEXT_SIZE], last[INTERFACE_TEXT_SIZE];
};

static void read_wishes(const struct boot *boot, struct said *said)
{
    struct selection_wishes *wishes = &said->wishes;
    enum status status;

    *wishes = (struct selection_wishes){
        .once = read_id(boot, &entry_once, said->once, &status),
        .wanted = read_id(boot, &entry_default, said->wanted, &status),
        .pattern = boot->choice.config.default_pattern,
        .is_saved = boot->choice.config.default_is_saved,
    };
    said->last_is_unreadable = false;
    if (!selection_needs_last(wishes))
        return;
    wishes->last = read_id(boot, &entry_last, said->last, &status);
    said->last_is_unreadable = status == STATUS_DEVICE;
}

/* One that nobody has written may be meant. */
static void find_automatic_ones(struct boot *boot, const struct selection_wishes *wishes)
{
    const char *const names[] = {wishes->once, wishes->wanted, wishes->last};
    struct error error;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (find_named_automatic(boot, names[i], &error) != STATUS_OK)
            log_warning("%s", error.text); /* the others are there */
    }
}

static void heed_entry(struct boot *boot)
{
    struct choice *choice = &boot->choice;
    struct selection selection;
    struct said said;

    read_wishes(boot, &said);
    find_automatic_ones(boot, &said.wishes);
    selection_make(choice->entries, choice->count, &said.wishes, &selection);
    choice->chosen = selection.chosen;
    choice->once = selection.once;
    choice->saved = selection.saved;
    choice->last = selection.last;
    choice->remembers = selection.remembers && !said.last_is_unreadable;
    if (selection.once != SELECTION_NONE)
        log_info("LoaderEntryOneShot: %s is booted this once", choice->entries[selection.once].id);
}

void heed(struct boot *boot)
{
    heed_timeout(boot);
    heed_entry(boot);
}

static bool has_id(const struct choice *choice, size_t index, const struct entry *entry)
{
    return index != SELECTION_NONE && text_is(text_of(entry->id), choice->entries[index].id);
}

void heed_booted(struct boot *boot, const struct entry *entry)
{
    struct choice *choice = &boot->choice;

    if (!choice->remembers || has_id(choice, choice->once, entry) || has_id(choice, choice->last, entry))
        return;
    /* Whether or not it is taken, another entry that is booted later must be written, too. */
    choice->last = entry_find(choice->entries, choice->count, entry->id);
    (void)variable_set_text(&boot->firmware, entry_last.name, VARIABLE_PERSISTENT, entry->id); /* said */
}
