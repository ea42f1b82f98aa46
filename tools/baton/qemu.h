/* SPDX-License-Identifier: BSD-2-Clause */
/* QEMU's command line for one machine. Pure. */
#ifndef BATON_QEMU_H
#define BATON_QEMU_H

#include <stdbool.h>

#include "architecture.h"
#include "firmware.h"
#include "pool.h"

/* What can be done with the machine that stands for an architecture. */
struct qemu_board {
    const char *program; /* "qemu-system-x86_64" */
    bool has_ports;      /* 0xE9, where the loader logs, and 0xF4, where kernels report: it is a PC */
    bool has_screen;
};

/* How a kernel on a PC can end the machine by writing to port 0xF4. Others can always be ended by their kernel, and
 * then QEMU's exit code is the kernel's. */
enum qemu_exit {
    QEMU_EXIT_NONE,
    QEMU_EXIT_AT_ONCE, /* QEMU ends with exit code 2 × value + 1 */
    QEMU_EXIT_NOTED,   /* the value is written to exit_file and the machine runs on, so that its screen can be seen */
};

/* Strings that are NULL leave the part out. Paths are absolute. */
struct qemu_machine {
    const struct architecture *architecture;
    const char *program;
    const char *memory; /* as QEMU's -m takes it */
    const char *cpus;   /* as QEMU's -smp takes it */
    /* Its `variables`, or, when they are NULL, the `code` that is FIRMWARE_FLASH, are copies to write to. */
    struct firmware firmware;
    const char *disk;       /* a raw image */
    bool disk_is_kept;      /* writes to the disk go to a temporary file */
    const char *display;    /* "none", "gtk", "sdl" */
    bool quiet;             /* serial does not go to the terminal */
    const char *serial_log; /* what comes over serial is also written here */
    const char *e9_log;     /* what is written to port 0xE9, where there is one */
    enum qemu_exit exit;
    const char *exit_file;
    bool end_at_reset;       /* a reset ends QEMU */
    bool pause_at_shutdown;  /* what would end QEMU stops the machine instead */
    const char *qmp_socket;  /* QEMU connects to it */
    const char *gdb_socket;  /* the machine waits for gdb there before its first instruction */
    const struct list *more; /* further words */
};

const struct qemu_board *qemu_board_of(const struct architecture *architecture);

/* The file that the loader logs to, at level info at least; NULL when the machine keeps none. */
const char *qemu_loader_log(const struct qemu_machine *machine);

/* The argv. */
struct list qemu_command(struct pool *pool, const struct qemu_machine *machine);

#endif
