/* SPDX-License-Identifier: BSD-2-Clause */
#include "image_entry.h"

#include "os_release.h"

/* Up to the first NUL, and without the line ends that the section's file had at its end. */
static struct text trim_options(struct text options)
{
    size_t length = 0;

    while (length < options.length && options.data[length] != '\0')
        length++;
    while (length > 0 && (uint8_t)options.data[length - 1] <= ' ')
        length--;
    return (struct text){options.data, length};
}

/* The options as one line: what begins a new one in the section's file, or is an order to a console, becomes a blank,
 * as systemd's stub has it. NULL when there is no room. */
static char *take_options(struct text options, struct arena *arena)
{
    char *line = arena_string(arena, trim_options(options));

    for (char *c = line; c && *c != '\0'; c++)
        *c = (uint8_t)*c < ' ' ? ' ' : *c;
    return line;
}

enum status image_entry_make(const char *path, struct text release, struct text options, struct arena *arena,
                             struct entry *ret_entry)
{
    struct entry entry = {.kernel_key = ENTRY_KERNEL_EFI, .options = ""};
    const size_t used = arena->used;
    struct os_release read;
    enum status status = os_release_parse(release, arena, &read);

    if (status != STATUS_OK)
        return status;
    if (options.data)
        entry.own_options = take_options(options, arena);
    if (!entry_take_name(&entry, path, arena) || (options.data && !entry.own_options)) {
        arena->used = used;
        return STATUS_NEED_ROOM;
    }
    entry.kernel = entry.file;
    entry.title = os_release_title(&read);
    entry.version = os_release_version(&read);
    entry.sort_key = os_release_sort_key(&read);
    *ret_entry = entry;
    return STATUS_OK;
}
