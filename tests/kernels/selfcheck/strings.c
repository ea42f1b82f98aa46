/* SPDX-License-Identifier: BSD-2-Clause */
/* Section 6: strings are never NULL, end with a NUL, and are UTF-8. */
#include "selfcheck.h"

static void check_string(const struct subject *subject, const char *name, const char *text)
{
    uint64_t length = 0;
    const struct baton_memory *entry;
    uint64_t room;

    if (!text) {
        broken("%s is NULL", name);
        return;
    }
    entry = map_entry(subject, physical_of(subject, text));
    if (!entry)
        return; /* the check "pointers" says so */
    room = entry->base + entry->size - physical_of(subject, text);
    while (length < room && text[length] != '\0')
        length++;
    if (length == room)
        broken("%s has no NUL in its memory", name);
    else if (!is_utf8(text, length))
        broken("%s is not UTF-8", name);
}

static void check_strings(struct subject *subject)
{
    const struct baton *baton = subject->baton;

    check_string(subject, "loader_name", baton->loader_name);
    check_string(subject, "loader_version", baton->loader_version);
    check_string(subject, "command_line", baton->command_line);
    check_string(subject, "kernel.path", baton->kernel.path);
    BATON_FOR_EACH (struct baton_timing, timing, &baton->timings)
        check_string(subject, "a timing's name", timing->name);
    BATON_FOR_EACH (struct baton_module, module, &baton->modules) {
        check_string(subject, "a module's name", module->name);
        check_string(subject, "a module's command line", module->command_line);
    }
}

static void check_loader(struct subject *subject)
{
    const struct baton *baton = subject->baton;

    if (!baton->loader_name || baton->loader_name[0] == '\0' || !baton->loader_version ||
        baton->loader_version[0] == '\0')
        broken("the loader has no name or version");
}

/* Words of the test's, in their order, at both ends. */
static void check_command_line(struct subject *subject)
{
    const char *text = subject->baton->command_line;
    uint64_t length = text ? string_length(text) : 0;

    if (length < 15 || !bytes_equal(text, "selfcheck ", 10) || !bytes_equal(text + length - 4, " end", 4))
        broken("the command line is \"%s\", not what the test gave", text ? text : "");
}

static const struct check checks[] = {
    {"strings", check_strings},
    {"loader-name", check_loader},
    {"command-line", check_command_line},
};
const struct check_list strings_checks = {checks, COUNT(checks)};
