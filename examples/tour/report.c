/* SPDX-License-Identifier: 0BSD */
#include "report.h"

#define COLOUR_RESULT  0x7fe0a0u
#define COLOUR_FAILURE 0xff6b6bu

void report_start(struct report *report, const struct baton *baton)
{
    baton_console_start_on(&report->serial, NULL, &baton->serial);
    baton_console_start_on(&report->screen, baton_next(&baton->framebuffers, NULL), NULL);
    report->failed = false;
}

static void write_line(struct baton_console *console, const char *prefix, const char *text, va_list arguments)
{
    va_list copy;

    va_copy(copy, arguments);
    baton_console_print(console, "tour: %s", prefix);
    baton_console_print_list(console, text, copy);
    baton_console_put(console, '\n');
    va_end(copy);
}

void report_note(struct report *report, const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    write_line(&report->serial, "", text, arguments);
    va_end(arguments);
}

void report_result(struct report *report, const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    write_line(&report->serial, "", text, arguments);
    baton_console_colour(&report->screen, COLOUR_RESULT, BATON_CONSOLE_BACKGROUND);
    write_line(&report->screen, "", text, arguments);
    va_end(arguments);
}

bool report_failure(struct report *report, const char *text, ...)
{
    va_list arguments;

    va_start(arguments, text);
    write_line(&report->serial, "FAILED: ", text, arguments);
    baton_console_colour(&report->screen, COLOUR_FAILURE, BATON_CONSOLE_BACKGROUND);
    write_line(&report->screen, "FAILED: ", text, arguments);
    va_end(arguments);
    report->failed = true;
    return false;
}
