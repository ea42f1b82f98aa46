/* SPDX-License-Identifier: BSD-2-Clause */
#include "workers.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void *workers_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED)
        abort();
    return memory;
}

static void take_pieces(void (*work)(size_t piece), size_t count, atomic_size_t *next)
{
    for (size_t piece = atomic_fetch_add(next, 1); piece < count; piece = atomic_fetch_add(next, 1))
        work(piece);
}

static pid_t start_worker(void (*work)(size_t piece), size_t count, atomic_size_t *next)
{
    pid_t worker = fork();

    if (worker < 0)
        abort();
    if (worker == 0) {
        take_pieces(work, count, next);
        exit(EXIT_SUCCESS);
    }
    return worker;
}

bool workers_run(void (*work)(size_t piece), size_t count)
{
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    atomic_size_t *next = workers_memory(sizeof(*next));
    bool all_ended = true;
    int status;

    fflush(stdout);
    for (long i = 0; i < processors && (size_t)i < count; i++)
        (void)start_worker(work, count, next);
    while (wait(&status) > 0)
        all_ended = all_ended && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
    return all_ended && atomic_load(next) >= count;
}
