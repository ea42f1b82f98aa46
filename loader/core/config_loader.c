/* SPDX-License-Identifier: BSD-2-Clause */
/* loader.conf. */
#include "config_parser.h"
#include "config_values.h"
#include "selection.h"

/* A pattern, or the word for what was booted last. */
static enum status set_default(struct config_parser *parser, const struct config_key *key, struct text value)
{
    struct loader_config *config = &parser->loader;

    if (text_starts_with(value, "@") && !text_is(value, SELECTION_SAVED)) {
        if (config_may_remark(parser, LOG_WARNING))
            log_warning("%s:%u: '%s %.*s' is not supported; give an entry's file name, a pattern for it, or @saved",
                        parser->file, parser->line, key->name, QUOTE(value));
        return STATUS_OK;
    }
    if (value.length == 0)
        return config_set_string(parser, key, value);
    config->default_is_saved = text_is(value, SELECTION_SAVED);
    config->default_pattern = NULL;
    return config->default_is_saved ? STATUS_OK : config_set_string(parser, key, value);
}

/* A value that is none of those that the key takes: the line does nothing, and the menu is not lost for it. */
static enum status pass_over(struct config_parser *parser, const struct config_key *key, struct text value,
                             const char *expected)
{
    if (config_may_remark(parser, LOG_WARNING))
        log_warning("%s:%u: %s '%.*s' is not known, so the line does nothing. Expected: %s.", parser->file,
                    parser->line, key->name, QUOTE(value), expected);
    return STATUS_OK;
}

static enum status set_timeout(struct config_parser *parser, const struct config_key *key, struct text value)
{
    if (interface_parse_timeout(value, &parser->loader.timeout))
        return STATUS_OK;
    return pass_over(parser, key, value, "seconds, menu-force, menu-hidden or menu-disabled");
}

/* Into the target: the key's value, or its opposite. */
static enum status set_bool(struct config_parser *parser, const struct config_key *key, struct text value)
{
    if (config_bool(value, (bool *)((char *)parser + key->target)))
        return STATUS_OK;
    return pass_over(parser, key, value, "yes or no");
}

static enum status set_opposite(struct config_parser *parser, const struct config_key *key, struct text value)
{
    bool *target = (bool *)((char *)parser + key->target), yes;

    if (!config_bool(value, &yes))
        return pass_over(parser, key, value, "yes or no");
    *target = !yes;
    return STATUS_OK;
}

static enum status set_console(struct config_parser *parser, const struct config_key *key, struct text value)
{
    static const char *const words[] = {
        [CONFIG_CONSOLE_KEEP] = "keep", [CONFIG_CONSOLE_AUTO] = "auto", [CONFIG_CONSOLE_MAX] = "max"};
    struct loader_config *config = &parser->loader;
    uint64_t number;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!words[i] || !text_is(value, words[i]))
            continue;
        config->console = (enum config_console)i;
        return STATUS_OK;
    }
    if (!text_number(value, false, &number) || number > INT32_MAX)
        return pass_over(parser, key, value, "a mode's number, auto, max or keep");
    config->console = CONFIG_CONSOLE_NUMBER;
    config->console_number = (uint32_t)number;
    return STATUS_OK;
}

static enum status set_loader_level(struct config_parser *parser, const struct config_key *key, struct text value)
{
    enum status status = config_read_level(parser, key, value, &parser->loader.log_level);

    parser->loader.has_log_level = status == STATUS_OK;
    return status;
}

#define TARGET(field) offsetof(struct config_parser, loader.field)

static const struct config_key loader_keys[] = {
    {"default", set_default, TARGET(default_pattern), false},
    {"timeout", set_timeout, 0, false},
    {"editor", set_opposite, TARGET(no_editor), false},
    {"console-mode", set_console, 0, false},
    {"auto-entries", set_opposite, TARGET(no_auto_entries), false},
    {"auto-firmware", set_opposite, TARGET(no_auto_firmware), false},
    {"auto-reboot", set_bool, TARGET(auto_reboot), false},
    {"auto-poweroff", set_bool, TARGET(auto_poweroff), false},
    {"log-level", set_loader_level, 0, false},
};

static const struct config_table loader_table = {
    loader_keys,
    sizeof(loader_keys) / sizeof(loader_keys[0]),
    /* systemd-boot's */
    "beep preferred random-seed-mode reboot-for-bitlocker reboot-on-error secure-boot-enroll secure-boot-enroll-action "
    "secure-boot-enroll-timeout-sec",
};

enum status config_parse_loader(const char *file, struct text text, struct arena *arena,
                                struct loader_config *ret_config, struct error *error)
{
    struct config_parser parser = {.file = file, .error = error};
    size_t used = arena->used;
    enum status status = config_start(&parser, text, arena);

    if (status == STATUS_OK)
        status = config_read_lines(&parser, &loader_table);
    if (status == STATUS_OK)
        *ret_config = parser.loader;
    else
        arena->used = used;
    return status;
}
