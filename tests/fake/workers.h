/* SPDX-License-Identifier: BSD-2-Clause */
/* Work in pieces that do not need each other, on all processors. The fake firmware's state is global, so that takes
 * processes. */
#ifndef BATON_FAKE_WORKERS_H
#define BATON_FAKE_WORKERS_H

#include <stdbool.h>
#include <stddef.h>

/* Memory that workers have in common, zeroed: for what is added up. It lasts until the program's end. */
void *workers_memory(size_t size);

/* Calls work(0) to work(count - 1), each once, in any order; small numbers begin first. False when a worker has not
 * come to its end. */
bool workers_run(void (*work)(size_t piece), size_t count);

#endif
