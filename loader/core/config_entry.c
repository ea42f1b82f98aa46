/* SPDX-License-Identifier: BSD-2-Clause */
/* The entry files. */
#include "checked.h"
#include "config_parser.h"
#include "config_values.h"
#include "extra_files.h"
#include "memory.h"

static enum status set_entry_level(struct config_parser *parser, const struct config_key *key, struct text value)
{
    enum status status = config_read_level(parser, key, value, &parser->entry.log_level);

    parser->entry.has_log_level = status == STATUS_OK;
    return status;
}

static enum status parse_number(struct config_parser *parser, const struct config_key *key, struct text value,
                                uint64_t *ret_number)
{
    if (text_number(value, true, ret_number))
        return STATUS_OK;
    return error_set(
        parser->error, STATUS_INVALID,
        "%s:%u: %s '%.*s' is not a number that fits in 64 bits. Expected one such as 0x100000, 1048576 or 1M.",
        parser->file, parser->line, key->name, QUOTE(value));
}

static enum status set_load_address(struct config_parser *parser, const struct config_key *key, struct text value)
{
    uint64_t address;
    enum status status = parse_number(parser, key, value, &address);

    if (status != STATUS_OK)
        return status;
    if (address % PAGE_SIZE != 0)
        return error_set(parser->error, STATUS_INVALID,
                         "%s:%u: %s %.*s is not the start of a page. Expected a multiple of 4096, such as 0x%llx.",
                         parser->file, parser->line, key->name, QUOTE(value),
                         (unsigned long long)align_down(address, PAGE_SIZE));
    parser->entry.load_address = address;
    parser->entry.has_load_address = true;
    return STATUS_OK;
}

static enum status set_entry_offset(struct config_parser *parser, const struct config_key *key, struct text value)
{
    parser->entry.has_entry_offset = true;
    return parse_number(parser, key, value, &parser->entry.entry_offset);
}

static enum status set_memory_size(struct config_parser *parser, const struct config_key *key, struct text value)
{
    parser->entry.has_memory_size = true;
    return parse_number(parser, key, value, &parser->entry.memory_size);
}

static enum status set_video(struct config_parser *parser, const struct config_key *key, struct text value)
{
    struct entry *entry = &parser->entry;

    entry->has_video = true;
    if (config_size(value, &entry->video_width, &entry->video_height))
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: %s '%.*s' is not a size in pixels. Expected one such as 1024x768.", parser->file,
                     parser->line, key->name, QUOTE(value));
}

static enum status set_kaslr(struct config_parser *parser, const struct config_key *key, struct text value)
{
    if (config_kaslr(value, &parser->entry.kaslr, &parser->entry.kaslr_seed))
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: %s '%.*s' is not known. Expected: on, off, or a number, which is the seed.", parser->file,
                     parser->line, key->name, QUOTE(value));
}

static enum status refuse_no_path(struct config_parser *parser, const struct config_key *key)
{
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: '%s' names no file. Expected: %s PATH, from the root of this volume.", parser->file,
                     parser->line, key->name, key->name);
}

/*
 * `path`, a string that has a byte to spare before it unless it begins with a slash, as a path that does, and has '/'
 * between its parts, of which none is empty, "." or "..".
 */
static enum status make_path(struct config_parser *parser, const struct config_key *key, char *path,
                             const char **ret_path)
{
    size_t length = text_length(path);

    if (length == 0)
        return refuse_no_path(parser, key);
    if (length > CONFIG_PATH_MAX)
        return error_set(parser->error, STATUS_INVALID,
                         "%s:%u: the path of '%s' is too long: it has %zu bytes, and at most %u work. Shorten it.",
                         parser->file, parser->line, key->name, length, CONFIG_PATH_MAX);
    for (char *c = path; *c != '\0'; c++) {
        if (*c == '\t')
            return error_set(parser->error, STATUS_INVALID, "%s:%u: the path of '%s' has a tab in it. Take it out.",
                             parser->file, parser->line, key->name);
        if (*c == '\\')
            *c = '/';
    }
    if (*path != '/')
        *--path = '/';
    if (!config_resolve_path(path))
        return error_set(parser->error, STATUS_INVALID,
                         "%s:%u: the path %.*s leads above the root with its '..' parts. Write it out from the root of "
                         "this volume.",
                         parser->file, parser->line, QUOTE(text_of(path)));
    if (path[1] == '\0')
        return refuse_no_path(parser, key);
    *ret_path = path;
    return STATUS_OK;
}

