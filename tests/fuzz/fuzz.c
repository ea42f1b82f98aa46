/* SPDX-License-Identifier: BSD-2-Clause */
/* What libFuzzer calls. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

int LLVMFuzzerInitialize(const int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct room {
    struct room *next;
    void *memory;
};

static struct room *rooms;

void *fuzz_room(size_t size)
{
    struct room *room = malloc(sizeof(*room));
    uint8_t *memory = malloc(size > 0 ? size : 1);

    if (!room || !memory)
        abort();
    *room = (struct room){rooms, memory};
    rooms = room;
    return size > 0 ? memory : memory + 1; /* of nothing, not even a byte can be read */
}

bool fuzz_log_has(const char *words)
{
    static char lines[LOG_RING_SIZE + 1];

    log_copy(lines, sizeof(lines));
    return words ? strstr(lines, words) != NULL : lines[0] != '\0';
}

void fuzz_fail(const char *file, int line, const char *condition)
{
    static char lines[LOG_RING_SIZE + 1];

    log_copy(lines, sizeof(lines));
    fprintf(stderr, "%s:%d: this is not so: %s\n---- the log ----\n%s", file, line, condition, lines);
    abort();
}

int LLVMFuzzerInitialize(const int *count, char ***arguments)
{
    (void)count;
    (void)arguments;
    setenv("CMOCKA_TEST_ABORT", "1", 1); /* the unit tests' helpers check things, too */
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = {data, size};

    log_reset();
    fuzz(&input);
    while (rooms) {
        struct room *next = rooms->next;

        free(rooms->memory);
        free(rooms);
        rooms = next;
    }
    return 0;
}
