/* SPDX-License-Identifier: BSD-2-Clause */
#include "config.h"

#include "checked.h"
#include "config_values.h"
#include "memory.h"

#define REMARKS_MAX 16 /* lines of each log level for one file: consoles are slow */

/* A part of the file as an argument for "%.*s", cut so that what follows it in the message stays in sight. */
#define QUOTE(text) ((text).length < 64 ? (int)(text).length : 64), (text).data

/*
 * The text is copied once, and the values become strings where they stand in that copy: the byte behind a value is a
 * blank, a line end or the copy's last NUL. So all room is taken before the first line is looked at.
 */
struct parser {
    const char *file;
    struct error *error;
    char *copy;
    struct text rest; /* of the copy */
    unsigned line;    /* counted from 1 */
    uint32_t given;   /* a bit for each key of the table */
    unsigned remarks[LOG_DEBUG + 1];
    struct loader_config loader;
    struct entry entry;
    char *options; /* the entry's, as they grow */
    size_t options_length;
};

struct key {
    const char *name;
    enum status (*set)(struct parser *parser, const struct key *key, struct text value);
    size_t target; /* for set_string: where in struct parser the string goes */
    bool repeats;  /* each line counts */
};

struct table {
    const struct key *keys;
    size_t count;
    const char *idle; /* known keys that do nothing here, with blanks between them */
};

/* Whether another line may be logged. */
static bool may_remark(struct parser *parser, enum log_level level)
{
    unsigned count = parser->remarks[level]++;

    if (count == REMARKS_MAX)
        log_write(level, "%s:%u: and so on: no more remarks like these on this file", parser->file, parser->line);
    return count < REMARKS_MAX;
}

/* `value` as a string, where it stands in the copy. */
static char *end_string(struct parser *parser, struct text value)
{
    char *string = parser->copy + (value.data - parser->copy);

    string[value.length] = '\0';
    return string;
}

static enum status set_string(struct parser *parser, const struct key *key, struct text value)
{
    if (value.length > 0)
        *(const char **)((char *)parser + key->target) = end_string(parser, value);
    else if (may_remark(parser, LOG_WARNING))
        log_warning("%s:%u: '%s' has no value, so the line does nothing", parser->file, parser->line, key->name);
    return STATUS_OK;
}

static enum status set_default(struct parser *parser, const struct key *key, struct text value)
{
    if (!text_starts_with(value, "@"))
        return set_string(parser, key, value);
    if (may_remark(parser, LOG_WARNING))
        log_warning("%s:%u: '%s %.*s' is not supported; give an entry's file name or a pattern for it", parser->file,
                    parser->line, key->name, QUOTE(value));
    return STATUS_OK;
}

static enum status parse_level(struct parser *parser, const struct key *key, struct text value,
                               enum log_level *ret_level)
{
    if (config_level(value, ret_level))
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: %s '%.*s' is not known. Expected: error, warning, info or debug.", parser->file,
                     parser->line, key->name, QUOTE(value));
}

static enum status set_loader_level(struct parser *parser, const struct key *key, struct text value)
{
    enum status status = parse_level(parser, key, value, &parser->loader.log_level);

    parser->loader.has_log_level = status == STATUS_OK;
    return status;
}

static enum status set_entry_level(struct parser *parser, const struct key *key, struct text value)
{
    enum status status = parse_level(parser, key, value, &parser->entry.log_level);

    parser->entry.has_log_level = status == STATUS_OK;
    return status;
}

static enum status parse_number(struct parser *parser, const struct key *key, struct text value, uint64_t *ret_number)
{
    if (text_number(value, true, ret_number))
        return STATUS_OK;
    return error_set(
        parser->error, STATUS_INVALID,
        "%s:%u: %s '%.*s' is not a number that fits in 64 bits. Expected one such as 0x100000, 1048576 or 1M.",
        parser->file, parser->line, key->name, QUOTE(value));
}

static enum status set_load_address(struct parser *parser, const struct key *key, struct text value)
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

static enum status set_entry_offset(struct parser *parser, const struct key *key, struct text value)
{
    parser->entry.has_entry_offset = true;
    return parse_number(parser, key, value, &parser->entry.entry_offset);
}

static enum status set_memory_size(struct parser *parser, const struct key *key, struct text value)
{
    parser->entry.has_memory_size = true;
    return parse_number(parser, key, value, &parser->entry.memory_size);
}