/* A value in the copy: there is a key before it, so there is a blank that gives its place for the slash. */
static enum status parse_path(struct config_parser *parser, const struct config_key *key, struct text value,
                              const char **ret_path)
{
    return make_path(parser, key, config_end_string(parser, value), ret_path);
}

static enum status set_kernel(struct config_parser *parser, const struct config_key *key, struct text value)
{
    static const char *const names[] = {[ENTRY_KERNEL_LINUX] = "linux",
                                        [ENTRY_KERNEL_KERNEL] = "kernel",
                                        [ENTRY_KERNEL_EFI] = "efi",
                                        [ENTRY_KERNEL_UKI] = "uki",
                                        [ENTRY_KERNEL_URL] = "uki-url"};
    struct entry *entry = &parser->entry;
    enum entry_kernel_key kind = ENTRY_KERNEL_LINUX;

    while (kind != ENTRY_KERNEL_URL && !text_is(text_of(key->name), names[kind]))
        kind++;
    if (entry->kernel_key != ENTRY_KERNEL_NONE && entry->kernel_key != kind)
        return error_set(
            parser->error, STATUS_INVALID,
            "%s:%u: '%s' is given, and '%s' above it. An entry names one kernel: take one of the lines out.",
            parser->file, parser->line, key->name, names[entry->kernel_key]);
    entry->kernel_key = kind;
    if (kind != ENTRY_KERNEL_URL)
        return parse_path(parser, key, value, &entry->kernel);
    entry->kernel = config_end_string(parser, value);
    return STATUS_OK;
}

/* Another profile than the one that is meant may be one that deletes everything, so no number is taken for another. */
static enum status set_profile(struct config_parser *parser, const struct config_key *key, struct text value)
{
    uint64_t number;

    if (!text_number(value, false, &number) || number > UINT32_MAX)
        return error_set(parser->error, STATUS_INVALID,
                         "%s:%u: %s '%.*s' is not the number of a profile. Expected one such as 1.", parser->file,
                         parser->line, key->name, QUOTE(value));
    parser->entry.profile = (uint32_t)number;
    return STATUS_OK;
}

static enum status add_options(struct config_parser *parser, const struct config_key *key, struct text value)
{
    (void)key;
    if (value.length == 0)
        return STATUS_OK;
    if (parser->options_length > 0)
        parser->options[parser->options_length++] = ' ';
    memcpy(parser->options + parser->options_length, value.data, value.length);
    parser->options_length += value.length;
    return STATUS_OK;
}

static enum status set_devicetree(struct config_parser *parser, const struct config_key *key, struct text value)
{
    return parse_path(parser, key, value, &parser->entry.devicetree);
}

/* Each into the room for them, behind those before: between words in the copy a single blank would have to be both an
 * end and a slash. */
static enum status add_overlays(struct config_parser *parser, const struct config_key *key, struct text value)
{
    enum status status = STATUS_OK;

    do {
        struct text word = text_take_word(&value);
        char *path = parser->overlays + (word.length > 0 && (*word.data == '/' || *word.data == '\\') ? 0 : 1);
        const char *made;

        memcpy(path, word.data, word.length);
        path[word.length] = '\0';
        status = make_path(parser, key, path, &made);
        if (status == STATUS_OK)
            parser->overlays += text_length(made) + 1; /* where it begins, and where the next one does */
        parser->entry.overlay_count++;
    } while (status == STATUS_OK && value.length > 0);
    return status;
}

