/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last-gasp handler: reports an exception that the kernel has no handler for yet, and stops. This is what it does
 * on every machine; a machine's own part is in its folder:
 *
 *     gasp_frame.h     what its processor knows of an exception, what follows from that alone, and halt()
 *     gasp_entry.S     the way from the exception to gasp_handle, on a stack of the handler's own; gasp_copy
 *     gasp_machine.c   the words for it
 *     resident.h       struct resident_tables, at the end of that stack: has a struct gasp, `gasp`
 *
 * All of it stays in memory behind the loader: code that refers to nothing outside and holds no absolute address, so
 * texts are arrays (loader.lds, resident.lds).
 */
#ifndef BATON_GASP_H
#define BATON_GASP_H

#include <baton/baton.h>
#include <baton/console.h>

#include "gasp_frame.h"
#include "machine.h"
#include "serial.h"

/* The handler's state. What the loader does not give is zero until the first exception. */
struct gasp {
    /* Copies, which a kernel does not overwrite so easily; zero when it got no baton, or has no screen. */
    struct baton baton;
    struct baton_framebuffer framebuffer;
    uint64_t hand_off; /* where the kernel has the baton itself */

    uint32_t entered; /* exceptions so far */
    uint32_t step;    /* of the report, to be done next */
    struct gasp_frame frame;
    bool has_serial;
    bool has_debug_port;
    bool to_screen; /* where text goes now: to the screen, or else to the ports */
    struct serial serial;
    struct baton_console screen; /* no columns: none */
};

typedef unsigned long long gasp_number; /* what %llx takes */

#pragma GCC visibility push(hidden)

/* gasp_inform.c, which does not stay: what the handler is to know of the hand-off. */
void gasp_inform(struct gasp *gasp, const struct machine_entry *entry);

/* gasp.c: reports and stops. The frame ends where the tables begin. */
_Noreturn void gasp_handle(const struct gasp_frame *frame);
void gasp_put(struct gasp *gasp, const char *text, size_t size);
void gasp_say(struct gasp *gasp, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* gasp_report.c: parts of a report. */
void gasp_say_address(struct gasp *gasp, uint64_t address); /* and where in the kernel it is */
void gasp_say_trace(struct gasp *gasp, unsigned lines);
void gasp_say_log(struct gasp *gasp, size_t rows, size_t columns);

/* "*** exception NUMBER (NAME) in WHERE ***". Of `names`, which '|' parts, the one with the number, or else the last.
 */
void gasp_say_head(struct gasp *gasp, uint64_t number, const char *names, const char *where);

/* What an address that could not be used means to a person; `is_mapped`: something is there, but not for such a use. */
void gasp_say_place(struct gasp *gasp, uint64_t address, bool is_mapped);

/* gasp_entry.S: as memcpy, but false when an exception says that this cannot be read. In the handler only. */
bool gasp_copy(void *to, uint64_t from, size_t size);

/* gasp_machine.c: the first line, without its end; the lines that say more; the registers. */
void gasp_say_exception(struct gasp *gasp, const struct gasp_frame *frame, const char *where);
void gasp_say_cause(struct gasp *gasp);
void gasp_say_registers(struct gasp *gasp);

/* gasp_machine.c: where the function that the exception came in returns to, if it has not left a frame that tells, as
 * after a call to where nothing can be executed. `frame` is the frame pointer, and may be corrected. */
bool gasp_find_caller(const struct gasp *gasp, uint64_t *frame, uint64_t *ret_address);

#pragma GCC visibility pop

#endif
