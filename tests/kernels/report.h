/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the report kernel. */
#ifndef BATON_TESTS_REPORT_H
#define BATON_TESTS_REPORT_H

#include "kit.h"

#pragma GCC visibility push(hidden)

/* ---- report_facts.c ---- */
/* The descriptor tables that the loader made; before faults_install, or after it. */
void report_descriptors(void);

/* What the facts stand for, read and summed up; after faults_install. */
void report_facts(const struct baton *baton);

/* ---- report_words.c ---- */
/* Whether all words that the linker or the loader had to fill in hold what they must. */
bool words_are_right(void);

#pragma GCC visibility pop

#endif