static enum status set_video(struct parser *parser, const struct key *key, struct text value)
{
    struct entry *entry = &parser->entry;

    entry->has_video = true;
    if (config_size(value, &entry->video_width, &entry->video_height))
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: %s '%.*s' is not a size in pixels. Expected one such as 1024x768.", parser->file,
                     parser->line, key->name, QUOTE(value));
}

static enum status set_kaslr(struct parser *parser, const struct key *key, struct text value)
{
    if (config_kaslr(value, &parser->entry.kaslr, &parser->entry.kaslr_seed))
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: %s '%.*s' is not known. Expected: on, off, or a number, which is the seed.", parser->file,
                     parser->line, key->name, QUOTE(value));
}

/* `value`, which is not the first byte of the copy, as a path that begins with '/' and has '/' between its parts. */
static enum status parse_path(struct parser *parser, const struct key *key, struct text value, const char **ret_path)
{
    char *path = end_string(parser, value);

    if (value.length == 0)
        return error_set(parser->error, STATUS_INVALID,
                         "%s:%u: '%s' names no file. Expected: %s PATH, from the root of this volume.", parser->file,
                         parser->line, key->name, key->name);
    if (value.length > CONFIG_PATH_MAX)
        return error_set(parser->error, STATUS_INVALID,
                         "%s:%u: the path of '%s' is too long: it has %zu bytes, and at most %u work. Shorten it.",
                         parser->file, parser->line, key->name, value.length, CONFIG_PATH_MAX);
    for (char *c = path; *c != '\0'; c++) {
        if (*c == '\t')
            return error_set(parser->error, STATUS_INVALID, "%s:%u: the path of '%s' has a tab in it. Take it out.",
                             parser->file, parser->line, key->name);
        if (*c == '\\')
            *c = '/';
    }
    /* There is a key before the value, so there is a blank that gives its place for the slash. */
    if (*path != '/')
        *--path = '/';
    if (!config_path_is_plain(path))
        return error_set(
            parser->error, STATUS_INVALID,
            "%s:%u: the path %.*s has an empty, '.' or '..' part. Write it out from the root of this volume.",
            parser->file, parser->line, QUOTE(text_of(path)));
    *ret_path = path;
    return STATUS_OK;
}

static enum status set_kernel(struct parser *parser, const struct key *key, struct text value)
{
    static const char *const names[] = {
        [ENTRY_KERNEL_LINUX] = "linux", [ENTRY_KERNEL_KERNEL] = "kernel", [ENTRY_KERNEL_EFI] = "efi"};
    struct entry *entry = &parser->entry;
    enum entry_kernel_key kind = ENTRY_KERNEL_LINUX;

    while (kind != ENTRY_KERNEL_EFI && !text_is(text_of(key->name), names[kind]))
        kind++;
    if (entry->kernel_key != ENTRY_KERNEL_NONE && entry->kernel_key != kind)
        return error_set(
            parser->error, STATUS_INVALID,
            "%s:%u: '%s' is given, and '%s' above it. An entry names one kernel: take one of the lines out.",
            parser->file, parser->line, key->name, names[entry->kernel_key]);
    entry->kernel_key = kind;
    return parse_path(parser, key, value, &entry->kernel);
}

static enum status add_options(struct parser *parser, const struct key *key, struct text value)
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

/* Whether there may be one line more of a key that names a file each. */
static enum status check_list(struct parser *parser, const struct key *key, size_t count)
{
    if (count < CONFIG_MODULES_MAX)
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: there are more than %u lines '%s'. Pack the files into fewer.", parser->file, parser->line,
                     CONFIG_MODULES_MAX, key->name);
}

static enum status add_initrd(struct parser *parser, const struct key *key, struct text value)
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

static enum status add_module(struct parser *parser, const struct key *key, struct text value)
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
        module.command_line = end_string(parser, value);
    entry->modules[entry->module_count++] = module;
    return STATUS_OK;
}

static const struct key loader_keys[] = {
    {"default", set_default, offsetof(struct parser, loader.default_pattern), false},
    {"log-level", set_loader_level, 0, false},
};

