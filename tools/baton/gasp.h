/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looks for a last-gasp report (docs/protocol.md, section 7) in what a machine says over its serial port, while it says
 * it.
 */
#ifndef BATON_GASP_H
#define BATON_GASP_H

#include <stdbool.h>
#include <stdint.h>

#include "follow.h"
#include "pool.h"

struct gasp {
    struct follow log; /* of the serial port */
    int64_t grew;      /* process_now() when it last had more */
    bool began;
    uint64_t start; /* where the report begins in the log */
    bool ended;
};

/* Reads what is new. True once: when there is a report and it has come to its end, or to a standstill. */
bool gasp_look(struct gasp *gasp);

/* The report, as a string. */
const char *gasp_text(struct pool *pool, const struct gasp *gasp);

#endif
