/* SPDX-License-Identifier: BSD-2-Clause */
#include "counting.h"

#include "format.h"
#include "memory.h"

bool counting_is_due(const struct entry *entry)
{
    return entry->has_tries && entry->tries_left > 0;
}

bool counting_is_hope(const struct entry *entry)
{
    return !entry->automatic && (!entry->has_tries || counting_is_due(entry));
}

bool counting_is_image(const struct entry *entry)
{
    return entry->kernel == entry->file;
}

bool counting_are_twins(const struct entry *a, const struct entry *b)
{
    return a->has_tries && b->has_tries && a->volume == b->volume && text_equal(text_of(a->id), text_of(b->id)) &&
           !text_equal(text_of(a->file), text_of(b->file)); /* of a damaged folder */
}

/* How many bytes of a path its folder takes, with the slash behind it. */
static size_t folder_length(struct text path)
{
    size_t length = path.length;

    while (length > 0 && path.data[length - 1] != '/')
        length--;
    return length;
}

static struct entry_name name_of(const struct entry *entry)
{
    struct text path = text_of(entry->file);
    size_t folder = folder_length(path);

    return entry_parse_name((struct text){path.data + folder, path.length - folder});
}

static bool is_more_tried(uint32_t left, uint32_t done, uint32_t other_left, uint32_t other_done)
{
    return left != other_left ? left < other_left : done > other_done;
}

bool counting_is_later(const struct entry *twin, const struct entry *entry)
{
    struct entry_name a = name_of(twin), b = name_of(entry);

    return is_more_tried(a.tries_left, a.tries_done, b.tries_left, b.tries_done);
}

static void swap(struct entry *a, struct entry *b)
{
    struct entry copy = *a;

    *a = *b;
    *b = copy;
}

size_t counting_merge(struct entry *entries, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        size_t twin = entries[i].has_tries ? 0 : kept;

        while (twin < kept && !counting_are_twins(&entries[twin], &entries[i]))
            twin++;
        if (twin == kept)
            swap(&entries[kept++], &entries[i]);
        else if (counting_is_later(&entries[i], &entries[twin]) == counting_is_image(&entries[i]))
            swap(&entries[twin], &entries[i]);
    }
    return kept;
}

void counting_take_counters(struct entry *entry, const struct entry *twin)
{
    if (!is_more_tried(twin->tries_left, twin->tries_done, entry->tries_left, entry->tries_done))
        return;
    entry->tries_left = twin->tries_left;
    entry->tries_done = twin->tries_done;
}

/* What a path takes, with any counters. */
static size_t room_of(const struct entry *entry)
{
    return text_length(entry->file) + COUNTING_ADDS;
}

void counting_next_path(const struct entry *entry, char *ret_path)
{
    struct entry_name name = name_of(entry);
    size_t folder = folder_length(text_of(entry->file));
    uint32_t done = entry->tries_done < INT32_MAX ? entry->tries_done + 1 : INT32_MAX;

    (void)format_text(ret_path, room_of(entry), "%.*s%.*s+%u-%u%.*s", (int)folder, entry->file, (int)name.stem.length,
                      name.stem.data, entry->tries_left - 1, done, (int)name.suffix.length, name.suffix.data);
}

size_t counting_room(const struct entry *entries, size_t count)
{
    size_t room = 0;

    for (size_t i = 0; i < count; i++)
        room += entries[i].has_tries ? room_of(&entries[i]) : 0; /* of at most some thousand paths */
    return room;
}

/* An image's kernel goes with it. */
static void set_path(struct entry *entry, const char *path)
{
    bool is_image = counting_is_image(entry);

    memmove(entry->counted_file, path, text_length(path) + 1);
    entry->file = entry->counted_file;
    if (is_image)
        entry->kernel = entry->file;
}

void counting_move(struct entry *entries, size_t count, char *room)
{
    for (size_t i = 0; i < count; i++) {
        size_t size = room_of(&entries[i]);

        if (!entries[i].has_tries)
            continue;
        entries[i].counted_file = room;
        set_path(&entries[i], entries[i].file);
        room += size;
    }
}

void counting_swap_files(struct entry *entry, struct entry *twin)
{
    char *file = entry->counted_file;

    entry->counted_file = twin->counted_file;
    entry->file = entry->counted_file;
    twin->counted_file = file;
    twin->file = file;
}

void counting_take_try(struct entry *entry, const char *next_path)
{
    set_path(entry, next_path);
    entry->tries_left--;
    entry->tries_done += entry->tries_done < INT32_MAX ? 1 : 0;
}
