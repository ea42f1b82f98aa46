/* SPDX-License-Identifier: BSD-2-Clause */
#include "qmp.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECT_MS 20000
#define ANSWER_MS  10000
#define STEP_MS    20
#define LAST_MS    2000

enum status qmp_listen(const char *path, struct qmp *ret_qmp, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener;

    if (strlen(path) >= sizeof(address.sun_path))
        return error_set(error, STATUS_INVALID, "%s: too long a path for a socket: set TMPDIR to a shorter one", path);
    memcpy(address.sun_path, path, strlen(path));
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return error_set(error, STATUS_DEVICE, "cannot make a socket: %s", strerror(errno));
    if (bind(listener, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 1) != 0) {
        enum status status = error_set(error, STATUS_DEVICE, "%s: %s", path, strerror(errno));

        (void)close(listener);
        return status;
    }
    *ret_qmp = (struct qmp){.listener = listener, .connection = -1};
    return STATUS_OK;
}

static bool wait_readable(int file, int milliseconds)
{
    struct pollfd poll_file = {.fd = file, .events = POLLIN};

    return poll(&poll_file, 1, milliseconds) > 0;
}

static void close_file(int *file)
{
    if (*file >= 0)
        (void)close(*file);
    *file = -1;
}

/* Takes the next whole line that has come, cut at QMP_LINE_SIZE; NULL when there is none yet. */
static const char *take_line(struct pool *pool, struct qmp *qmp)
{
    while (qmp->connection >= 0) {
        const char *end = memchr(qmp->line, '\n', qmp->length);
        ssize_t size;

        if (end || qmp->length == sizeof(qmp->line)) {
            size_t length = end ? (size_t)(end - qmp->line) : qmp->length;
            const char *line = pool_copy(pool, qmp->line, length);

            length += end != NULL;
            qmp->length -= length;
            memmove(qmp->line, qmp->line + length, qmp->length);
            return line;
        }
        size = recv(qmp->connection, qmp->line + qmp->length, sizeof(qmp->line) - qmp->length, MSG_DONTWAIT);
        if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
            close_file(&qmp->connection);
        if (size <= 0)
            return NULL;
        qmp->length += (size_t)size;
    }
    return NULL;
}

/* Is it an event? Notes what it says of the machine's end. */
static bool take_event(struct qmp *qmp, const char *line)
{
    if (!strstr(line, "\"event\":"))
        return false;
    if (!strstr(line, "\"SHUTDOWN\""))
        return true;
    qmp->end = QMP_END_OUTSIDE;
    if (strstr(line, "\"guest-reset\""))
        qmp->end = QMP_END_RESET;
    else if (strstr(line, "\"guest-shutdown\""))
        qmp->end = QMP_END_SHUT_DOWN;
    return true;
}

void qmp_look(struct qmp *qmp)
{
    struct pool pool = {0};
    const char *line;

    while ((line = take_line(&pool, qmp)))
        (void)take_event(qmp, line);
    pool_free(&pool);
}

/* Waits for the answer to the last command; NULL when none comes, as `child`, which may be NULL, has ended. */
static const char *wait_for_answer(struct pool *pool, struct qmp *qmp, struct process *child, int64_t deadline)
{
    while (qmp->connection >= 0 && process_now() < deadline) {
        const char *line = take_line(pool, qmp);

        if (line && !take_event(qmp, line) && !strstr(line, "\"QMP\":"))
            return line;
        if (line)
            continue;
        if (child && process_wait(child, process_now()) != PROCESS_TIME_OUT)
            return NULL;
        if (qmp->connection >= 0)
            (void)wait_readable(qmp->connection, STEP_MS);
    }
    return NULL;
}

static void send_line(struct qmp *qmp, const char *line)
{
    /* These lines are short, so they go out whole; when QEMU has gone, the missing answer tells. */
    (void)send(qmp->connection, line, strlen(line), MSG_NOSIGNAL);
}

enum status qmp_connect(struct qmp *qmp, struct process *child, struct error *error)
{
    int64_t deadline = process_now() + CONNECT_MS;
    struct pool pool = {0};
    const char *answer;

    while (!wait_readable(qmp->listener, STEP_MS)) {
        if (process_wait(child, process_now()) != PROCESS_TIME_OUT)
            return STATUS_OK;
        if (process_now() >= deadline)
            return error_set(error, STATUS_DEVICE, "QEMU does not answer");
    }
    qmp->connection = accept4(qmp->listener, NULL, NULL, SOCK_CLOEXEC);
    close_file(&qmp->listener);
    if (qmp->connection < 0)
        return error_set(error, STATUS_DEVICE, "QEMU does not answer: %s", strerror(errno));
    send_line(qmp, "{\"execute\":\"qmp_capabilities\"}\n");
    answer = wait_for_answer(&pool, qmp, child, deadline);
    pool_free(&pool);
    if (!answer)
        close_file(&qmp->connection);
    /* A QEMU that fails has closed the connection a moment before it ends. */
    if (!answer && process_wait(child, process_now() + LAST_MS) == PROCESS_TIME_OUT)
        return error_set(error, STATUS_DEVICE, "QEMU does not answer");
    return STATUS_OK;
}

bool qmp_is_ready(const struct qmp *qmp)
{
    return qmp->connection >= 0;
}

/* As a JSON string, with its quotes. */
static const char *json_string(struct pool *pool, const char *string)
{
    char *json = pool_take(pool, 6 * strlen(string) + 3);
    char *end = json;

    *end++ = '"';
    for (; *string != '\0'; string++) {
        if (*string == '"' || *string == '\\')
            *end++ = '\\';
        if ((unsigned char)*string < 0x20)
            end = stpcpy(end, pool_format(pool, "\\u%04x", *string));
        else
            *end++ = *string;
    }
    *end = '"';
    return json;
}

/* The text of "desc" in an error object. */
static const char *description(struct pool *pool, const char *line)
{
    const char *start = strstr(line, "\"desc\": \"");

    if (!start)
        return line;
    start += strlen("\"desc\": \"");
    return pool_copy(pool, start, strcspn(start, "\""));
}

enum status qmp_screendump(struct pool *pool, struct qmp *qmp, const char *path, struct error *error)
{
    const char *answer;

    send_line(qmp,
              pool_format(pool, "{\"execute\":\"screendump\",\"arguments\":{\"filename\":%s,\"format\":\"png\"}}\n",
                          json_string(pool, path)));
    answer = wait_for_answer(pool, qmp, NULL, process_now() + ANSWER_MS);
    if (!answer)
        return error_set(error, STATUS_DEVICE, "QEMU gave no picture of the screen");
    if (strstr(answer, "\"error\":"))
        return error_set(error, STATUS_DEVICE, "QEMU gave no picture of the screen: %s", description(pool, answer));
    return STATUS_OK;
}

void qmp_quit(struct qmp *qmp)
{
    if (qmp->connection >= 0)
        send_line(qmp, "{\"execute\":\"quit\"}\n");
}

void qmp_close(struct qmp *qmp)
{
    close_file(&qmp->listener);
    close_file(&qmp->connection);
}