/* Whether there may be one line more of a key that names a file each. */
static enum status check_list(struct config_parser *parser, const struct config_key *key, size_t count)
{
    if (count < CONFIG_MODULES_MAX)
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: there are more than %u lines '%s'. Pack the files into fewer.", parser->file, parser->line,
                     CONFIG_MODULES_MAX, key->name);
}

static enum status add_initrd(struct config_parser *parser, const struct config_key *key, struct text value)
{
    struct entry *entry = &parser->entry;
    struct entry_module initrd = {.command_line = ""};
    enum status status = check_list(parser, key, entry->initrd_count);

    if (status == STATUS_OK)
        status = parse_path(parser, key, value, &initrd.path);
    if (status != STATUS_OK)
        return status;
    initrd.name = initrd.path;
    entry->initrds[entry->initrd_count++] = initrd;
    return STATUS_OK;
}

/* What nobody here knows must not keep the entry from being booted (UAPI.1). */
static enum status add_extra(struct config_parser *parser, const struct config_key *key, struct text value)
{
    struct entry *entry = &parser->entry;
    struct entry_module extra = {.command_line = ""};
    enum status status = check_list(parser, key, entry->extra_count);
    enum extra_kind kind;

    if (status == STATUS_OK)
        status = parse_path(parser, key, value, &extra.path);
    if (status != STATUS_OK)
        return status;
    if (!extra_tell_kind(text_of(extra.path), &kind)) {
        if (config_may_remark(parser, LOG_WARNING))
            log_warning("%s:%u: what kind of file is '%.*s'? Known are .cred, .sysext.raw and .confext.raw; the line "
                        "does nothing",
                        parser->file, parser->line, QUOTE(text_of(extra.path)));
        return STATUS_OK;
    }
    extra.name = extra.path;
    parser->extras[entry->extra_count++] = extra;
    return STATUS_OK;
}

static enum status add_module(struct config_parser *parser, const struct config_key *key, struct text value)
{
    struct entry *entry = &parser->entry;
    struct text path = text_take_word(&value);
    struct entry_module module = {.command_line = ""};
    enum status status;

    status = check_list(parser, key, entry->module_count);
    if (status == STATUS_OK)
        status = parse_path(parser, key, path, &module.path);
    if (status != STATUS_OK)
        return status;
    module.name = module.path;
    if (value.length > 0)
        module.command_line = config_end_string(parser, value);
    entry->modules[entry->module_count++] = module;
    return STATUS_OK;
}

static const struct config_key entry_keys[] = {
    {"title", config_set_string, offsetof(struct config_parser, entry.title), false},
    {"version", config_set_string, offsetof(struct config_parser, entry.version), false},
    {"machine-id", config_set_string, offsetof(struct config_parser, entry.machine_id), false},
    {"sort-key", config_set_string, offsetof(struct config_parser, entry.sort_key), false},
    {"architecture", config_set_string, offsetof(struct config_parser, entry.architecture), false},
    {"linux", set_kernel, 0, false},
    {"kernel", set_kernel, 0, false},
    {"efi", set_kernel, 0, false},
    {"uki", set_kernel, 0, false},
    {"uki-url", set_kernel, 0, false},
    {"profile", set_profile, 0, false},
    {"devicetree", set_devicetree, 0, false},
    {"devicetree-overlay", add_overlays, 0, true},
    {"options", add_options, 0, true},
    {"initrd", add_initrd, 0, true},
    {"extra", add_extra, 0, true},
    {"module", add_module, 0, true},
    {"load-address", set_load_address, 0, false},
    {"entry-offset", set_entry_offset, 0, false},
    {"memory-size", set_memory_size, 0, false},
    {"log-level", set_entry_level, 0, false},
    {"video", set_video, 0, false},
    {"kaslr", set_kaslr, 0, false},
};
_Static_assert(sizeof(entry_keys) / sizeof(entry_keys[0]) <= CONFIG_KEYS_MAX,
               "struct config_parser has a line for each key");

