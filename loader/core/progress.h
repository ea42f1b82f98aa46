/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How far a long load has got. Each call to the firmware is one piece of a file, and between two of them a person can
 * be told. That costs (docs/architecture.md, "Decisions and their reasons"), so what is short is read in one call for
 * each part, and nothing is said of it.
 *
 *     1 MiB, which tells how fast the medium is
 *     all the rest, when the whole load will have ended before a second is over
 *     otherwise a piece up to half a second, and others of two seconds, with a line between them
 *     all the rest, when three seconds are enough for it
 */
#ifndef BATON_PROGRESS_H
#define BATON_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One load: all the files of a boot entry. Times are in ticks of the processor's counter. */
struct progress {
    uint64_t frequency;   /* ticks in a second; 0: time cannot be told, so that nothing is divided and nothing shown */
    uint64_t total, done; /* bytes */
    uint64_t start;       /* what the counter showed */
    uint64_t elapsed;     /* ticks from then to the end of the last read */
    uint64_t due;         /* and to when a line is to be shown */
    bool is_measured;     /* there was a read that was long enough to tell: */
    uint64_t mebibyte;    /* ticks that one takes */
};

/* A load of `total` bytes begins, and the counter shows `now`. A `frequency` that cannot be one counts as unknown. */
void progress_start(struct progress *progress, uint64_t frequency, uint64_t total, uint64_t now);

/* How much of the next `size` bytes (1 at least) is to be asked for in one call; at least 1. */
uint64_t progress_next(const struct progress *progress, uint64_t size);

/* `count` bytes more were read, from `before` to `now` on the counter. */
void progress_read(struct progress *progress, uint64_t count, uint64_t before, uint64_t now);

/* Whether a line is to be shown. Never before half a second is over, and not when all has been read. */
bool progress_is_due(const struct progress *progress);

/* One was shown, which took from `before` to `now`: the next one is due in a quarter of a second, or later, so that a
 * slow console takes a tenth of the time at the most. */
void progress_shown(struct progress *progress, uint64_t before, uint64_t now);

/*
 * Writes the line, "/boot/initrd.img: 48 of 512 MiB, 35 MiB/s", with the NUL that ends it, while the file `path` is
 * read. It takes no more than `columns` of a row, and `columns` + 1 bytes of `text`: a path that is too long for it
 * loses its beginning. Returns its bytes, without the NUL.
 */
size_t progress_write(const struct progress *progress, const char *path, char *text, size_t columns);

#endif