static const struct key entry_keys[] = {
    {"title", set_string, offsetof(struct parser, entry.title), false},
    {"version", set_string, offsetof(struct parser, entry.version), false},
    {"machine-id", set_string, offsetof(struct parser, entry.machine_id), false},
    {"sort-key", set_string, offsetof(struct parser, entry.sort_key), false},
    {"architecture", set_string, offsetof(struct parser, entry.architecture), false},
    {"linux", set_kernel, 0, false},
    {"kernel", set_kernel, 0, false},
    {"efi", set_kernel, 0, false},
    {"options", add_options, 0, true},
    {"initrd", add_initrd, 0, true},
    {"module", add_module, 0, true},
    {"load-address", set_load_address, 0, false},
    {"entry-offset", set_entry_offset, 0, false},
    {"memory-size", set_memory_size, 0, false},
    {"log-level", set_entry_level, 0, false},
    {"video", set_video, 0, false},
    {"kaslr", set_kaslr, 0, false},
};
_Static_assert(sizeof(entry_keys) / sizeof(entry_keys[0]) <= 32, "struct parser has a bit for each key");

static const struct table loader_table = {
    loader_keys,
    sizeof(loader_keys) / sizeof(loader_keys[0]),
    /* systemd-boot's */
    "auto-entries auto-firmware auto-poweroff auto-reboot beep console-mode editor preferred random-seed-mode "
    "reboot-for-bitlocker reboot-on-error secure-boot-enroll secure-boot-enroll-action secure-boot-enroll-timeout-sec "
    "timeout",
};

static const struct table entry_table = {
    entry_keys,
    sizeof(entry_keys) / sizeof(entry_keys[0]),
    /* the specification's, then those that Fedora's GRUB has of its own */
    "devicetree devicetree-overlay extra profile uki uki-url "
    "grub_arg grub_class grub_hotkey grub_users id",
};

static enum status check_line(struct parser *parser, struct text line)
{
    if (line.length > CONFIG_LINE_MAX)
        return error_set(
            parser->error, STATUS_INVALID,
            "%s:%u: the line has %zu bytes; at most %u are read. Long options can stand on several 'options' lines.",
            parser->file, parser->line, line.length, CONFIG_LINE_MAX);
    for (size_t i = 0; i < line.length; i++) {
        uint8_t byte = (uint8_t)line.data[i];

        if ((byte < ' ' && byte != '\t') || byte == 0x7f)
            return error_set(parser->error, STATUS_INVALID,
                             "%s:%u: byte 0x%02x does not belong in a text. Write the file anew, as plain UTF-8.",
                             parser->file, parser->line, byte);
    }
    return STATUS_OK;
}

/* Says what is known of a key that is not in the table. */
static void remark_other(struct parser *parser, const struct table *table, struct text name)
{
    struct text idle = text_of(table->idle);

    while (idle.length > 0) {
        if (!text_equal(name, text_take_word(&idle)))
            continue;
        if (may_remark(parser, LOG_INFO))
            log_info("%s:%u: '%.*s' does nothing in this boot loader", parser->file, parser->line, QUOTE(name));
        return;
    }
    if (!may_remark(parser, LOG_WARNING))
        return;
    for (size_t i = 0; i < table->count; i++) {
        if (text_equal_ignoring_case(name, text_of(table->keys[i].name))) {
            log_warning("%s:%u: unknown key '%.*s': keys are lower case, '%s'", parser->file, parser->line, QUOTE(name),
                        table->keys[i].name);
            return;
        }
    }
    log_warning("%s:%u: unknown key '%.*s', so the line does nothing", parser->file, parser->line, QUOTE(name));
}

static enum status parse_line(struct parser *parser, const struct table *table, struct text line)
{
    struct text name = text_take_word(&line);
    const struct key *key = table->keys;
    uint32_t bit = 1;

    if (name.length == 0 || text_starts_with(name, "#"))
        return STATUS_OK;
    while (key < table->keys + table->count && !text_is(name, key->name)) {
        key++;
        bit <<= 1;
    }
    if (key == table->keys + table->count) {
        remark_other(parser, table, name);
        return STATUS_OK;
    }
    if (line.length > 0 && !key->repeats) {
        if ((parser->given & bit) != 0 && may_remark(parser, LOG_WARNING))
            log_warning("%s:%u: '%s' has been given before: the last one counts", parser->file, parser->line,
                        key->name);
        parser->given |= bit;
    }
    return key->set(parser, key, line);
}

