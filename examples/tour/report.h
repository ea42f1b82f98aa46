/* SPDX-License-Identifier: 0BSD */
/* What the tour says: all of it on serial, the results on the screen too. */
#ifndef TOUR_REPORT_H
#define TOUR_REPORT_H

#include <stdbool.h>

#include <baton/console.h>

struct report {
    struct baton_console serial;
    struct baton_console screen;
    bool failed;
};

void report_start(struct report *report, const struct baton *baton);

/* One line on serial, after "tour: ". */
void report_note(struct report *report, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* One line on serial and on the screen. */
void report_result(struct report *report, const char *text, ...) __attribute__((format(printf, 2, 3)));

/* "FAILED: " and one line on serial and on the screen. Returns false, for checks to return. */
bool report_failure(struct report *report, const char *text, ...) __attribute__((format(printf, 2, 3)));

#endif
