/* SPDX-License-Identifier: BSD-2-Clause */
/* As much of the QEMU Machine Protocol as is needed: one JSON object a line, over a unix socket. */
#ifndef BATON_QMP_H
#define BATON_QMP_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"
#include "pool.h"
#include "process.h"

#define QMP_LINE_SIZE 4096

/* What QEMU said about the machine's end. */
enum qmp_end {
    QMP_END_NONE,      /* it runs, or nobody said anything */
    QMP_END_OUTSIDE,   /* a person ended QEMU */
    QMP_END_SHUT_DOWN, /* the guest switched it off */
    QMP_END_RESET,     /* the guest reset it */
};

struct qmp {
    int listener;   /* -1 when closed */
    int connection; /* -1 when closed */
    enum qmp_end end;
    char line[QMP_LINE_SIZE]; /* what has come of the next line */
    size_t length;
};

/* Listens at `path`, a new name in a folder of ours, for the QEMU that will be started. */
MUST_CHECK enum status qmp_listen(const char *path, struct qmp *ret_qmp, struct error *error);

/*
 * Waits until `child` has connected and its machine stands. When the child ends before (the caller looks at
 * child->running) or a signal comes, it is no failure and qmp_is_ready says no.
 */
MUST_CHECK enum status qmp_connect(struct qmp *qmp, struct process *child, struct error *error);

bool qmp_is_ready(const struct qmp *qmp);

/* Reads what has come, without waiting, for `end`. */
void qmp_look(struct qmp *qmp);

/* Writes the screen to the PNG file `path`. STATUS_DEVICE: QEMU's message is in the error. */
MUST_CHECK enum status qmp_screendump(struct pool *pool, struct qmp *qmp, const char *path, struct error *error);

/* Asks QEMU to end. */
void qmp_quit(struct qmp *qmp);

void qmp_close(struct qmp *qmp);

#endif
