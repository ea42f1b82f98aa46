/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress_line.h"

void progress_line_start(struct progress_line *line, uint64_t total)
{
    progress_start(&line->progress, line->frequency, total, line->counter());
}

static void show(struct progress_line *line, const char *path)
{
    const size_t columns = console_row(line->console);
    uint64_t before = line->counter();
    char text[CONSOLE_ROW + 1];

    console_show_row(line->console, (struct text){text, progress_write(&line->progress, path, text, columns)});
    progress_shown(&line->progress, before, line->counter());
}

void progress_line_read(struct progress_line *line, const char *path, uint64_t count, uint64_t before)
{
    progress_read(&line->progress, count, before, line->counter());
    if (progress_is_due(&line->progress))
        show(line, path);
}

void progress_line_end(struct progress_line *line)
{
    console_clear_row(line->console);
}
