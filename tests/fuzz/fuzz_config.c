/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * loader.conf and entry files. The promised room suffices; with less there is no line in the log, and the arena is as
 * before. What is read lies in the arena, and is the same whatever room there was. Paths begin with '/' and are plain.
 * A refusal names the file, and leaves result and arena alone. What the loader then does with an entry (is it for this
 * machine, is it the default) takes any entry.
 */
#include <string.h>

#include "config.h"
#include "config_values.h"
#include "entries.h"
#include "extra_files.h"
#include "fuzz.h"

#define ARENA_START 24 /* the arena's base need not be aligned */

static void check_string(const struct arena *arena, const char *string)
{
    const char *start = (const char *)arena->base;

    CHECK(!string || (string >= start && string < start + arena->used &&
                      memchr(string, 0, (size_t)(start + arena->used - string))));
}

static void check_path(const struct arena *arena, const char *path)
{
    if (!path)
        return;
    check_string(arena, path);
    CHECK(path[0] == '/' && path[1] != '\0' && strlen(path) <= CONFIG_PATH_MAX + 1);
    CHECK(!strstr(path, "//") && !strstr(path, "/./") && !strstr(path, "/../"));
    CHECK(!strchr(path, '\\') && !strchr(path, '\t'));
}

static void check_overlays(const struct arena *arena, const struct entry *entry)
{
    const char *path = entry->overlays;

    for (size_t i = 0; i < entry->overlay_count; i++) {
        check_path(arena, path);
        CHECK(strchr(path, ' ') == NULL);
        path += strlen(path) + 1;
    }
}

static void check_entry(const struct arena *arena, const struct entry *entry)
{
    const char *const strings[] = {entry->file,     entry->id,         entry->title,        entry->version,
                                   entry->sort_key, entry->machine_id, entry->architecture, entry->options};

    enum extra_kind kind;

    for (size_t i = 0; i < COUNT(strings); i++)
        check_string(arena, strings[i]);
    CHECK(entry->file && entry->id && entry->options);
    if (entry->kernel_key == ENTRY_KERNEL_URL)
        check_string(arena, entry->kernel);
    else
        check_path(arena, entry->kernel);
    check_path(arena, entry->devicetree);
    check_overlays(arena, entry);
    CHECK(entry->profile == 0 || entry->kernel_key == ENTRY_KERNEL_UKI);
    CHECK(entry->initrd_count == 0 || entry->kernel_key != ENTRY_KERNEL_UKI);
    CHECK((entry->kernel != NULL) == (entry->kernel_key != ENTRY_KERNEL_NONE));
    CHECK(entry->module_count <= CONFIG_MODULES_MAX);
    for (size_t i = 0; i < entry->module_count; i++) {
        check_path(arena, entry->modules[i].path);
        CHECK(entry->modules[i].path && entry->modules[i].name && entry->modules[i].command_line);
    }
    CHECK(entry->initrd_count <= CONFIG_MODULES_MAX && entry->extra_count <= CONFIG_MODULES_MAX);
    for (size_t i = 0; i < entry->initrd_count + entry->extra_count; i++) {
        check_path(arena, entry->initrds[i].path);
        CHECK(entry->initrds[i].path && entry->initrds[i].name);
        CHECK(i < entry->initrd_count || extra_tell_kind(text_of(entry->initrds[i].path), &kind));
    }
    CHECK(entry->load_address % 4096 == 0);
    CHECK(!entry->has_video || (entry->video_width - 1 < 65535 && entry->video_height - 1 < 65535));
    (void)entries_can_boot(entry, "x64");
    CHECK(entry_choose_default(entry, 1, entry->title) == 0);
    CHECK(entry_compare(entry, entry) == 0);
}

static size_t count_words(struct text text)
{
    size_t count = 0;

    while (text_take_word(&text).length > 0)
        count++;
    return count;
}

/* What modules, initrds, what is extra and overlays take at the most. */
static size_t room_of_files(struct text text)
{
    struct text line;
    size_t size = 0;

    while (text_take_line(&text, &line)) {
        struct text key = text_take_word(&line);

        size += text_is(key, "module") || text_is(key, "initrd") || text_is(key, "extra") ? 24 : 0;
        size += text_is(key, "devicetree-overlay") ? 2 * count_words(line) : 0;
    }
    return size;
}

static void check_refusal(const struct error *error, const char *file, enum status status)
{
    CHECK(status == STATUS_INVALID && text_starts_with(text_of(error->text), file));
}

static void read_entry(const char *file, struct text text, struct arena *arena, struct arena *exact)
{
    struct entry entry = {.file = "untouched"}, again = {0};
    struct error error = {""};
    enum status status = config_parse_entry(file, text, arena, &entry, &error);
    size_t needed = arena->used;

    if (status != STATUS_OK) {
        check_refusal(&error, file, status);
        CHECK(strcmp(entry.file, "untouched") == 0 && arena->used == ARENA_START);
        return;
    }
    check_entry(arena, &entry);
    log_reset();
    exact->size = needed - 1;
    CHECK(config_parse_entry(file, text, exact, &again, &error) == STATUS_NEED_ROOM);
    CHECK(exact->used == ARENA_START && !fuzz_log_has(NULL));
    exact->size = needed;
    CHECK(config_parse_entry(file, text, exact, &again, &error) == STATUS_OK);
    check_entry(exact, &again);
    CHECK(arena->used == exact->used);
    CHECK(strcmp(entry.options, again.options) == 0 && entry.module_count == again.module_count);
}

static void read_loader(const char *file, struct text text, struct arena *arena, struct arena *exact)
{
    struct loader_config config = {.default_pattern = "untouched"}, again;
    struct error error = {""};
    enum status status = config_parse_loader(file, text, arena, &config, &error);

    if (status != STATUS_OK) {
        check_refusal(&error, file, status);
        CHECK(strcmp(config.default_pattern, "untouched") == 0 && arena->used == ARENA_START);
        return;
    }
    check_string(arena, config.default_pattern);
    log_reset();
    exact->size = arena->used - 1;
    CHECK(config_parse_loader(file, text, exact, &again, &error) == STATUS_NEED_ROOM);
    CHECK(exact->used == ARENA_START && !fuzz_log_has(NULL));
    exact->size = arena->used;
    CHECK(config_parse_loader(file, text, exact, &again, &error) == STATUS_OK);
    CHECK((config.default_pattern == NULL) == (again.default_pattern == NULL));
    CHECK(!config.default_pattern || strcmp(config.default_pattern, again.default_pattern) == 0);
    CHECK(config.has_log_level == again.has_log_level && config.default_is_saved == again.default_is_saved);
    CHECK(!config.default_is_saved || !config.default_pattern);
}

void fuzz(struct input *input)
{
    bool is_loader = input_flag(input);
    const char *file = input_string(input, 64);
    struct text text = input_text(input, input->size);
    size_t room = 2 * (text.length + strlen(file)) + room_of_files(text) + 128;
    struct arena arena = {.size = ARENA_START + room, .used = ARENA_START};
    struct arena exact = {.size = arena.size, .used = ARENA_START};

    arena.base = fuzz_room(arena.size);
    exact.base = fuzz_room(exact.size);
    if (is_loader)
        read_loader(file, text, &arena, &exact);
    else
        read_entry(file, text, &arena, &exact);
}
