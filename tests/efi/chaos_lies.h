/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Lies: for each rule that a run is judged by there are runs that break it, and no other, to show that this is noticed.
 * What a bad loader would do is done in its stead, by the tables that it has, before one of its calls.
 *
 * To add one: a function, and its line in the table at the end of chaos_lies_*.c.
 */
#ifndef BATON_TESTS_CHAOS_LIES_H
#define BATON_TESTS_CHAOS_LIES_H

#include "chaos.h"

struct chaos_lie {
    const char *name;
    const char *rule;      /* that is broken: this application's, or harness/chaos_run.py's; "none": it is no lie */
    void (*prepare)(void); /* before memory is counted; or NULL */
    enum fake_service at;  /* told before the first call of this service; ANY_CALL: before the very first */
    enum fake_phase phase; /* that is made in this phase */
    void (*tell)(void);    /* or NULL */
    void (*undo)(void);    /* when the run has been judged; or NULL */
    enum chaos_way way;    /* the run is said to be the Nth of its way, */
    unsigned number;
    unsigned fails;  /* and this call fails; 0: none does */
    bool is_refused; /* no boot comes through, because there are no pages */
    uint64_t check;  /* the kernel makes this check of its own fail; 0: none */
};
#define ANY_CALL FAKE_SERVICE_COUNT

#define AS_ONCE    .way = (enum chaos_way)FAKE_ONCE, .number = 1
#define AS_SERVICE .way = (enum chaos_way)FAKE_SERVICE, .number = 1
#define AS_REFUSED AS_SERVICE, .is_refused = true
#define NO_EXIT    .way = CHAOS_STALE, .number = 16

/* The last one has no name. */
extern const struct chaos_lie chaos_lies_said[], chaos_lies_left[], chaos_lies_calls[], chaos_lies_programs[];

/* For those who tell. */
extern const EFI_SYSTEM_TABLE *chaos_lie_table; /* the loader's */
extern struct chaos_arguments *chaos_lie_call;  /* of the call that comes next */
extern unsigned chaos_lie_tries;                /* runs with this lie, with the one that is going on */
extern const EFI_GUID chaos_lie_guid;           /* of a protocol that nobody has */

/* ---- chaos_lies_said.c ---- */
/* With an error. */
void chaos_lie_give_up(void);
/* Whether anything is to be booted. */
void chaos_lie_expect_refusal(void);
void chaos_lie_expect_boot(void);

#endif
