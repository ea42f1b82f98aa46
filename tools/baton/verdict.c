/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict.h"

#include <stdio.h>

#include "command.h"
#include "refusal.h"
#include "transcript.h"

#define TEST_SUCCESS 0x10 /* BATON_EXIT_SUCCESS of <baton/baton.h> */

/* Words that are true of PCs only. */
static const char *on_a_pc(const struct run_request *request, const char *words)
{
    return qemu_board_of(request->architecture)->has_ports ? words : "";
}

static int judge_report(const struct run_request *request, const struct guest_outcome *outcome)
{
    bool has_ports = qemu_board_of(request->architecture)->has_ports;

    if (outcome->value == TEST_SUCCESS)
        return EXIT_CODE_OK;
    (void)fprintf(stderr, "baton: the kernel reported failure: it %s 0x%x%s (success is 0x%x)\n",
                  has_ports ? "wrote" : "ended the machine with", outcome->value, on_a_pc(request, " to port 0xF4"),
                  TEST_SUCCESS);
    return EXIT_CODE_FAILED;
}

static int judge_test(const struct run_request *request, const struct guest_outcome *outcome)
{
    const char *where = on_a_pc(request, " to port 0xF4");

    switch (outcome->end) {
    case GUEST_REPORTED:
        return judge_report(request, outcome);
    case GUEST_SHUT_DOWN:
        (void)fprintf(stderr, "baton: the machine was switched off before the kernel reported%s\n", where);
        return EXIT_CODE_FAILED;
    case GUEST_RESET:
        (void)fprintf(stderr, "baton: the machine was reset before the kernel reported%s%s\n", where,
                      on_a_pc(request, ": often that is a triple fault"));
        return EXIT_CODE_FAILED;
    case GUEST_EXCEPTION:
        (void)fprintf(stderr, "baton: the kernel ended in an exception before it reported%s\n", where);
        return EXIT_CODE_FAILED;
    case GUEST_REFUSED:
        (void)fprintf(stderr, "baton: the loader has nothing that it can boot:\n");
        return EXIT_CODE_FAILED;
    case GUEST_TIME_OUT:
        (void)fprintf(stderr, "baton: the kernel did not report%s within %lld s; the machine was ended\n", where,
                      (long long)(request->limit / 1000));
        return EXIT_CODE_TIME_OUT;
    default:
        (void)fprintf(stderr, "baton: QEMU ended before the kernel reported%s\n", where);
        return EXIT_CODE_FAILED;
    }
}

static int judge_other(const struct run_request *request, const struct guest_outcome *outcome)
{
    /* A PC's kernel cannot report then. */
    if (outcome->end == GUEST_REPORTED)
        return judge_report(request, outcome);
    if (outcome->end == GUEST_RESET)
        (void)fprintf(stderr, "baton: the machine was reset%s\n",
                      on_a_pc(request, ": a triple fault, if it was not on purpose"));
    if (outcome->end != GUEST_TIME_OUT || !request->timeout)
        return outcome->had_exception || (outcome->end == GUEST_RESET && run_request_is_kernel(request))
                   ? EXIT_CODE_FAILED
                   : EXIT_CODE_OK;
    (void)fprintf(stderr, "baton: %lld s are over; the machine was ended\n", (long long)(request->limit / 1000));
    return EXIT_CODE_TIME_OUT;
}

int verdict_give(struct pool *pool, const struct run_request *request, const struct qemu_machine *machine,
                 const struct guest_outcome *outcome)
{
    int code;

    if (outcome->end == GUEST_INTERRUPTED)
        return EXIT_CODE_FAILED;
    if (outcome->end == GUEST_QEMU_FAILED) {
        (void)fprintf(stderr, "baton: QEMU did not start the machine; what it said stands above\n");
        return EXIT_CODE_FAILED;
    }
    code = request->test ? judge_test(request, outcome) : judge_other(request, outcome);
    if (outcome->end == GUEST_REFUSED) {
        refusal_print(pool, qemu_loader_log(machine), stderr);
    } else if (request->test && outcome->end != GUEST_REPORTED && outcome->end != GUEST_EXCEPTION) {
        transcript_print(pool, "serial port", machine->serial_log, stderr);
        if (qemu_board_of(machine->architecture)->has_ports)
            transcript_print(pool, "port 0xE9, the loader's log", machine->e9_log, stderr);
    }
    if (request->screenshot && !outcome->has_picture) {
        (void)fprintf(stderr, "baton: no picture: %s\n", outcome->picture_error.text);
        return code == EXIT_CODE_OK ? EXIT_CODE_FAILED : code;
    }
    return code;
}
