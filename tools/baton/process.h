/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Child processes, started without a shell. SIGINT, SIGTERM and SIGHUP are blocked and only looked at while waiting,
 * so that the program always comes back to where it cleans up. A child dies with its parent.
 */
#ifndef BATON_PROCESS_H
#define BATON_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "error.h"
#include "pool.h"

#define PROCESS_FOREVER INT64_MAX

struct process {
    pid_t pid;
    bool running;
    int exit_code; /* once it has ended; what a shell would say, so 128 + the signal when one ended it */
    bool by_signal;
};

enum process_news {
    PROCESS_ENDED,
    PROCESS_TIME_OUT,
    PROCESS_INTERRUPTED, /* a person or the system wants this program to end */
};

/* Call it first of all: blocks the signals. */
void process_prepare(void);

/* Was a signal sent that wants this program to end? It stays pending. */
bool process_interrupted(void);

/* When there was one, dies of that signal, as whoever sent it expects. Call it last, when all is cleaned up. */
void process_obey_signals(void);

/* Milliseconds of a clock that never jumps. */
int64_t process_now(void);

/*
 * Starts argv[0], a path, with the arguments `argv`. Its standard output and error go to `output`, or stay ours for
 * -1; `environment` holds NAME=value strings to add, or is NULL. STATUS_DEVICE: no process could be made.
 */
MUST_CHECK enum status process_start(const char *const *argv, int output, const char *const *environment,
                                     struct process *ret_process, struct error *error);

/* Waits until the child has ended, process_now() is `deadline`, or a signal came. */
enum process_news process_wait(struct process *process, int64_t deadline);

/*
 * Waits for the child to end by itself for so many milliseconds, then ends it, gently at first. Signals to this program
 * change nothing here. Nothing happens when it has ended already.
 */
void process_end(struct process *process, int patience);

/*
 * Runs a tool to its end with no standard input. The last of what it says goes to *ret_output, which may be NULL, and
 * into the error when it fails (STATUS_DEVICE).
 */
MUST_CHECK enum status process_run_tool(struct pool *pool, const char *const *argv, const char *const *environment,
                                        const char **ret_output, struct error *error);

#endif