static const struct config_table entry_table = {
    entry_keys,
    sizeof(entry_keys) / sizeof(entry_keys[0]),
    /* the specification's, then those that Fedora's GRUB has of its own */
    "grub_arg grub_class grub_hotkey grub_users id",
};

/* Bytes for the paths in a value, each with a slash and a NUL. An empty one takes as much before it is refused. */
static size_t overlay_room(struct text value)
{
    size_t size = 0;

    do
        size += text_take_word(&value).length + 2;
    while (value.length > 0);
    return size;
}

/* Room for the modules and the options that the copy has. */
static bool take_lists(struct config_parser *parser, struct arena *arena)
{
    struct text rest = parser->rest, line;
    size_t modules = 0, initrds = 0, extras = 0, options = 0, overlays = 0;

    while (text_take_line(&rest, &line)) {
        struct text name = text_take_word(&line);

        if (text_is(name, "module") && modules < CONFIG_MODULES_MAX)
            modules++;
        else if (text_is(name, "initrd") && initrds < CONFIG_MODULES_MAX)
            initrds++;
        else if (text_is(name, "extra") && extras < CONFIG_MODULES_MAX)
            extras++;
        else if (text_is(name, "options"))
            options += line.length + 1;
        else if (text_is(name, "devicetree-overlay"))
            overlays += overlay_room(line);
    }
    parser->entry.modules = arena_take(arena, modules, sizeof(*parser->entry.modules));
    parser->entry.initrds = arena_take(arena, initrds + extras, sizeof(*parser->entry.initrds));
    if (parser->entry.initrds)
        parser->extras = parser->entry.initrds + initrds;
    parser->options = arena_take(arena, options + 1 + overlays, 1);
    parser->entry.options = parser->options;
    if (parser->options)
        parser->entry.overlays = parser->overlays = parser->options + options + 1;
    return parser->entry.modules && parser->entry.initrds && parser->options;
}

/* Keys that do nothing beside the others. */
static void remark_on_others(struct config_parser *parser)
{
    struct entry *entry = &parser->entry;
    unsigned profile = config_line_of(parser, &entry_table, "profile");
    unsigned initrd = config_line_of(parser, &entry_table, "initrd");

    if (entry->kernel_key != ENTRY_KERNEL_UKI && profile != 0) {
        entry->profile = 0;
        if (entry->kernel_key != ENTRY_KERNEL_URL)
            log_warning("%s:%u: 'profile' does nothing without 'uki'", parser->file, profile);
    }
    /* Until 2026 systemd's stub did not start when somebody else offered an initrd. */
    if (entry->kernel_key == ENTRY_KERNEL_UKI && initrd != 0) {
        entry->initrds += entry->initrd_count; /* to what is extra */
        entry->initrd_count = 0;
        log_warning("%s:%u: 'initrd' does nothing with 'uki', whose image has an initrd in it", parser->file, initrd);
    }
}

enum status config_parse_entry(const char *file, struct text text, struct arena *arena, struct entry *ret_entry,
                               struct error *error)
{
    struct config_parser parser = {.file = file, .error = error};
    size_t used = arena->used;
    enum status status = config_start(&parser, text, arena);

    if (status == STATUS_OK && (!take_lists(&parser, arena) || !entry_take_name(&parser.entry, file, arena)))
        status = config_need_room(&parser);
    if (status == STATUS_OK)
        status = config_read_lines(&parser, &entry_table);
    if (status == STATUS_OK) {
        remark_on_others(&parser);
        *ret_entry = parser.entry;
    } else {
        arena->used = used;
    }
    return status;
}
