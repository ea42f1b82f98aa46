/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU's command line for one machine. Pure. */
#ifndef BATON_QEMU_H
#define BATON_QEMU_H

#include <stdbool.h>

#include "pool.h"

/* How a kernel can end the machine by writing to port 0xF4. */
enum qemu_exit {
    QEMU_EXIT_NONE,
    QEMU_EXIT_AT_ONCE, /* QEMU ends with exit code 2 × value + 1 */
    QEMU_EXIT_NOTED,   /* the value is written to exit_file and the machine runs on, so that its screen can be seen */
};

/* Strings that are NULL leave the part out. Paths are absolute. */
struct qemu_machine {
    const char *program;
    const char *memory;     /* as QEMU's -m takes it */
    const char *cpus;       /* as QEMU's -smp takes it */
    const char *code;       /* firmware, read only; when variables is NULL, one writable file with both */
    const char *variables;  /* a copy of the firmware's variable store, to write to */
    const char *disk;       /* a raw image */
    bool disk_is_kept;      /* writes to the disk go to a temporary file */
    const char *display;    /* "none", "gtk", "sdl" */
    bool quiet;             /* serial goes nowhere, not to the terminal */
    const char *serial_log; /* what comes over serial is also written here */
    const char *e9_log;     /* what is written to port 0xE9 */
    enum qemu_exit exit;
    const char *exit_file;
    bool end_at_reset;       /* a reset ends QEMU */
    bool pause_at_shutdown;  /* what would end QEMU stops the machine instead */
    const char *qmp_socket;  /* QEMU connects to it */
    const char *gdb_socket;  /* the machine waits for gdb there before its first instruction */
    const struct list *more; /* further words */
};

/* The argv. */
struct list qemu_command(struct pool *pool, const struct qemu_machine *machine);

#endif
