/* SPDX-License-Identifier: BSD-2-Clause */
/* The line on the firmware's console that tells how far a long load has got (core/progress.h). It is in no log. */
#ifndef BATON_PROGRESS_LINE_H
#define BATON_PROGRESS_LINE_H

#include "console.h"
#include "progress.h"

struct progress_line {
    struct console *console;
    uint64_t frequency;        /* of the counter, Hz; 0 when unknown: nothing is shown */
    uint64_t (*counter)(void); /* the processor's: this layer does not know the machine */
    struct progress progress;  /* of the load that runs */
};

/* A load of `total` bytes begins. */
void progress_line_start(struct progress_line *line, uint64_t total);

/* The file `path` was read: `count` bytes, since the counter was at `before`. Shows the line when it is time. */
void progress_line_read(struct progress_line *line, const char *path, uint64_t count, uint64_t before);

/* The load has ended, or cannot go on: the row is blank again. */
void progress_line_end(struct progress_line *line);

#endif
