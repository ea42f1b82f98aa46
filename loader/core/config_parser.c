/* SPDX-License-Identifier: BSD-2-Clause */
#include "config_parser.h"

#include "config_values.h"

#define REMARKS_MAX 16 /* lines of each log level for one file: consoles are slow */

bool config_may_remark(struct config_parser *parser, enum log_level level)
{
    unsigned count = parser->remarks[level]++;

    if (count == REMARKS_MAX)
        log_write(level, "%s:%u: and so on: no more remarks like these on this file", parser->file, parser->line);
    return count < REMARKS_MAX;
}

char *config_end_string(struct config_parser *parser, struct text value)
{
    char *string = parser->copy + (value.data - parser->copy);

    string[value.length] = '\0';
    return string;
}

enum status config_set_string(struct config_parser *parser, const struct config_key *key, struct text value)
{
    if (value.length > 0)
        *(const char **)((char *)parser + key->target) = config_end_string(parser, value);
    else if (config_may_remark(parser, LOG_WARNING))
        log_warning("%s:%u: '%s' has no value, so the line does nothing", parser->file, parser->line, key->name);
    return STATUS_OK;
}

enum status config_read_level(struct config_parser *parser, const struct config_key *key, struct text value,
                              enum log_level *ret_level)
{
    if (config_level(value, ret_level))
        return STATUS_OK;
    return error_set(parser->error, STATUS_INVALID,
                     "%s:%u: %s '%.*s' is not known. Expected: error, warning, info or debug.", parser->file,
                     parser->line, key->name, QUOTE(value));
}

static enum status check_line(struct config_parser *parser, struct text line)
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
static void remark_other(struct config_parser *parser, const struct config_table *table, struct text name)
{
    struct text idle = text_of(table->idle);

    while (idle.length > 0) {
        if (!text_equal(name, text_take_word(&idle)))
            continue;
        if (config_may_remark(parser, LOG_INFO))
            log_info("%s:%u: '%.*s' does nothing in this boot loader", parser->file, parser->line, QUOTE(name));
        return;
    }
    if (!config_may_remark(parser, LOG_WARNING))
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

/* A pair of quotes around the whole value does not belong to it, whatever stands between: as systemd-boot has it. */
static struct text unquote(struct text value)
{
    if (value.length < 2 || (value.data[0] != '"' && value.data[0] != '\'') ||
        value.data[value.length - 1] != value.data[0])
        return value;
    return (struct text){value.data + 1, value.length - 2};
}

static enum status parse_line(struct config_parser *parser, const struct config_table *table, struct text line)
{
    struct text name = text_take_word(&line);
    const struct config_key *key = table->keys;
    unsigned *given = parser->given;

    if (name.length == 0 || text_starts_with(name, "#"))
        return STATUS_OK;
    while (key < table->keys + table->count && !text_is(name, key->name)) {
        key++;
        given++;
    }
    if (key == table->keys + table->count) {
        remark_other(parser, table, name);
        return STATUS_OK;
    }
    line = unquote(line);
    if (line.length > 0 && !key->repeats && *given != 0 && config_may_remark(parser, LOG_WARNING))
        log_warning("%s:%u: '%s' has been given before: the last one counts", parser->file, parser->line, key->name);
    if (line.length > 0)
        *given = parser->line;
    return key->set(parser, key, line);
}

unsigned config_line_of(const struct config_parser *parser, const struct config_table *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++) {
        if (text_is(text_of(key), table->keys[i].name))
            return parser->given[i];
    }
    return 0;
}

enum status config_read_lines(struct config_parser *parser, const struct config_table *table)
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

enum status config_need_room(struct config_parser *parser)
{
    return error_set(parser->error, STATUS_NEED_ROOM, "%s: there is not enough room to read it.", parser->file);
}

enum status config_start(struct config_parser *parser, struct text text, struct arena *arena)
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
        return config_need_room(parser);
    parser->rest = (struct text){parser->copy, text.length};
    return STATUS_OK;
}