static enum status parse_lines(struct parser *parser, const struct table *table)
{
    struct text line;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && text_take_line(&parser->rest, &line)) {
        parser->line++;
        status = check_line(parser, line);
        if (status == STATUS_OK)
            status = parse_line(parser, table, line);
    }
    return status;
}

static enum status need_room(struct parser *parser)
{
    return error_set(parser->error, STATUS_NEED_ROOM, "%s: there is not enough room to read it.", parser->file);
}

/* Copies the text, without its byte order mark. */
static enum status copy_text(struct parser *parser, struct text text, struct arena *arena)
{
    if (text.length > CONFIG_FILE_MAX)
        return error_set(parser->error, STATUS_INVALID,
                         "%s: the file has more than %u bytes, which no configuration needs. Is it the right file?",
                         parser->file, CONFIG_FILE_MAX);
    if (text_starts_with(text, "\xff\xfe") || text_starts_with(text, "\xfe\xff"))
        return error_set(parser->error, STATUS_INVALID, "%s:1: the file is UTF-16. Save it as UTF-8.", parser->file);
    if (text_starts_with(text, "\xef\xbb\xbf"))
        text = (struct text){text.data + 3, text.length - 3};
    parser->copy = arena_string(arena, text);
    if (!parser->copy)
        return need_room(parser);
    parser->rest = (struct text){parser->copy, text.length};
    return STATUS_OK;
}

/* Room for the modules and the options that the copy has. */
static bool take_lists(struct parser *parser, struct arena *arena)
{
    struct text rest = parser->rest, line;
    size_t modules = 0, initrds = 0, options = 0;

    while (text_take_line(&rest, &line)) {
        struct text name = text_take_word(&line);

        if (text_is(name, "module") && modules < CONFIG_MODULES_MAX)
            modules++;
        else if (text_is(name, "initrd") && initrds < CONFIG_MODULES_MAX)
            initrds++;
        else if (text_is(name, "options"))
            options += line.length + 1;
    }
    parser->entry.modules = arena_take(arena, modules, sizeof(*parser->entry.modules));
    parser->entry.initrds = arena_take(arena, initrds, sizeof(*parser->entry.initrds));
    parser->options = arena_take(arena, options + 1, 1);
    parser->entry.options = parser->options;
    return parser->entry.modules && parser->entry.initrds && parser->options;
}

static struct text last_part(struct text path)
{
    size_t start = path.length;

    while (start > 0 && path.data[start - 1] != '/' && path.data[start - 1] != '\\')
        start--;
    return (struct text){path.data + start, path.length - start};
}

/* What the entry is called, and what its file name says of it. */
static bool take_name(struct parser *parser, struct arena *arena)
{
    struct text path = text_of(parser->file);
    struct entry_name name = entry_parse_name(last_part(path));
    struct entry *entry = &parser->entry;
    char *id = arena_take(arena, name.stem.length + name.suffix.length + 1, 1);

    entry->file = arena_string(arena, path);
    if (!id || !entry->file)
        return false;
    memcpy(id, name.stem.data, name.stem.length);
    memcpy(id + name.stem.length, name.suffix.data, name.suffix.length);
    entry->id = id;
    entry->has_tries = name.has_tries;
    entry->tries_left = name.tries_left;
    entry->tries_done = name.tries_done;
    return true;
}

enum status config_parse_loader(const char *file, struct text text, struct arena *arena,
                                struct loader_config *ret_config, struct error *error)
{
    struct parser parser = {.file = file, .error = error};
    size_t used = arena->used;
    enum status status = copy_text(&parser, text, arena);

    if (status == STATUS_OK)
        status = parse_lines(&parser, &loader_table);
    if (status == STATUS_OK)
        *ret_config = parser.loader;
    else
        arena->used = used;
    return status;
}

enum status config_parse_entry(const char *file, struct text text, struct arena *arena, struct entry *ret_entry,
                               struct error *error)
{
    struct parser parser = {.file = file, .error = error};
    size_t used = arena->used;
    enum status status = copy_text(&parser, text, arena);

    if (status == STATUS_OK && (!take_lists(&parser, arena) || !take_name(&parser, arena)))
        status = need_room(&parser);
    if (status == STATUS_OK)
        status = parse_lines(&parser, &entry_table);
    if (status == STATUS_OK)
        *ret_entry = parser.entry;
    else
        arena->used = used;
    return status;
}
