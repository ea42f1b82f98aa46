/* SPDX-License-Identifier: BSD-2-Clause */
/* One machine from its start to its end, watched. */
#ifndef BATON_GUEST_H
#define BATON_GUEST_H

#include <stdint.h>

#include "error.h"
#include "host_file.h"
#include "pool.h"
#include "qemu.h"

enum guest_end {
    GUEST_QEMU_FAILED, /* the machine never ran; QEMU said why on the terminal */
    GUEST_QEMU_ENDED,  /* its window was closed, or something else outside the machine ended it */
    GUEST_REPORTED,    /* the kernel ended the machine with a value: on a PC, by writing it to port 0xF4 */
    GUEST_SHUT_DOWN,
    GUEST_RESET,
    GUEST_EXCEPTION, /* there was a last-gasp report, and that ends the run */
    GUEST_REFUSED,   /* the loader has said that nothing can be booted, and that ends the run */
    GUEST_TIME_OUT,
    GUEST_INTERRUPTED, /* by a signal to this program */
};

struct guest_outcome {
    enum guest_end end;
    unsigned value; /* the kernel's; on a PC, without a picture, only its low 7 bits are known, elsewhere 8 */
    bool has_picture;
    struct error picture_error; /* why there is none although one was wanted */
    bool had_exception;         /* the kernel ended in a last-gasp report */
};

/* What to do when the kernel ends in an exception that Baton's handler reports, or the loader boots nothing. */
struct guest_failure {
    bool ends_run;
    void (*tell)(void *context, const char *report); /* of an exception */
    void *context;
};

/*
 * Runs the machine; qmp_socket and exit_file are set here. `limit` is in milliseconds, 0 for none. With `picture`, a
 * PNG file of the screen is written there when the time is over, the kernel reports (exit must be QEMU_EXIT_NOTED) or
 * the guest resets or ends the machine (pause_at_shutdown must be set). Where the machine has a serial_log, the first
 * last-gasp report in it goes to `failure`.
 */
MUST_CHECK enum status guest_run(struct pool *pool, const struct scratch *scratch, struct qemu_machine machine,
                                 int64_t limit, const char *picture, const struct guest_failure *failure,
                                 struct guest_outcome *ret_outcome, struct error *error);

#endif
