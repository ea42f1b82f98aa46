/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of several ranges wins at an address, while the addresses are gone through upwards. */
#ifndef BATON_COVER_H
#define BATON_COVER_H

#include "memory_intervals.h"

struct cover {
    const struct memory_interval *interval; /* sorted */
    size_t next, end;                       /* those that begin later than the position */
    uint32_t *number; /* room for `end` of them: those that cover the position, the winner first */
    size_t count;     /* of those */
};

/* Forgets the ranges that end at `position` or before. */
void cover_leave(struct cover *cover, uint64_t position);

/*
 * The range that wins at `position`, which is no lower than the one before; NULL where there is none. The stricter kind
 * wins, and where ranges are equally strict, the lower sequence.
 */
const struct memory_interval *cover_winner(struct cover *cover, uint64_t position);

/* Where there is another winner than this one, at the earliest; UINT64_MAX where there are no more. */
uint64_t cover_change(const struct cover *cover, const struct memory_interval *winner);

#endif
