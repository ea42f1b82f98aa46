/* SPDX-License-Identifier: BSD-2-Clause */
/* Looks in the loader's log for the line that says that nothing can be booted, and for the errors before it. */
#ifndef BATON_REFUSAL_H
#define BATON_REFUSAL_H

#include <stdbool.h>
#include <stdio.h>

#include "follow.h"
#include "pool.h"

struct refusal {
    struct follow log; /* of port 0xE9 */
    bool found;
};

/* Reads what is new. Whether the loader has said that it has nothing to boot. */
bool refusal_look(struct refusal *refusal);

/* Prints the errors of the log `path`. */
void refusal_print(struct pool *pool, const char *path, FILE *file);

#endif
