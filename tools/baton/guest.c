/* SPDX-License-Identifier: BSD-2-Clause */
#include "guest.h"

#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "gasp.h"
#include "process.h"
#include "qmp.h"
#include "refusal.h"

#define LOOK_MS 50
#define QUIT_MS 3000

/* The terminal's settings, which QEMU changes and, when it is killed, does not put back. */
struct terminal {
    bool is_ours;
    struct termios settings;
};

static void terminal_keep(struct terminal *terminal)
{
    terminal->is_ours = tcgetpgrp(STDIN_FILENO) == getpgrp() && tcgetattr(STDIN_FILENO, &terminal->settings) == 0;
}

static void terminal_restore(const struct terminal *terminal)
{
    if (terminal->is_ours)
        (void)tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->settings); /* when it fails, the terminal has gone */
}

/* One guest_run. */
struct watch {
    struct pool *pool;
    const struct qemu_machine *machine;
    struct process qemu;
    struct qmp qmp;
    int64_t deadline;
    const char *picture;
    struct gasp gasp;
    struct refusal refusal;
    const struct guest_failure *failure;
    struct guest_outcome outcome;
};

/* Is QEMU's exit code the kernel's report? */
static bool was_reported(const struct watch *watch, unsigned *ret_value)
{
    unsigned code = (unsigned)watch->qemu.exit_code;

    if (watch->qemu.by_signal)
        return false;
    if (!qemu_board_of(watch->machine->architecture)->has_ports) {
        *ret_value = code;
        return code != 0 || watch->qmp.end == QMP_END_NONE;
    }
    /* isa-debug-exit: 2 × value + 1, of which an exit code has 8 bits */
    *ret_value = code / 2;
    return watch->machine->exit == QEMU_EXIT_AT_ONCE && code % 2 == 1;
}

/* QEMU has ended by itself: why? */
static enum guest_end judge_end(struct watch *watch)
{
    qmp_look(&watch->qmp);
    if (was_reported(watch, &watch->outcome.value))
        return GUEST_REPORTED;
    if (watch->qmp.end == QMP_END_RESET)
        return GUEST_RESET;
    return watch->qmp.end == QMP_END_SHUT_DOWN ? GUEST_SHUT_DOWN : GUEST_QEMU_ENDED;
}

/* Has the kernel written to the port that notes it? */
static bool has_reported(struct watch *watch)
{
    struct bytes bytes;
    struct error error;

    if (watch->machine->exit != QEMU_EXIT_NOTED ||
        host_file_read(watch->pool, watch->machine->exit_file, 1, &bytes, &error) != STATUS_OK || bytes.size == 0)
        return false;
    watch->outcome.value = bytes.data[0];
    return true;
}

/* Has the kernel ended in an exception, and told all of it? True once. */
static bool had_exception(struct watch *watch)
{
    if (watch->outcome.had_exception || !gasp_look(&watch->gasp))
        return false;
    watch->outcome.had_exception = true;
    watch->failure->tell(watch->failure->context, gasp_text(watch->pool, &watch->gasp));
    return true;
}

/* Waits for whatever ends the run. QEMU may still be running then. */
static enum guest_end wait_for_end(struct watch *watch)
{
    for (;;) {
        int64_t next = process_now() + LOOK_MS;
        enum process_news news = process_wait(&watch->qemu, next < watch->deadline ? next : watch->deadline);

        if (news == PROCESS_INTERRUPTED)
            return GUEST_INTERRUPTED;
        if (news == PROCESS_ENDED)
            return judge_end(watch);
        if (has_reported(watch))
            return GUEST_REPORTED;
        if (had_exception(watch) && watch->failure->ends_run)
            return GUEST_EXCEPTION;
        if (watch->failure->ends_run && refusal_look(&watch->refusal))
            return GUEST_REFUSED;
        qmp_look(&watch->qmp);
        if (watch->machine->pause_at_shutdown && watch->qmp.end > QMP_END_OUTSIDE)
            return watch->qmp.end == QMP_END_RESET ? GUEST_RESET : GUEST_SHUT_DOWN;
        if (process_now() >= watch->deadline)
            return GUEST_TIME_OUT;
    }
}

static enum status watch_machine(struct watch *watch, struct error *error)
{
    enum status status = qmp_connect(&watch->qmp, &watch->qemu, error);
    struct guest_outcome *outcome = &watch->outcome;

    if (status != STATUS_OK)
        return status;
    if (!qmp_is_ready(&watch->qmp)) {
        outcome->end = watch->qemu.running || process_interrupted() ? GUEST_INTERRUPTED : GUEST_QEMU_FAILED;
        return STATUS_OK;
    }
    outcome->end = wait_for_end(watch);
    if (watch->picture && watch->qemu.running && outcome->end != GUEST_INTERRUPTED)
        outcome->has_picture =
            qmp_screendump(watch->pool, &watch->qmp, watch->picture, &outcome->picture_error) == STATUS_OK;
    else if (watch->picture)
        (void)error_set(&outcome->picture_error, STATUS_NOT_FOUND, "the machine was gone before its screen was seen");
    return STATUS_OK;
}

enum status guest_run(struct pool *pool, const struct scratch *scratch, struct qemu_machine machine, int64_t limit,
                      const char *picture, const struct guest_failure *failure, struct guest_outcome *ret_outcome,
                      struct error *error)
{
    struct watch watch = {.pool = pool,
                          .machine = &machine,
                          .picture = picture,
                          .gasp = {.log = {.path = machine.serial_log}},
                          .refusal = {.log = {.path = qemu_loader_log(&machine)}},
                          .failure = failure};
    struct terminal terminal;
    struct list argv;
    enum status status;

    machine.qmp_socket = pool_format(pool, "%s/qmp", scratch->path);
    machine.exit_file = pool_format(pool, "%s/exit", scratch->path);
    status = qmp_listen(machine.qmp_socket, &watch.qmp, error);
    if (status != STATUS_OK)
        return status;
    argv = qemu_command(pool, &machine);
    terminal_keep(&terminal);
    watch.deadline = limit > 0 ? process_now() + limit : PROCESS_FOREVER;
    status = process_start(argv.items, -1, NULL, &watch.qemu, error);
    if (status == STATUS_OK)
        status = watch_machine(&watch, error);
    if (status == STATUS_OK && watch.qemu.running)
        qmp_quit(&watch.qmp);
    process_end(&watch.qemu, status == STATUS_OK ? QUIT_MS : 0);
    qmp_close(&watch.qmp);
    terminal_restore(&terminal);
    if (status == STATUS_OK)
        *ret_outcome = watch.outcome;
    return status;
}
