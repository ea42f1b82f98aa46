/* SPDX-License-Identifier: BSD-2-Clause */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GENTLE_END_MS     2000
#define TOOL_OUTPUT_BYTES 600 /* so much of a tool's last words fits into an error */

static sigset_t signals_to_end(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    return set;
}

void process_prepare(void)
{
    sigset_t set = signals_to_end();
    struct sigaction action;

    for (int number = 1; number < NSIG; number++) { /* what nohup and the like made us ignore stays ignored */
        if (sigismember(&set, number) == 1 && sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN)
            sigdelset(&set, number);
    }
    sigaddset(&set, SIGCHLD);
    (void)signal(SIGCHLD, SIG_DFL); /* when ignored, the children's exit codes would be lost */
    (void)signal(SIGPIPE, SIG_IGN); /* a reader that went away must not keep us from cleaning up */
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
}

/* The pending signal that wants the program to end, 0 for none. */
static int pending_signal(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (sigismember(&pending, numbers[i]))
            return numbers[i];
    }
    return 0;
}

bool process_interrupted(void)
{
    return pending_signal() != 0;
}

void process_obey_signals(void)
{
    sigset_t set = signals_to_end();

    if (process_interrupted()) {
        (void)fflush(NULL);
        (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
}

int64_t process_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static _Noreturn void become(const char *const *argv, int output, const char *const *environment, pid_t parent)
{
    sigset_t none;

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* it died before we could ask to die with it */
    sigemptyset(&none);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    if (output >= 0) {
        int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

        (void)dup2(nothing, STDIN_FILENO);
        (void)dup2(output, STDOUT_FILENO);
        (void)dup2(output, STDERR_FILENO);
    }
    for (; environment && *environment; environment++)
        (void)putenv((char *)(uintptr_t)*environment); /* putenv keeps the string and does not write to it */
    execv(argv[0], (char *const *)(uintptr_t)argv);    /* POSIX: execv does not write to it either */
    (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
    (void)fflush(stderr);
    _exit(127);
}

enum status process_start(const char *const *argv, int output, const char *const *environment,
                          struct process *ret_process, struct error *error)
{
    pid_t parent = getpid();
    pid_t pid;

    (void)fflush(NULL); /* nothing of ours may be printed twice or after the child's first words */
    pid = fork();
    if (pid < 0)
        return error_set(error, STATUS_DEVICE, "cannot start %s: %s", argv[0], strerror(errno));
    if (pid == 0)
        become(argv, output, environment, parent);
    *ret_process = (struct process){.pid = pid, .running = true};
    return STATUS_OK;
}

/* Takes the child's end if it has ended. */
static bool has_ended(struct process *process)
{
    int status;

    if (process->running && waitpid(process->pid, &status, WNOHANG) == process->pid) {
        process->running = false;
        process->by_signal = WIFSIGNALED(status);
        process->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    return !process->running;
}

/* Waits for one of `set` until the deadline. Returns its number, 0 when the time is over. */
static int wait_for_signal(const sigset_t *set, int64_t deadline)
{
    for (;;) {
        int64_t left = deadline == PROCESS_FOREVER ? 3600 * 1000L : deadline - process_now();
        struct timespec limit = {.tv_sec = left > 0 ? left / 1000 : 0,
                                 .tv_nsec = left > 0 ? left % 1000 * 1000000L : 0};
        int number = sigtimedwait(set, NULL, &limit);

        if (number > 0)
            return number;
        if (errno == EAGAIN && deadline != PROCESS_FOREVER)
            return 0;
    }
}

enum process_news process_wait(struct process *process, int64_t deadline)
{
    sigset_t set = signals_to_end();

    sigaddset(&set, SIGCHLD);
    while (!has_ended(process)) {
        int number = wait_for_signal(&set, deadline);

        if (number == 0)
            return PROCESS_TIME_OUT;
        if (number != SIGCHLD) {
            (void)raise(number); /* keep it pending for whoever asks later */
            return PROCESS_INTERRUPTED;
        }
    }
    return PROCESS_ENDED;
}

void process_end(struct process *process, int patience)
{
    int64_t deadline = process_now() + patience;
    int way = SIGTERM;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    while (!has_ended(process)) {
        if (wait_for_signal(&set, deadline) != 0)
            continue;
        (void)kill(process->pid, way);
        deadline = way == SIGTERM ? process_now() + GENTLE_END_MS : PROCESS_FOREVER;
        way = SIGKILL;
    }
}

/* The end of what the tool said, without the last line end. */
static const char *last_words(struct pool *pool, FILE *output)
{
    char buffer[TOOL_OUTPUT_BYTES];
    size_t length;

    if (fseek(output, -(long)sizeof(buffer), SEEK_END) != 0)
        rewind(output);
    length = fread(buffer, 1, sizeof(buffer), output);
    while (length > 0 && buffer[length - 1] == '\n')
        length--;
    return length > 0 ? pool_copy(pool, buffer, length) : "(it said nothing)";
}

enum status process_run_tool(struct pool *pool, const char *const *argv, const char *const *environment,
                             const char **ret_output, struct error *error)
{
    FILE *output = tmpfile();
    struct process process = {0};
    enum status status;

    if (!output)
        return error_set(error, STATUS_DEVICE, "cannot make a temporary file: %s", strerror(errno));
    status = process_start(argv, fileno(output), environment, &process, error);
    if (status == STATUS_OK && process_wait(&process, PROCESS_FOREVER) == PROCESS_INTERRUPTED) {
        process_end(&process, 0);
        status = error_set(error, STATUS_DEVICE, "interrupted");
    } else if (status == STATUS_OK && process.exit_code != 0) {
        status = error_set(error, STATUS_DEVICE, "%s failed with exit code %d:\n%s", argv[0], process.exit_code,
                           last_words(pool, output));
    } else if (status == STATUS_OK && ret_output) {
        *ret_output = last_words(pool, output);
    }
    (void)fclose(output);
    return status;
}
