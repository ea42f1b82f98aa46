/* SPDX-License-Identifier: BSD-2-Clause */
/* loader.conf. */
#include "config_parser.h"

static enum status set_default(struct config_parser *parser, const struct config_key *key, struct text value)
{
    if (!text_starts_with(value, "@"))
        return config_set_string(parser, key, value);
    if (config_may_remark(parser, LOG_WARNING))
        log_warning("%s:%u: '%s %.*s' is not supported; give an entry's file name or a pattern for it", parser->file,
                    parser->line, key->name, QUOTE(value));
    return STATUS_OK;
}

static enum status set_loader_level(struct config_parser *parser, const struct config_key *key, struct text value)
{
    enum status status = config_read_level(parser, key, value, &parser->loader.log_level);

    parser->loader.has_log_level = status == STATUS_OK;
    return status;
}

static const struct config_key loader_keys[] = {
    {"default", set_default, offsetof(struct config_parser, loader.default_pattern), false},
    {"log-level", set_loader_level, 0, false},
};

static const struct config_table loader_table = {
    loader_keys,
    sizeof(loader_keys) / sizeof(loader_keys[0]),
    /* systemd-boot's */
    "auto-entries auto-firmware auto-poweroff auto-reboot beep console-mode editor preferred random-seed-mode "
    "reboot-for-bitlocker reboot-on-error secure-boot-enroll secure-boot-enroll-action secure-boot-enroll-timeout-sec "
    "timeout",
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
